/**
 * The relying-party kit in front of providers that lie: RFC 9207, RFC 9700 sections 4.4 and 4.5, OpenID Connect Core 3.1.3.7 and 5.3.2, JARM.
 * What is refused is refused as `answer_refused` (nobody is signed in), before anything is sent that need not be.
 */
import { finish, type ProviderSettings, RelyingPartyError, start } from '@symbolon/relying-party';
import { base64url, exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applicationOf, secret, settingsOf, signInAt } from '../support/kit.ts';
import { newKey, type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

let a: ScriptedProvider;
let b: ScriptedProvider;

beforeAll(async () => {
  a = await startScriptedProvider({ sub: 'same-sub' });
  b = await startScriptedProvider({ sub: 'same-sub' });
});
beforeEach(() => {
  for (const provider of [a, b]) {
    provider.script = {};
    provider.requests.length = 0;
  }
});
afterAll(async () => {
  await a.close();
  await b.close();
});

function application(changes: Partial<ProviderSettings> = {}) {
  return applicationOf({ a: settingsOf(a, changes), b: settingsOf(b, changes) });
}

async function failureOf(promise: Promise<unknown>): Promise<RelyingPartyError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RelyingPartyError)) throw new Error(`not refused as it should be: ${error}`);
  return error;
}

async function refused(promise: Promise<unknown>, why: RegExp, kind = 'answer_refused'): Promise<void> {
  const error = await failureOf(promise);
  expect([error.kind, error.message]).toEqual([kind, expect.stringMatching(why)]);
  // What is logged must not be worth stealing.
  expect(JSON.stringify([error.message, error.stack, { ...error }])).not.toMatch(/secret-access|secret-refresh|eyJ|of \/\+=/);
}

/** Changes the query of an address. */
function changed(url: string, changes: Readonly<Record<string, string | undefined>>): string {
  const made = new URL(url);
  for (const [name, value] of Object.entries(changes))
    if (value === undefined) made.searchParams.delete(name);
    else made.searchParams.set(name, value);
  return made.href;
}

describe('answers of the wrong provider', () => {
  it('D1: an answer whose iss is another provider is refused before the code is sent anywhere', async () => {
    const rp = application();
    const { url, login } = await start(rp, 'a');
    const answer = changed(await a.visit(url), { iss: b.issuer });
    await refused(finish(rp, login, { url: answer }), /iss/);
    expect([a.asked('/token'), b.asked('/token')]).toEqual([0, 0]);
  });

  it('D1: an answer without iss is refused when the provider promised one', async () => {
    const rp = application();
    const { url, login } = await start(rp, 'a');
    await refused(finish(rp, login, { url: changed(await a.visit(url), { iss: undefined }) }), /iss/);
    expect(a.asked('/token')).toBe(0);
  });

  it('D2: a discovery document that names another issuer is refused', async () => {
    for (const issuer of [b.issuer, `${a.issuer}/`, a.issuer.toUpperCase(), undefined, [a.issuer]]) {
      a.script = { discovery: (document) => ({ ...document, issuer }) };
      await refused(start(application(), 'a'), /issuer/, 'discovery_invalid');
    }
  });

  it('D2: endpoints with less protection than the issuer are refused', async () => {
    for (const [name, url] of [
      ['token_endpoint', 'http://example.com/token'],
      ['jwks_uri', 'file:///etc/passwd'],
      ['userinfo_endpoint', 'https://user:pass@example.com/'],
      ['authorization_endpoint', 'javascript:alert(1)'],
    ] as const) {
      a.script = { discovery: (document) => ({ ...document, [name]: url }) };
      await refused(start(application(), 'a'), /no https address/, 'discovery_invalid');
    }
  });

  it('D3: what began at one provider does not finish with the answer of another', async () => {
    const rp = application();
    const atA = await start(rp, 'a');
    const atB = await start(rp, 'b');
    const answerOfB = await b.visit(atB.url);
    await refused(finish(rp, atA.login, { url: answerOfB }), /iss|state/);
    await refused(finish(rp, atA.login, { url: changed(answerOfB, { iss: a.issuer }) }), /state/);
    await refused(finish(rp, atA.login, { url: changed(answerOfB, { iss: a.issuer, state: undefined }) }), /state/);
    expect([a.asked('/token'), b.asked('/token')]).toEqual([0, 0]);
  });

  it('D3: parameters given twice are refused', async () => {
    const rp = application();
    const { url, login } = await start(rp, 'a');
    const answer = await a.visit(url);
    for (const name of ['state', 'iss', 'code']) await refused(finish(rp, login, { url: `${answer}&${name}=other` }), /once|invalid/);
    expect(a.asked('/token')).toBe(0);
  });

  it('D9: the same sub at two providers is two people, and sub is kept byte for byte', async () => {
    const rp = application();
    const [atA, atB] = [await signInAt(rp, 'a', a), await signInAt(rp, 'b', b)];
    expect(atA.sub).toBe(atB.sub);
    expect(atA.issuer).not.toBe(atB.issuer);
    for (const sub of ['Same-Sub', 'same-sub ', 'same\u00e9', 'same\u0065\u0301']) {
      a.script = { claims: (claims) => ({ ...claims, sub }), userinfo: () => ({ sub }) };
      expect((await signInAt(rp, 'a', a)).sub).toBe(sub);
    }
    for (const sub of ['', 'x'.repeat(256)]) {
      a.script = { claims: (claims) => ({ ...claims, sub }) };
      await refused(signInAt(rp, 'a', a), /sub/);
    }
  });
});

