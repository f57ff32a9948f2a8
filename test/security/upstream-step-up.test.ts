/** A fresh sign-in that was asked for and that an upstream did not give: it does not count, and nothing is claimed that we do not know. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest, claimsIn, redeem } from '../support/client.ts';
import { newPerson, partner, shop, startHub, textOf } from '../support/hub.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

let acme: ScriptedProvider;
let hub: TestServer;
const client = { client_id: 'shop', client_secret: shop.client_secret, redirect_uri: 'http://127.0.0.1:5000/callback' };
const clock = () => Math.floor(Date.now() / 1000);
const ask = (changes: Record<string, string> = {}) =>
  authorizationRequest(hub.issuer, client, { identity_provider_id: 'acme', ...changes });

beforeAll(async () => {
  acme = await startScriptedProvider({ userinfo: { name: 'Ann Archer' } });
  hub = await startHub({ upstreams: [partner('acme', acme)] });
});
afterAll(() => Promise.all([hub.close(), acme.close()]));
afterEach(() => {
  acme.script = {};
});

describe('security: steps that are asked of an upstream', () => {
  it.each([
    ['prompt', { prompt: 'login' }],
    ['max_age', { max_age: '60' }],
  ])('D14: %s is passed on, and a sign-in without a fresh auth_time does not count', async (name, changes) => {
    const person = newPerson(hub);
    const request = ask(changes);
    const gone = await person.get(request.url);
    expect(new URL(gone.location ?? '').searchParams.get(name)).toBe(Object.values(changes)[0]);
    const stale = await person.get(await acme.visit(gone.location ?? ''));
    expect([stale.status, textOf(stale, 'error-code')]).toEqual([403, 'upstream_stale']);
    expect((await person.get('/home')).text).toContain('home-sign-in');
    acme.script.claims = (claims) => ({ ...claims, auth_time: clock() - 4000 });
    const old = await person.get(await acme.visit((await person.get(request.url)).location ?? ''));
    expect(textOf(old, 'error-code')).toBe('upstream_stale');
    acme.script.claims = (claims) => ({ ...claims, auth_time: clock() });
    const fresh = await person.get(await acme.visit((await person.get(request.url)).location ?? ''));
    expect(answerOf(fresh).get('code')).not.toBeNull();
  });

  it('D14: our auth_time is the upstream’s, amr says that it was not us, and no acr is claimed', async () => {
    const then = clock() - 1000;
    acme.script.claims = (claims) => ({ ...claims, auth_time: then, acr: 'urn:gold', amr: ['mfa'] });
    const person = newPerson(hub);
    const request = ask();
    const back = await person.get(await acme.visit((await person.get(request.url)).location ?? ''));
    const claims = claimsIn((await redeem(hub.issuer, client, request, answerOf(back))).body.id_token);
    expect(claims).toMatchObject({ auth_time: then, amr: ['fed'] });
    expect(claims).not.toHaveProperty('acr', 'urn:gold');
    // Signed in 1000 seconds ago is too long for this one: back to the upstream, to sign in again.
    const again = await person.get(ask({ identity_provider_id: 'nobody', max_age: '60' }).url);
    const { origin, searchParams } = new URL(again.location ?? '');
    expect([origin, searchParams.get('prompt')]).toEqual([acme.issuer, 'login']);
  });

  it('D14: an essential acr that the upstream says is not ours to say', async () => {
    acme.script.claims = (claims) => ({ ...claims, acr: 'urn:gold' });
    const person = newPerson(hub);
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:gold'] } } });
    const gone = await person.get(ask({ claims }).url);
    const answer = answerOf(await person.get(await acme.visit(gone.location ?? '')));
    expect(answer.get('error')).toBe('unmet_authentication_requirements');
  });
});
