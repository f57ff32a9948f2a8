/** Signing out here signs out where the person came from (OpenID Connect RP-Initiated Logout 1.0, as a client), where the operator says so. */
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Agent, AgentResponse } from '../support/http-agent.ts';
import { arriveFrom, newPerson, partner, shop, startHub, textOf } from '../support/hub.ts';
import { type RelyingParty, startRelyingParty } from '../support/relying-party.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

const bye = 'http://127.0.0.1:5000/bye';
let acme: ScriptedProvider;
let party: RelyingParty;
let hub: TestServer;
let ann: Agent;

beforeEach(async () => {
  [acme, party] = await Promise.all([startScriptedProvider({ userinfo: { name: 'Ann' } }), startRelyingParty()]);
  const told = { post_logout_redirect_uris: [bye], backchannel_logout_uri: `${party.origin}/backchannel` };
  hub = await startHub({
    upstreams: [partner('acme', acme, { logout: 'rp-initiated' }), partner('stay', acme)],
    clients: [
      { ...shop, ...told },
      { ...shop, ...told, client_id: 'framed', frontchannel_logout_uri: 'http://127.0.0.1:5000/front' },
    ],
  });
  ann = newPerson(hub);
});
afterEach(() => Promise.all([hub.close(), acme.close(), party.close()]));

const isSignedIn = async () => textOf(await ann.get('/home'), 'claim-username') !== undefined;

/** Where the page after a sign-out leads on to. */
function onward({ text }: AgentResponse): URL | undefined {
  const href = /id="signed-out-continue"[^>]*href="([^"]*)"/.exec(text)?.[1];
  return href === undefined ? undefined : new URL(href.replaceAll('&amp;', '&'));
}

const signOut = async (query = {}) => ann.submit(await ann.get(`/logout?${new URLSearchParams(query)}`), { button: 'logout-yes' });

describe('conformance: signing out at the upstream too', () => {
  it('L1, L2: it leads there with the ID token of her session, our address and a state, and from there back to the application', async () => {
    await arriveFrom(ann, 'acme', acme);
    expect(await isSignedIn()).toBe(true);
    const page = await signOut({ client_id: 'shop', post_logout_redirect_uri: bye, state: 'a b&c' });
    // By then everything here is over.
    expect(await isSignedIn()).toBe(false);
    const there = onward(page);
    expect(there?.origin).toBe(acme.issuer);
    const { id_token_hint = '', state = '', ...others } = Object.fromEntries(there?.searchParams ?? []);
    expect(there?.pathname).toBe('/logout');
    expect(others).toEqual({ client_id: 'kit', post_logout_redirect_uri: `${hub.issuer}/auth/oidc/signed-out` });
    expect(decodeJwt(id_token_hint)).toMatchObject({ iss: acme.issuer, sub: 'person-1', aud: 'kit' });
    const back = await ann.get(`/auth/oidc/signed-out?state=${state}`);
    expect(back.location).toBe(`${bye}?state=a%20b%26c`);
  });

  it('L4: without a place of the application’s it ends at the page that tells what ended', async () => {
    await arriveFrom(ann, 'acme', acme);
    const state = onward(await signOut())?.searchParams.get('state');
    const back = await ann.get(`/auth/oidc/signed-out?state=${state}`);
    expect([back.status, onward(back), back.text.includes('id="logged-out-sign-in"')]).toEqual([200, undefined, true]);
  });

  it.each([
    ['that has no such place', () => ({ end_session_endpoint: undefined })],
    ['whose discovery document does not hold', () => ({ issuer: 'https://zeta.example' })],
  ])('an upstream %s keeps nobody from signing out here', async (_, changes) => {
    acme.script.discovery = (document) => ({ ...document, ...changes() });
    if ('end_session_endpoint' in changes()) await arriveFrom(ann, 'acme', acme);
    else {
      acme.script = {};
      await arriveFrom(ann, 'acme', acme);
      acme.script.discovery = (document) => ({ ...document, ...changes() });
      hub.advance(700);
    }
    const answer = await signOut({ client_id: 'shop', post_logout_redirect_uri: bye });
    expect([answer.location, await isSignedIn()]).toEqual([bye, false]);
  });

  it('one that nothing is configured for is left as it is, and so is that of a session made with another sign-in', async () => {
    await arriveFrom(ann, 'stay', acme);
    expect((await signOut({ client_id: 'shop', post_logout_redirect_uri: bye })).location).toBe(bye);
  });

  it('SW-14: the applications are told, and their pages framed, before the browser leaves for the upstream', async () => {
    await arriveFrom(ann, 'acme', acme);
    const parameters = { response_type: 'code', scope: 'openid', redirect_uri: shop.redirect_uris[0] ?? '', code_challenge_method: 'S256' };
    const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' };
    for (const client_id of ['shop', 'framed'])
      expect((await ann.get(`/authorize?${new URLSearchParams({ ...parameters, ...challenge, client_id })}`)).location).toContain('code=');
    const page = await signOut();
    expect(page.text.match(/<iframe[^>]*src="http:\/\/127.0.0.1:5000\/front\?/g)).toHaveLength(1);
    expect(onward(page)?.origin).toBe(acme.issuer);
    await expect.poll(() => party.tokens().length, { timeout: 10_000 }).toBe(2);
  });
});