describe('codes of other people', () => {
  it('B8: a code that was made for another browser is refused by PKCE', async () => {
    const rp = application();
    const attacker = await start(rp, 'a');
    const victim = await start(rp, 'a');
    const stolen = new URL(await a.visit(attacker.url)).searchParams.get('code') ?? '';
    const answer = changed(await a.visit(victim.url), { code: stolen });
    await refused(finish(rp, victim.login, { url: answer }), /invalid_grant/, 'token_refused');
  });

  it('B8: a code that was made for another browser is refused by the nonce where the provider knows no PKCE', async () => {
    a.script = { discovery: (document) => ({ ...document, code_challenge_methods_supported: ['plain'] }) };
    const rp = application();
    const attacker = await start(rp, 'a');
    const victim = await start(rp, 'a');
    expect(new URL(victim.url).searchParams.has('code_challenge')).toBe(false);
    const stolen = new URL(await a.visit(attacker.url)).searchParams.get('code') ?? '';
    const answer = changed(await a.visit(victim.url), { code: stolen });
    await refused(finish(rp, victim.login, { url: answer }), /nonce/);
  });
});

describe('ID tokens that do not hold', () => {
  const now = () => Math.floor(Date.now() / 1000);

  it.each([
    ['D4', 'is for another client', { aud: 'other' }, /aud/],
    ['D4', 'is for nobody', { aud: undefined }, /aud/],
    ['D4', 'is for several without azp', { aud: ['kit', 'other'] }, /aud/],
    ['D4', 'is for several and another is meant', { aud: ['kit', 'other'], azp: 'other' }, /azp/],
    ['D4', 'is for us and another is meant', { aud: 'kit', azp: 'other' }, /azp/],
    ['D4', 'is of another issuer', { iss: 'http://127.0.0.1:1' }, /iss/],
    ['D5', 'never ends', { exp: undefined }, /exp/],
    ['D5', 'has no beginning', { iat: undefined }, /iat/],
    ['D5', 'has ended', { exp: now() - 120 }, /exp/],
    ['D5', 'is from tomorrow', { iat: now() + 86_400, exp: now() + 90_000 }, /iat/],
    ['D5', 'is not valid yet', { nbf: now() + 3600 }, /nbf/],
    ['D5', 'ends at a text', { exp: 'tomorrow' as unknown as number }, /exp/],
    ['D6', 'has no nonce', { nonce: undefined }, /nonce/],
    ['D6', 'has another nonce', { nonce: 'other' }, /nonce/],
  ] as const)('%s: an ID token that %s is refused', async (_, __, claims, why) => {
    a.script = { claims: (honest) => ({ ...honest, ...claims }) };
    await refused(signInAt(application(), 'a', a), why);
    expect(a.asked('/userinfo')).toBe(0);
  });

  it('D6: an ID token of an earlier sign-in is refused', async () => {
    const rp = application();
    const { tokens } = await signInAt(rp, 'a', a);
    a.script = { idToken: () => tokens.id_token };
    await refused(signInAt(rp, 'a', a), /nonce/);
  });

  it('D6: a token answer without ID token is refused', async () => {
    a.script = { token: ({ id_token: _, ...rest }) => rest };
    await refused(signInAt(application(), 'a', a), /id_token|invalid/);
  });

  it('D7: an ID token that is not signed is refused', async () => {
    a.script = { idToken: (claims) => new UnsecuredJWT(claims).encode() };
    await refused(signInAt(application(), 'a', a), /alg/);
  });

  it('D7: an ID token signed with the public key as a shared secret is refused', async () => {
    const publicKey = (await importJWK(a.key.publicJwk, 'RS256', { extractable: true })) as CryptoKey;
    const pem = new TextEncoder().encode(await exportSPKI(publicKey));
    a.script = { idToken: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(pem) };
    await refused(signInAt(application(), 'a', a), /alg/);
  });

  it('D7: an ID token signed with the client secret is refused where RS256 was agreed', async () => {
    a.script = { idToken: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret)) };
    await refused(signInAt(application(), 'a', a), /alg/);
  });

  it('D7: where HS256 was agreed, only the client secret signs', async () => {
    const shared = (key: string) => new TextEncoder().encode(key.padEnd(32, '.'));
    const rp = application({ id_token_signed_response_alg: 'HS256' });
    a.script = { idToken: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret)) };
    expect((await signInAt(rp, 'a', a)).sub).toBe('same-sub');
    a.script = { idToken: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(shared('another')) };
    await refused(signInAt(rp, 'a', a), /secret/);
  });

  it('D7: an ID token signed with the key of another provider is refused, under either name', async () => {
    for (const kid of [a.key.publicJwk.kid, b.key.publicJwk.kid]) {
      a.script = { idToken: (claims) => b.sign(claims, { kid: kid ?? '' }) };
      await refused(signInAt(application(), 'a', a), /sign|key/);
    }
  });

  it('D7: an EC key that says RS256, and an ID token that says ES256, are refused', async () => {
    const ec = await newKey('ES256');
    const kid = ec.publicJwk.kid ?? '';
    a.script = {
      jwks: ({ keys }) => ({ keys: [...keys, { ...ec.publicJwk, alg: 'RS256' }] }),
      idToken: (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(ec.privateKey),
    };
    await refused(signInAt(application(), 'a', a), /alg/);
    const relabelled = base64url.encode(JSON.stringify({ alg: 'RS256', kid }));
    a.script.idToken = async (claims) => {
      const jwt = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(ec.privateKey);
      return `${relabelled}${jwt.slice(jwt.indexOf('.'))}`;
    };
    await refused(signInAt(application(), 'a', a), /key/);
  });

  it('D7, F3: a key that comes in the header of the ID token is not used', async () => {
    const own = await newKey();
    const header = { alg: 'RS256', jwk: own.publicJwk, kid: own.publicJwk.kid ?? '' };
    a.script = { idToken: (claims) => new SignJWT(claims).setProtectedHeader(header).sign(own.privateKey) };
    await refused(signInAt(application(), 'a', a), /key/);
  });

  it('D10: userinfo about somebody else, or about nobody, signs nobody in', async () => {
    for (const sub of ['other', 'Same-sub', undefined]) {
      a.script = { userinfo: (claims) => ({ ...claims, sub }) };
      await refused(signInAt(application(), 'a', a), /sub/);
    }
  });
});

