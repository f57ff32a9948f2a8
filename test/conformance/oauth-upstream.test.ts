/** Upstreams that speak plain OAuth 2.0 and have a user API: a small one on a real socket that says what GitHub's says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newPerson, partner, people, startHub, textOf } from '../support/hub.ts';
import { startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

type Api = { readonly origin: string; answers: Record<string, unknown>; readonly asked: string[]; readonly close: () => Promise<unknown> };

let api: Api;
let hub: TestServer;
let upstreams: readonly Readonly<Record<string, unknown>>[];

const honest = {
  '/token': { access_token: 'secret', token_type: 'bearer' },
  '/user': { id: 583231, login: 'octocat', name: 'Mona', email: 'mona@github.test', plan: { name: 'pro' }, email_verified: true, sub: 'x' },
};

beforeAll(async () => {
  api = await startApi();
  const at = (path: string) => `${api.origin}${path}`;
  const places = { authorization_endpoint: at('/authorize'), token_endpoint: at('/token'), userinfo_endpoint: at('/user') };
  const profile = { sub: 'id', name: 'name', preferred_username: 'login', email: 'email', plan: 'plan.name' };
  const common = { connector: 'oauth2', client_id: 'ours', client_secret: 'a:b c', ...places, profile, scope: 'read:user' };
  upstreams = [
    { id: 'hub-a', ...common, claims: { plan: { required: true } }, linking: 'ask', domains: ['github.test'] },
    { id: 'hub-b', ...common, token_endpoint_auth_method: 'client_secret_post' },
    { id: 'preset', preset: 'github', client_id: 'ours', client_secret: 'secret' },
  ];
  hub = await startHub({ upstreams });
});
afterAll(() => Promise.all([hub.close(), api.close()]));
afterEach(() => {
  api.answers = { ...honest };
  api.asked.length = 0;
});

async function startApi(): Promise<Api> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { authorization = '-', accept = '-' } = request.headers;
    asked.push(`${request.method} ${request.url} ${authorization} ${accept} ${Buffer.concat(chunks)}`);
    const answer = made.answers[request.url ?? ''];
    response.writeHead(typeof answer === 'number' ? answer : 200, { 'content-type': 'application/json' });
    response.end(typeof answer === 'number' ? '' : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const made: Api = {
    origin,
    answers: { ...honest },
    asked,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
  return made;
}

/** To the upstream and back with this answer. */
async function comeBack(id: string, answer: Record<string, string>, person = newPerson(hub)) {
  const gone = new URL((await person.get(`/auth/oidc/start/${id}`)).location ?? '');
  const redirect = gone.searchParams.get('redirect_uri');
  const query = new URLSearchParams({ state: gone.searchParams.get('state') ?? '', ...answer });
  return { gone, back: await person.get(`${redirect}?${query}`) };
}

describe('broker: upstreams of plain OAuth 2.0', () => {
  it('asks with state and PKCE, at an address of its own, and takes who it is from the user API', async () => {
    const { gone, back } = await comeBack('hub-a', { code: 'abc' });
    expect(Object.fromEntries(gone.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'ours',
      redirect_uri: `${hub.issuer}/auth/oidc/callback/hub-a`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      scope: 'read:user',
    });
    expect(textOf(back, 'home-account')).toBe('Mona');
    const [made] = (await people(hub)).filter(({ username }) => username.startsWith('hub-a'));
    expect(made?.username).toBe('hub-a/octocat');
    expect(made?.claims).toEqual({
      name: 'Mona',
      preferred_username: 'octocat',
      email: 'mona@github.test',
      email_verified: false,
      plan: 'pro',
    });
    const basic = Buffer.from('ours:a%3Ab+c').toString('base64');
    expect(api.asked[0]).toMatch(new RegExp(`^POST /token Basic ${basic} application/json grant_type=authorization_code&code=abc&`));
    expect(api.asked[0]).not.toContain('client_secret');
    expect(api.asked[1]).toMatch(/^GET \/user Bearer secret /);
    const identities = await hub.tenants[0]?.store.identities.list(made?.sub ?? '');
    expect(identities?.map(({ issuer, subject }) => [issuer, subject])).toEqual([[api.origin, '583231']]);
  });

  it('sends the secret in the body where that is agreed', async () => {
    await comeBack('hub-b', { code: 'abc' });
    expect(api.asked[0]).toMatch(/^POST \/token - /);
    expect(api.asked[0]).toContain('client_secret=a%3Ab+c');
  });

  it.each([
    ['a refusal at the token endpoint', { '/token': { error: 'bad_verification_code' } }, 'upstream_misconfigured'],
    ['a user API without an id', { '/user': { name: 'Nobody' } }, 'upstream_refused'],
    ['a user API that says whose id is an object', { '/user': { id: { $ne: 1 } } }, 'upstream_refused'],
    ['a user API that is down', { '/user': 500 }, 'upstream_unavailable'],
    ['a user API that refuses', { '/user': 403 }, 'upstream_refused'],
  ])('signs nobody in after %s', async (_, answers, code) => {
    const before = (await people(hub)).length;
    api.answers = { ...honest, ...answers };
    const { back } = await comeBack('hub-b', { code: 'abc' });
    expect([textOf(back, 'error-code'), (await people(hub)).length]).toEqual([code, before]);
  });

  it('has a friendly page for a no, and refuses an answer without a code', async () => {
    expect(textOf((await comeBack('hub-a', { error: 'access_denied' })).back, 'error-code')).toBe('upstream_denied');
    expect(textOf((await comeBack('hub-a', {})).back, 'error-code')).toBe('upstream_refused');
    expect(api.asked).toEqual([]);
  });

  it('knows the well-known providers by name', async () => {
    const gone = new URL((await newPerson(hub).get('/auth/oidc/start/preset')).location ?? '');
    expect([gone.origin + gone.pathname, gone.searchParams.get('scope')]).toEqual([
      'https://github.com/login/oauth/authorize',
      'read:user user:email',
    ]);
  });

  it('the answer of one at the address of another is refused before anything is asked', async () => {
    const acme = await startScriptedProvider();
    const other = await startHub({ upstreams: [...upstreams, partner('acme', acme)] });
    const person = newPerson(other);
    const gone = new URL((await person.get('/auth/oidc/start/hub-a')).location ?? '');
    const query = new URLSearchParams({ code: 'abc', state: gone.searchParams.get('state') ?? '' });
    for (const place of ['/auth/oidc/callback/hub-b', '/auth/oidc/callback']) {
      const fresh = new URL((await person.get('/auth/oidc/start/hub-a')).location ?? '').searchParams.get('state') ?? '';
      query.set('state', fresh);
      expect(textOf(await person.get(`${place}?${query}`), 'error-code')).toBe('upstream_refused');
    }
    const answer = await acme.visit((await person.get('/auth/oidc/start/acme')).location ?? '');
    expect(textOf(await person.get(answer.replace('/callback?', '/callback/hub-a?')), 'error-code')).toBe('upstream_refused');
    expect([api.asked, acme.asked('/token')]).toEqual([[], 0]);
    await Promise.all([other.close(), acme.close()]);
  });
});
