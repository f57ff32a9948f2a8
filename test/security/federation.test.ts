/**
 * Answers of upstreams that must not be believed: mix-up, other audiences and algorithms, old answers, replays, other browsers and tenants. The
 * provider in the test is real and lies; whatever it does, nobody is signed in and nothing is created.
 */
import { createHash } from 'node:crypto';
import { exportSPKI, importJWK, type JWTPayload, SignJWT } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentResponse } from '../support/http-agent.ts';
import { alice, arriveFrom, newPerson, outAndBack, partner, people, startHub, startLink, textOf } from '../support/hub.ts';
import { newKey, type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

let acme: ScriptedProvider;
let zeta: ScriptedProvider;
let hub: TestServer;

beforeEach(async () => {
  const userinfo = { name: 'Ann Archer', email: 'ann@acme.test' };
  [acme, zeta] = await Promise.all([startScriptedProvider({ userinfo }), startScriptedProvider({ userinfo: { name: 'Zoe' } })]);
  const other = { id: 'other', issuer: 'http://127.0.0.1:4000/t/other', upstreams: [partner('17', zeta)] };
  hub = await startHub({
    upstreams: [partner('17', acme), partner('zeta', zeta), partner('jarm', acme, { response_mode: 'jwt' })],
    tenants: [other],
  });
});
afterEach(() => Promise.all([hub.close(), acme.close(), zeta.close()]));

/** A page that says no; no session, no account. */
async function expectRefused(answer: AgentResponse, code = 'upstream_refused'): Promise<void> {
  expect([answer.location, textOf(answer, 'error-code')]).toEqual([undefined, code]);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect((await people(hub)).map(({ username }) => username)).toEqual([alice.username]);
}

const changed = (address: string, changes: Readonly<Record<string, string | undefined>>): string => {
  const url = new URL(address);
  for (const [name, value] of Object.entries(changes))
    value === undefined ? url.searchParams.delete(name) : url.searchParams.set(name, value);
  return url.href;
};

describe('security: answers of upstreams', () => {
  it.each([
    ['another iss', { iss: 'https://zeta.example' }],
    ['no iss though it is promised', { iss: undefined }],
  ])('D1: an answer with %s is refused before the token endpoint is asked', async (_, change) => {
    const person = newPerson(hub);
    await expectRefused(await person.get(changed(await outAndBack(person, startLink('17'), acme), change)));
    expect(acme.asked('/token')).toBe(0);
  });

  it('D2: a discovery document of another issuer leads nowhere', async () => {
    acme.script.discovery = (document) => ({ ...document, issuer: `${acme.issuer}/` });
    await expectRefused(await newPerson(hub).get(startLink('17')), 'upstream_misconfigured');
  });

  it('D3, D11: what one partner answered is worth nothing under the state of another', async () => {
    const person = newPerson(hub);
    const [fromAcme, fromZeta] = [await outAndBack(person, startLink('17'), acme), await outAndBack(person, startLink('zeta'), zeta)];
    const state = new URL(fromAcme).searchParams.get('state') ?? '';
    await expectRefused(await person.get(changed(fromZeta, { state })));
    const issued = new URL(fromZeta).searchParams.get('state') ?? '';
    await expectRefused(await person.get(changed(fromAcme, { state: issued, iss: zeta.issuer })), 'upstream_misconfigured');
    expect([acme.asked('/token'), zeta.asked('/token')]).toEqual([0, 1]);
  });

  it('D3: an answer in another browser, with another cookie or with none, is nobody’s', async () => {
    const [person, thief] = [newPerson(hub), newPerson(hub)];
    const answer = await outAndBack(person, startLink('17'), acme);
    await expectRefused(await thief.get(answer), 'invalid_request');
    await thief.get(startLink('zeta'));
    await expectRefused(await thief.get(answer), 'invalid_request');
    expect(acme.asked('/token')).toBe(0);
    expect((await person.get(answer)).url).toBe(`${hub.issuer}/home`);
  });

  const wrong: readonly (readonly [string, string, (claims: JWTPayload) => object])[] = [
    ['D4', 'another audience', (claims) => ({ ...claims, aud: 'another' })],
    ['D4', 'an audience among several without azp', (claims) => ({ ...claims, aud: ['kit', 'another'] })],
    ['D4', 'an azp that is another', (claims) => ({ ...claims, aud: ['kit', 'another'], azp: 'another' })],
    ['D5', 'no exp', ({ exp: _, ...claims }) => claims],
    ['D5', 'no iat', ({ iat: _, ...claims }) => claims],
    ['D5', 'exp in the past', (claims) => ({ ...claims, exp: (claims.iat ?? 0) - 60 })],
    ['D5', 'iat far ahead', (claims) => ({ ...claims, iat: (claims.iat ?? 0) + 3600, exp: (claims.iat ?? 0) + 7200 })],
    ['D6', 'no nonce', ({ nonce: _, ...claims }) => claims],
    ['D6', 'another nonce', (claims) => ({ ...claims, nonce: 'x'.repeat(43) })],
    ['D2', 'another issuer', (claims) => ({ ...claims, iss: 'https://zeta.example' })],
    ['D9', 'an empty sub', (claims) => ({ ...claims, sub: '' })],
    ['D9', 'a sub of 256 characters', (claims) => ({ ...claims, sub: 'x'.repeat(256) })],
  ];
  it.each(wrong)('%s: an ID token with %s is refused', async (_, __, change) => {
    acme.script.claims = change;
    acme.script.userinfo = (claims) => ({ ...claims, sub: (change({ sub: claims.sub as string }) as { sub: string }).sub });
    await expectRefused(await arriveFrom(newPerson(hub), '17', acme));
  });

  it('D6: the nonce of an earlier sign-in is refused', async () => {
    const nonces: (string | undefined)[] = [];
    acme.script.claims = (claims) => ({ ...claims, nonce: nonces[0] ?? 'x' });
    const person = newPerson(hub);
    for (let round = 0; round < 2; round += 1) {
      const gone = await person.get(startLink('17'));
      nonces.push(new URL(gone.location ?? '').searchParams.get('nonce') ?? undefined);
      if (round === 1) await expectRefused(await person.get(await acme.visit(gone.location ?? '')));
    }
  });

  const unsigned = (claims: JWTPayload) => `${part({ alg: 'none' })}.${part(claims)}.`;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    ['alg none', async (claims: JWTPayload) => unsigned(claims)],
    [
      'HS256 with the public key as the secret',
      async (claims: JWTPayload) => {
        const pem = await exportSPKI((await importJWK(acme.key.publicJwk, 'RS256')) as CryptoKey);
        return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(pem));
      },
    ],
    ['the key of another provider', (claims: JWTPayload) => zeta.sign(claims, { kid: acme.key.publicJwk.kid ?? '' })],
    ['a key that nobody published', async (claims: JWTPayload) => signedWith('RS256', claims)],
    ['an EC key under the name of an RSA one', async (claims: JWTPayload) => signedWith('ES256', claims)],
  ])('D7: an ID token signed with %s is refused', async (_, sign) => {
    acme.script.idToken = sign;
    await expectRefused(await arriveFrom(newPerson(hub), '17', acme));
  });

  async function signedWith(alg: string, claims: JWTPayload): Promise<string> {
    const { privateKey } = await newKey(alg);
    return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid: acme.key.publicJwk.kid ?? '' }).sign(privateKey);
  }

  it('D8: an answer serves once, also when 8 come at once', async () => {
    const person = newPerson(hub);
    const answer = await outAndBack(person, startLink('17'), acme);
    const header = person.cookies.header(new URL(answer)) ?? '';
    const all = await Promise.all(Array.from({ length: 8 }, () => fetch(answer, { redirect: 'manual', headers: { cookie: header } })));
    expect(all.map(({ status }) => status).sort()).toEqual([302, ...Array(7).fill(400)]);
    expect(acme.asked('/token')).toBe(1);
    expect(textOf(await person.get(answer), 'error-code')).toBe('invalid_request');
  });

  it('D9: the same subject of two partners, or in another case, is never the same account', async () => {
    const account = async (id: string, provider: ScriptedProvider) =>
      textOf(await arriveFrom(newPerson(hub), id, provider), 'claim-username');
    const first = await account('17', acme);
    expect(await account('17', acme)).toBe(first);
    expect(await account('zeta', zeta)).not.toBe(first);
    acme.script = { claims: (claims) => ({ ...claims, sub: 'Person-1' }), userinfo: (claims) => ({ sub: 'Person-1', name: claims.name }) };
    expect(await account('17', acme)).not.toBe(first);
    expect(await people(hub)).toHaveLength(4);
  });

  it('D10: userinfo about somebody else is refused', async () => {
    acme.script.userinfo = (claims) => ({ ...claims, sub: 'person-2' });
    await expectRefused(await arriveFrom(newPerson(hub), '17', acme));
  });

  it('D12: an answer for one tenant is nothing at another, though the same browser and partner have been there', async () => {
    const person = newPerson(hub);
    await person.get(`/t/other${startLink('17')}`);
    const answer = await outAndBack(person, startLink('zeta'), zeta);
    await expectRefused(await person.get(answer.replace('/auth/', '/t/other/auth/')), 'invalid_request');
    expect(zeta.asked('/token')).toBe(0);
  });

  describe('D13: an answer that is a JWT', () => {
    const answering = (change: (claims: JWTPayload) => object, sign = (claims: object) => acme.sign(claims)) => {
      acme.script.answer = async (parameters) => {
        const exp = Math.floor(Date.now() / 1000) + 300;
        return { response: await sign(change({ ...parameters, aud: 'kit', exp })) };
      };
    };

    it('is believed when it holds, and plain parameters beside it are not looked at', async () => {
      answering((claims) => claims);
      const person = newPerson(hub);
      const answer = changed(await outAndBack(person, startLink('jarm'), acme), {
        code: 'forged',
        state: 'forged',
        error: 'access_denied',
      });
      expect((await person.get(answer)).url).toBe(`${hub.issuer}/home`);
    });

    it.each([
      ['of another issuer', (claims: JWTPayload) => ({ ...claims, iss: zeta.issuer })],
      ['for another client', (claims: JWTPayload) => ({ ...claims, aud: 'another' })],
      ['that has expired', (claims: JWTPayload) => ({ ...claims, exp: 1 })],
    ])('%s is refused', async (_, change) => {
      answering(change);
      await expectRefused(await arriveFrom(newPerson(hub), 'jarm', acme));
      expect(acme.asked('/token')).toBe(0);
    });

    it('that is not signed, or not a JWT at all, is refused', async () => {
      answering(
        (claims) => claims,
        async (claims) => unsigned(claims as JWTPayload),
      );
      await expectRefused(await arriveFrom(newPerson(hub), 'jarm', acme));
      delete acme.script.answer;
      await expectRefused(await arriveFrom(newPerson(hub), 'jarm', acme));
      expect(acme.asked('/token')).toBe(0);
    });
  });

  it('L21: what passes between partner and us leaves no code, token, state, secret or cookie in the log', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
    const told = await startHub({ upstreams: [partner('17', acme)], server: { logger } });
    const person = newPerson(told);
    const answer = new URL(await outAndBack(person, startLink('17'), acme));
    await person.get(answer.href);
    await person.get(answer.href);
    acme.script.token = () => ({ error: 'invalid_client', error_description: 'no\nline break' });
    await person.get(await outAndBack(person, startLink('17'), acme));
    const log = lines.join('');
    expect(log).toContain('identity.provisioned');
    expect(log).toContain('upstream.refused');
    const { code, state } = Object.fromEntries(answer.searchParams);
    const cookies = (person.cookies.header(new URL(told.issuer)) ?? '').split(/; ?/).map((each) => each.split('=')[1]);
    for (const secret of [
      code,
      state,
      'secret-access',
      'secret-refresh',
      'a secret of',
      ...cookies,
      acme.requests.at(-1)?.form.get('code_verifier'),
    ])
      expect(log).not.toContain(secret ?? 'nothing to look for');
    await told.close();
  });

  it('F19: what is kept while a person is away is sealed', async () => {
    const person = newPerson(hub);
    const gone = await person.get(startLink('17'));
    const { state = '', nonce = '' } = Object.fromEntries(new URL(gone.location ?? '').searchParams);
    const secret = /symbolon-hub=([\w-]+)/.exec(person.cookies.header(new URL(hub.issuer)) ?? '')?.[1] ?? '';
    const now = hub.tenants[0]?.op.now() ?? 0;
    const kept = await hub.tenants[0]?.store.waits.find('login', sha256(state), sha256(secret), now);
    expect(kept?.length).toBeGreaterThan(200);
    for (const hidden of [state, nonce, 'code_verifier', 'flex_partner'])
      expect(Buffer.from(kept ?? '', 'base64url').toString() + kept).not.toContain(hidden);
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