describe('answers as JWT', () => {
  const jarm = { response_mode: 'jwt' } as const;
  const answered = (claims: Record<string, string>) => ({ ...claims, aud: 'kit', exp: Math.floor(Date.now() / 1000) + 60 });

  it('D13: a JWT answer that holds counts, and what stands beside it does not', async () => {
    a.script = {
      answer: async (honest) => ({
        response: await a.sign(answered(honest)),
        code: 'injected',
        state: 'injected',
        iss: b.issuer,
        error: 'x',
      }),
    };
    expect((await signInAt(application(jarm), 'a', a)).sub).toBe('same-sub');
    expect(a.requests.find(({ path }) => path === '/token')?.form.get('code')).not.toBe('injected');
  });

  it('D13: plain parameters without the JWT that was asked for are refused', async () => {
    await refused(signInAt(application(jarm), 'a', a), /JARM|response/);
    expect(a.asked('/token')).toBe(0);
  });

  it('D13: a JWT answer that nobody asked for is refused', async () => {
    a.script = { answer: async (honest) => ({ ...honest, response: await a.sign(answered(honest)) }) };
    await refused(signInAt(application(), 'a', a), /JARM/);
  });

  it.each([
    ['is of another issuer', { iss: 'http://127.0.0.1:1' }, /iss/],
    ['is for another client', { aud: 'other' }, /aud/],
    ['has no audience', { aud: undefined }, /aud/],
    ['has ended', { exp: 1 }, /exp/],
    ['never ends', { exp: undefined }, /exp/],
    ['has another state', { state: 'other' }, /state/],
    ['has no state', { state: undefined }, /state/],
  ] as const)('D13: a JWT answer that %s is refused', async (_, changes, why) => {
    a.script = { answer: async (honest) => ({ response: await a.sign({ ...answered(honest), ...changes }) }) };
    await refused(signInAt(application(jarm), 'a', a), why);
    expect(a.asked('/token')).toBe(0);
  });

  it('D13: a JWT answer without signature, of another key or algorithm is refused', async () => {
    const signed: readonly ((claims: Record<string, string | number>) => string | Promise<string>)[] = [
      (claims) => new UnsecuredJWT(claims).encode(),
      (claims) => b.sign(claims, { kid: a.key.publicJwk.kid ?? '' }),
      (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret)),
    ];
    for (const sign of signed) {
      a.script = { answer: async (honest) => ({ response: await sign(answered(honest)) }) };
      await refused(signInAt(application(jarm), 'a', a), /alg|signature/);
    }
    expect(a.asked('/token')).toBe(0);
  });

  it('D13: a JWT answer that should be encrypted and is not is refused', async () => {
    const rp = application({ ...jarm, authorization_encrypted_response_alg: 'RSA-OAEP' });
    a.script = { answer: async (honest) => ({ response: await a.sign(answered(honest)) }) };
    await refused(signInAt(rp, 'a', a), /encrypted/);
  });

  it('D13, F2: answers that name keys nobody knows make us ask for keys once in a while, not each time', async () => {
    const rp = application(jarm);
    a.script = { answer: async (honest) => ({ response: await a.sign(answered(honest), { kid: 'unknown' }) }) };
    for (let turn = 0; turn < 5; turn += 1) await refused(signInAt(rp, 'a', a), /key/);
    expect(a.asked('/jwks')).toBe(1);
  });
});
