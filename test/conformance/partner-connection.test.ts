/** How we prove ourselves to a partner without a secret, and a partner whose TLS certificate is not in order. RFC 7523, RFC 8705, RFC 9110. */
import { afterEach, describe, expect, it } from 'vitest';
import { selfSigned, testAuthority, workshop } from '../support/certificates.ts';
import { startForeignProvider } from '../support/foreign-provider.ts';
import { createAgent } from '../support/http-agent.ts';
import { arriveFrom, newPerson, partner, startHub, startLink, textOf } from '../support/hub.ts';
import { freePort } from '../support/process.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

let close: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(close.map((each) => each()));
  close = [];
});

const folder = workshop();
const authority = testAuthority(folder, '/CN=Partner authority');
const server = (until = 10) => authority.issue({ subject: '/CN=partner', names: 'IP:127.0.0.1', use: 'serverAuth', from: -20, until });
const kit = selfSigned(folder, '/CN=kit');
const identity = { cert: kit.certFile, key: kit.keyFile };

async function overTls(changes: object = {}): Promise<{ idp: ScriptedProvider; entry: object }> {
  const { cert, key } = server();
  const idp = await startScriptedProvider({ tls: { cert, key }, userinfo: { name: 'Ann Archer', email: 'ann@acme.test' } });
  close.push(idp.close);
  const entry = partner('17', idp, {
    client_secret: undefined,
    token_endpoint_auth_method: 'tls_client_auth',
    tls: { ...identity, ca: authority.certFile },
    ...changes,
  });
  return { idp, entry };
}

async function hubWith(...upstreams: readonly object[]) {
  const hub = await startHub({ upstreams: upstreams as readonly Readonly<Record<string, unknown>>[] });
  close.push(hub.close);
  return hub;
}

describe('o2o: proving ourselves to a partner', () => {
  it.each(['RS256', 'ES256', 'PS256'])('with an assertion signed by our published %s key, at oidc-provider', async (alg) => {
    const port = await freePort();
    const issuer = `http://127.0.0.1:${port}`;
    const registration = {
      client_id: 'o2o',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: alg,
    };
    const idp = await startForeignProvider([
      {
        ...registration,
        jwks_uri: `${issuer}/jwks`,
        redirect_uris: [`${issuer}/auth/oidc/callback`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ]);
    const entry = partner('17', idp, { ...registration, client_secret: undefined });
    const hub = await startHub({ upstreams: [entry], server: { port } });
    close.push(hub.close, idp.close);
    const person = newPerson(hub);
    const gone = await person.get(startLink('17'));
    const back = await createAgent(idp.issuer).get(gone.location ?? '');
    expect(textOf(await person.get(back.location ?? ''), 'home-account')).toBe('Ann Archer');
    expect(idp.requests).toContain('POST /token');
  });

  it('with a certificate, which is shown to this partner only', async () => {
    const { idp, entry } = await overTls();
    const other = await startScriptedProvider({ tls: server(), sub: 'zoe' });
    close.push(other.close);
    const zeta = partner('zeta', other, { client_secret: undefined, token_endpoint_auth_method: 'none', tls: { ca: authority.certFile } });
    const hub = await hubWith(entry, zeta);
    expect(textOf(await arriveFrom(newPerson(hub), '17', idp), 'home-account')).toBe('Ann Archer');
    const refused = await arriveFrom(newPerson(hub), 'zeta', other);
    expect([refused.status, textOf(refused, 'error-code')]).toEqual([502, 'upstream_misconfigured']);
  });

  it('O2-14: a partner that lets its certificate lapse is a page for its people, and works again when it is renewed', async () => {
    const { idp, entry } = await overTls();
    const honest = await startScriptedProvider({ sub: 'zoe' });
    close.push(honest.close);
    const hub = await hubWith(entry, partner('zeta', honest));
    idp.present(server(-1));
    const page = await newPerson(hub).get(startLink('17'));
    expect([page.status, textOf(page, 'error-code')]).toEqual([503, 'upstream_unavailable']);
    expect((await arriveFrom(newPerson(hub), 'zeta', honest)).url).toBe(`${hub.issuer}/home`);
    idp.present(server());
    hub.advance(6);
    expect(textOf(await arriveFrom(newPerson(hub), '17', idp), 'home-account')).toBe('Ann Archer');
  });

  it('O2-14: a certificate that lapses between the way out and the way back, and one of nobody we know', async () => {
    const { idp, entry } = await overTls();
    const hub = await hubWith(entry);
    const person = newPerson(hub);
    const gone = await person.get(startLink('17'));
    const back = await idp.visit(gone.location ?? '');
    idp.present(server(-1));
    expect(textOf(await person.get(back), 'error-code')).toBe('upstream_unavailable');
    idp.present(selfSigned(folder, '/CN=partner'));
    hub.advance(6);
    const unknown = await person.get(startLink('17'));
    expect((await person.get(await idp.visit(unknown.location ?? ''))).status).toBe(503);
  });

  it('O2-14, O2-18: keys, tokens and userinfo that come late, or without end, are its people’s page alone, until they are well again', async () => {
    const { idp, entry } = await overTls();
    const hub = await hubWith(entry);
    const endless = ' '.repeat(10_000_000);
    const late = () => new Promise((resolve) => setTimeout(() => resolve({}), 5000).unref());
    for (const script of [{ jwks: () => endless }, { token: () => endless }, { userinfo: () => endless }, { token: late }]) {
      idp.script = script;
      const page = await arriveFrom(newPerson(hub), '17', idp);
      expect([page.status, textOf(page, 'error-code')]).toEqual([503, 'upstream_unavailable']);
      hub.advance(6);
    }
    idp.script = {};
    expect(textOf(await arriveFrom(newPerson(hub), '17', idp), 'home-account')).toBe('Ann Archer');
  });
});
