/** The relying-party kit as o2o uses it (seed 000): many partners, one callback, and partners that are down, slow, changed or careless. */
import { finish, mapClaims, type ProviderSettings, RelyingPartyError, refresh, start } from '@symbolon/relying-party';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applicationOf, redirectUri, secret, settingsOf, signInAt } from '../support/kit.ts';
import { newKey, type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

let a: ScriptedProvider;
let b: ScriptedProvider;
const discovery = '/.well-known/openid-configuration';
const userinfo = { name: 'Ann', email: 'ann@partner.example' };

beforeAll(async () => {
  a = await startScriptedProvider({ userinfo });
  b = await startScriptedProvider();
});
beforeEach(() => {
  for (const provider of [a, b]) {
    provider.script = {};
    provider.ahead = 0;
    provider.requests.length = 0;
  }
});
afterAll(async () => {
  await a.close();
  await b.close();
});

/** With a clock that the test moves, for the partners too, and little patience. */
function application(changes: Partial<ProviderSettings> = {}) {
  const now = () => Math.floor(Date.now() / 1000) + a.ahead;
  const rp = applicationOf({ a: settingsOf(a, changes), b: settingsOf(b) }, { now, timeout: 0.3 });
  const advance = (seconds: number) => {
    a.ahead += seconds;
    b.ahead += seconds;
  };
  return { rp, advance };
}

function kindOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof RelyingPartyError ? error.kind : error),
  );
}

