import { authorize, OAuthError, type Provider, parseParameters, resume, type Store, serve, signIn } from '@symbolon/provider';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ann, issuer, type TestProvider, testClient, testProvider } from '../support/provider.ts';

const browser = { hash: 'browser-hash', fresh: false };
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

function get(query: string) {
  return { method: 'GET', query: parseParameters(query), form: undefined, headers: {}, address: '127.0.0.1' };
}

function query(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString();
}

const good = {
  client_id: 'rp',
  redirect_uri: 'https://rp.example/cb',
  response_type: 'code',
  scope: 'openid',
  state: 's',
  code_challenge: challenge,
  code_challenge_method: 'S256',
};

describe('security: whatever is asked, answers go to the registered redirect URI only', () => {
  let provider: TestProvider;
  beforeAll(async () => {
    provider = await testProvider();
    await signIn(provider.op, undefined, browser.hash, { sub: ann.sub, amr: ['pwd'] });
  });

  const anything = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.constantFrom(
      'none',
      'code',
      'token',
      'id_token',
      'login',
      'S256',
      'plain',
      'form_post',
      'fragment',
      'jwt',
      'query.jwt',
      'form_post.jwt',
      '0',
    ),
  );
  const names = [
    'redirect_uri',
    'response_type',
    'response_mode',
    'response_mode',
    'scope',
    'state',
    'nonce',
    'prompt',
    'max_age',
    'code_challenge',
    'code_challenge_method',
    'request',
    'request_uri',
    'id_token_hint',
    'login_hint',
  ];

  it('A1, A9: 2000 random requests are answered to the letter of the registration, shown as a page, or kept as a step', async () => {
    const changes = fc.dictionary(fc.constantFrom(...names), anything, { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(changes, async (change) => {
        const request = get(query({ ...good, ...change }));
        const outcome = await authorize(provider.op, request, browser).catch((error: unknown) => error);
        if (outcome instanceof OAuthError) return;
        if (outcome instanceof Error) throw outcome;
        if (typeof outcome !== 'object' || outcome === null || !('answer' in outcome)) return;
        const answer = outcome.answer as { redirect?: string; form?: { action: string } };
        const target = answer.form?.action ?? answer.redirect ?? '';
        const registered = testClient().redirect_uris;
        expect(
          answer.form
            ? registered.includes(target)
            : registered.some((uri) => target.startsWith(`${uri}?`) || target.startsWith(`${uri}&`) || target.startsWith(`${uri}#`)),
        ).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The store, and the verbs it was asked for, as each is called. */
function counting(store: Store) {
  const calls: string[] = [];
  const counted = (name: string, verbs: object) =>
    Object.fromEntries(
      Object.entries(verbs).map(([verb, act]) => [
        verb,
        (...given: unknown[]) => {
          if (name !== 'clients') calls.push(`${name}.${verb}`);
          return (act as (...given: unknown[]) => unknown)(...given);
        },
      ]),
    );
  return { store: Object.fromEntries(Object.entries(store).map(([name, verbs]) => [name, counted(name, verbs)])) as Store, calls };
}

describe('conformance: the authorization endpoint of the core', () => {
  it('F3: a pushed request is one write; with a live session it is answered with two reads and one write', async () => {
    const { op } = await testProvider();
    await signIn(op, undefined, browser.hash, { sub: ann.sub, amr: ['pwd'] });
    const { store, calls } = counting(op.store);
    const post = { ...get(''), method: 'POST', form: parseParameters(query(good)) };
    const pushed = await serve({ ...op, store }, 'pushedAuthorizationRequest', post);
    expect([pushed.status, calls.splice(0)]).toEqual([201, ['requests.push']]);
    const { request_uri } = JSON.parse(pushed.body) as { request_uri: string };
    const outcome = await authorize({ ...op, store }, get(query({ request_uri })), browser);
    expect(outcome).toMatchObject({ answer: { redirect: expect.stringContaining('https://rp.example/cb?code=') } });
    // The first time for this client in the session: it is noted that it knows of it.
    expect(calls).toEqual(['requests.find', 'sessions.find', 'sessions.join', 'requests.approve']);
  });

  it.each([
    ['code', ['sessions.find', 'requests.push']],
    ['id_token', ['sessions.find', 'requests.push']],
    ['code id_token token', ['sessions.find', 'requests.push', 'grants.open']],
  ])('A12: a live session is one read and one write, one more with an access token: %s', async (response_type, statements) => {
    const { op } = await testProvider([testClient({ response_types: [response_type] })]);
    await signIn(op, undefined, browser.hash, { sub: ann.sub, amr: ['pwd'] });
    const { store, calls } = counting(op.store);
    const ask = (on: Provider) => authorize(on, get(query({ ...good, response_type, nonce: 'n' })), browser);
    await ask({ ...op, store });
    // The first time, it is noted that the client knows of the session.
    expect(calls.splice(0)).toEqual(statements.toSpliced(1, 0, 'sessions.join'));
    const outcome = await ask({ ...op, store });
    expect(calls).toEqual(statements);
    const { redirect } = 'answer' in outcome ? (outcome.answer as { redirect: string }) : { redirect: '' };
    const { search, hash } = new URL(redirect);
    const answer = new URLSearchParams(search || hash.slice(1));
    expect(answer.get('state')).toBe('s');
    expect(answer.get('iss')).toBe(issuer);
    if (response_type.startsWith('code')) expect(answer.get('code')).toMatch(/^[\w-]{43}$/);
  });

  it('B6: a request belongs to the browser that opened it; one no browser opened yet goes to the first that does', async () => {
    const { op } = await testProvider();
    const opened = await authorize(op, get(query(good)), browser);
    const id = 'request' in opened ? opened.request.id : '';
    await expect(resume(op, id, { hash: 'another', fresh: false })).rejects.toThrow('another browser');
    expect(await resume(op, id, browser)).toMatchObject({ show: 'login' });

    const posted = await authorize(op, { ...get(''), method: 'POST', form: parseParameters(query(good)) }, undefined);
    const unbound = 'reopen' in posted ? posted.reopen : '';
    expect(await resume(op, unbound, browser)).toMatchObject({ show: 'login' });
    await expect(resume(op, unbound, { hash: 'another', fresh: false })).rejects.toThrow(OAuthError);
  });
});