describe('o2o: relying party', () => {
  it('O2-1: start leads to the authorization endpoint with everything in it, and discovery is fetched once', async () => {
    const { rp } = application({ scope: 'openid email profile' });
    const { url, login } = await start(rp, 'a', {
      prompt: 'login',
      extra: { identity_provider_id: 'bank', max_age: '60', prompt: 'none' },
    });
    await start(rp, 'a');
    const { origin, pathname, searchParams } = new URL(url);
    expect(origin + pathname).toBe(`${a.issuer}/authorize`);
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: 'kit',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      state: login.state,
      nonce: login.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      prompt: 'login',
      identity_provider_id: 'bank',
      max_age: '60',
    });
    expect(a.asked(discovery)).toBe(1);
  });

  it('O2-1: many who come at once make one fetch', async () => {
    const { rp } = application();
    await Promise.all(Array.from({ length: 20 }, () => start(rp, 'a')));
    expect(a.asked(discovery)).toBe(1);
  });

  it('O2-2: a provider that is unknown or was taken away is refused', async () => {
    const providers: Record<string, ProviderSettings> = { a: settingsOf(a) };
    const rp = applicationOf(providers);
    const { url, login } = await start(rp, 'a');
    delete providers.a;
    expect(await kindOf(start(rp, 'b'))).toBe('provider_unknown');
    expect(await kindOf(finish(rp, login, { url: await a.visit(url) }))).toBe('provider_unknown');
  });

  it('O2-3: two partners in two tabs finish each in its own', async () => {
    const { rp } = application();
    const [atA, atB] = [await start(rp, 'a', { data: 'tab 1' }), await start(rp, 'b', { data: 'tab 2' })];
    const [urlA, urlB] = [await a.visit(atA.url), await b.visit(atB.url)];
    const second = await finish(rp, atB.login, { url: urlB });
    const first = await finish(rp, atA.login, { url: urlA });
    expect([first.issuer, first.data, second.issuer, second.data]).toEqual([a.issuer, 'tab 1', b.issuer, 'tab 2']);
  });

  it('O2-4: an answer that comes too late is refused before anything is sent', async () => {
    const { rp, advance } = application();
    const { url, login } = await start(rp, 'a');
    const answer = await a.visit(url);
    advance(900);
    expect(await kindOf(finish(rp, login, { url: answer }))).toBe('login_expired');
    expect(a.asked('/token')).toBe(0);
  });

  it('O2-6: the token call is a POST with the credentials in the body and no Authorization header', async () => {
    const { rp } = application();
    await signInAt(rp, 'a', a);
    const call = a.requests.find(({ path }) => path === '/token');
    expect([call?.method, call?.headers.authorization, call?.form.get('client_id'), call?.form.get('client_secret')]).toEqual([
      'POST',
      undefined,
      'kit',
      secret,
    ]);
    expect([call?.form.get('grant_type'), call?.form.get('redirect_uri')]).toEqual(['authorization_code', redirectUri]);
  });

  it('O2-6: client_secret_basic encodes id and secret as forms do, and says nothing in the body', async () => {
    const { rp } = application({ token_endpoint_auth_method: 'client_secret_basic' });
    await signInAt(rp, 'a', a);
    const call = a.requests.find(({ path }) => path === '/token');
    expect(Buffer.from(call?.headers.authorization?.slice(6) ?? '', 'base64').toString()).toBe('kit:a+secret+of+%2F%2B%3D+the+partner');
    expect(call?.form.has('client_secret')).toBe(false);
  });

  it('O2-8: name and mail come from userinfo, after its sub was compared', async () => {
    const { rp } = application();
    expect((await signInAt(rp, 'a', a)).userinfo).toEqual({ sub: 'person-1', ...userinfo });
  });

  it('O2-9: broken claim rules name each claim, and no value', async () => {
    const claims = {
      bike_plan: { required: true, values: ['A', 'B'], to: 'plan' },
      contract: { required: true },
      language: { values: ['nl', 'fr', 'en'] },
      personnel_number: { pattern: '[0-9]{4}', type: 'string' },
      email: { required: true },
    } as const;
    a.script = { claims: (honest) => ({ ...honest, bike_plan: 'secret-plan', language: 'nl', personnel_number: '1234\n' }) };
    const { rp } = application({ claims });
    const error = await signInAt(rp, 'a', a).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      kind: 'claims',
      provider: 'a',
      faults: [
        { claim: 'bike_plan', reason: 'value' },
        { claim: 'contract', reason: 'missing' },
        { claim: 'personnel_number', reason: 'pattern' },
      ],
    });
    expect(String(error)).not.toContain('secret-plan');
    a.script = { claims: (honest) => ({ ...honest, bike_plan: 'A', contract: 'clerk', email: 'signed@partner.example' }) };
    expect((await signInAt(rp, 'a', a)).attributes).toEqual({ plan: 'A', contract: 'clerk', email: 'signed@partner.example' });
  });

  it('O2-13: a person who says no is told apart from an answer that is wrong', async () => {
    const { rp } = application();
    a.script = { answer: ({ code: _, ...honest }) => ({ ...honest, error: 'access_denied', error_description: 'no\u0000 <b>thanks' }) };
    const error = await signInAt(rp, 'a', a).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'denied', error: 'access_denied', error_description: 'no? <b>thanks' });
    a.script = { answer: ({ code: _, ...honest }) => ({ ...honest, error: 'login_required' }) };
    expect(await signInAt(rp, 'a', a).catch((reason: unknown) => reason)).toMatchObject({ kind: 'answer_error', error: 'login_required' });
    // Not everybody may say no: without our state it is not an answer to us.
    a.script = { answer: () => ({ error: 'access_denied', iss: a.issuer }) };
    expect(await kindOf(signInAt(rp, 'a', a))).toBe('answer_refused');
  });

  it.each([
    ['answers 500', () => 500, 'provider_unavailable'],
    ['is slow', () => new Promise((resolve) => setTimeout(resolve, 2000)), 'provider_unavailable'],
    ['answers 10 MB', () => 'x'.repeat(10_000_000), 'provider_unavailable'],
    ['answers 404', () => 404, 'discovery_invalid'],
    ['answers no JSON', () => '<html>', 'discovery_invalid'],
    ['forgot its endpoints', ({ token_endpoint: _, ...rest }: Record<string, unknown>) => rest, 'discovery_invalid'],
  ] as const)('O2-14: a partner that %s concerns only its own people, and is asked again soon', async (_, broken, kind) => {
    const { rp, advance } = application();
    a.script = { discovery: broken };
    const [ofA, ofB] = await Promise.all([kindOf(start(rp, 'a')), kindOf(signInAt(rp, 'b', b))]);
    expect([ofA, ofB]).toEqual([kind, 'fine']);
    // Who comes in the next moments is told at once, and the partner is left alone.
    expect(await kindOf(start(rp, 'a'))).toBe(kind);
    expect(a.asked(discovery)).toBe(1);
    a.script = {};
    advance(6);
    expect(await kindOf(signInAt(rp, 'a', a))).toBe('fine');
  });

  it('O2-14: what was known of a partner serves while its discovery is down; a document that changed its issuer does not', async () => {
    const { rp, advance } = application();
    await signInAt(rp, 'a', a);
    advance(700);
    a.script = { discovery: () => 500 };
    expect(await kindOf(signInAt(rp, 'a', a))).toBe('fine');
    advance(700);
    a.script = { discovery: (document) => ({ ...document, issuer: b.issuer }) };
    expect(await kindOf(start(rp, 'a'))).toBe('discovery_invalid');
  });

  it('O2-14: a token endpoint that is down, refuses us or answers nonsense is told apart', async () => {
    const { rp } = application();
    const answers = [() => 503, () => ({ error: 'invalid_client' }), () => 'nonsense', () => ({ token_type: 'Bearer' })];
    const kinds: unknown[] = [];
    for (const token of answers) {
      a.script = { token };
      kinds.push(await kindOf(signInAt(rp, 'a', a)));
    }
    expect(kinds).toEqual(['provider_unavailable', 'token_refused', 'answer_refused', 'answer_refused']);
  });

  it('O2-18: a partner rotates its keys, and the next person signs in', async () => {
    const { rp, advance } = application();
    await signInAt(rp, 'a', a);
    await signInAt(rp, 'a', a);
    expect(a.asked('/jwks')).toBe(1);
    a.key = await newKey();
    advance(6);
    await signInAt(rp, 'a', a);
    expect(a.asked('/jwks')).toBe(2);
    // A key that was withdrawn is believed for five minutes at most.
    const withdrawn = a.key;
    a.script = { jwks: () => ({ keys: [] }), idToken: (claims) => a.sign(claims, { kid: withdrawn.publicJwk.kid ?? '' }) };
    advance(301);
    expect(await kindOf(signInAt(rp, 'a', a))).toBe('answer_refused');
  });

  it('O2-18: keys that were known serve while the key set is down', async () => {
    const { rp, advance } = application();
    await signInAt(rp, 'a', a);
    a.script = { jwks: () => 500 };
    advance(400);
    expect(await kindOf(signInAt(rp, 'a', a))).toBe('fine');
  });
});

describe('Identify: relying party', () => {
  it('SW-31: a provider without userinfo endpoint says everything in the ID token', async () => {
    const { rp } = application({ claims: { email: { required: true } } });
    a.script = {
      discovery: ({ userinfo_endpoint: _, ...document }) => document,
      claims: (honest) => ({ ...honest, email: 'ann@partner.example' }),
    };
    const signedIn = await signInAt(rp, 'a', a);
    expect([signedIn.userinfo, signedIn.attributes]).toEqual([undefined, { email: 'ann@partner.example' }]);
  });
});

describe('what is asked and what is kept', () => {
  it('pushes the request where the provider or the settings want it, authenticated, and sends the browser with its name only', async () => {
    const { rp } = application({ require_pushed_authorization_requests: true });
    const { url, login } = await start(rp, 'a');
    const pushed = a.requests.find(({ path }) => path === '/par');
    expect([pushed?.form.get('state'), pushed?.form.get('client_secret')]).toEqual([login.state, secret]);
    expect([...new URL(url).searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    expect((await finish(rp, login, { url: await a.visit(url) })).sub).toBe('person-1');
    a.script = { pushed: () => ({ error: 'invalid_request' }) };
    expect(await kindOf(start(rp, 'a'))).toBe('request_refused');
  });

  it('refuses extra parameters that protect the request', async () => {
    for (const name of ['state', 'nonce', 'redirect_uri', 'code_challenge', 'client_id', 'response_mode'])
      expect(await kindOf(start(application().rp, 'a', { extra: { [name]: 'x' } }))).toBe('settings_invalid');
  });

  it('wants an auth_time that is young enough when max_age was asked', async () => {
    const { rp } = application();
    expect(await kindOf(signInAt(rp, 'a', a, { max_age: 60 }))).toBe('answer_refused');
    a.script = { claims: (honest) => ({ ...honest, auth_time: (honest.iat ?? 0) - 3600 }) };
    expect(await kindOf(signInAt(rp, 'a', a, { max_age: 60 }))).toBe('answer_refused');
    a.script = { claims: (honest) => ({ ...honest, auth_time: honest.iat }) };
    expect(await kindOf(signInAt(rp, 'a', a, { max_age: 60 }))).toBe('fine');
  });

  it('keeps the old refresh token and ID token where an answer has no new ones, and refuses tokens of somebody else', async () => {
    const { rp } = application();
    const signedIn = await signInAt(rp, 'a', a);
    a.script = { token: () => ({ access_token: 'second', token_type: 'Bearer' }) };
    const renewed = await refresh(rp, signedIn);
    expect(renewed).toMatchObject({ access_token: 'second', refresh_token: 'secret-refresh', id_token: signedIn.tokens.id_token });
    a.script = { claims: (honest) => ({ ...honest, sub: 'other' }) };
    expect(await kindOf(refresh(rp, signedIn))).toBe('answer_refused');
    a.script = { token: () => ({ error: 'invalid_grant' }) };
    expect(await kindOf(refresh(rp, signedIn))).toBe('token_refused');
  });

  it('takes missing, empty and null claims for the same, and rules for lists entry by entry', () => {
    const rules = { groups: { type: 'strings', values: ['staff', 'admin'] }, name: { required: true } } as const;
    expect(mapClaims(rules, { groups: ['staff'], name: 'Ann', other: 1 })).toEqual({
      attributes: { groups: ['staff'], name: 'Ann' },
      faults: [],
    });
    for (const name of ['', null, undefined])
      expect(mapClaims(rules, { name }).faults).toMatchObject([{ claim: 'name', reason: 'missing' }]);
    expect(mapClaims(rules, { groups: ['staff', 'root'], name: 'Ann' }).faults).toMatchObject([{ reason: 'value' }]);
    expect(mapClaims(rules, { groups: 'staff', name: 'Ann' }).faults).toMatchObject([{ reason: 'type' }]);
    expect(mapClaims({ toString: { required: true } }, {}).faults).toMatchObject([{ claim: 'toString', reason: 'missing' }]);
  });
});
