/**
 * Redirect URIs end to end (RFC 9700 section 4.1): whatever is not a registered one, to the letter, gets an error page, never a redirect. The
 * browser of these tests is signed in and the client needs no consent, so a server that let one through would hand it a code at once.
 */
import { parse } from 'symbolon';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest, type ClientUnderTest, clients, type Parameters, signInAndConsent } from '../support/client.ts';
import { type Agent, createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorPage } from './pages.ts';

const rp: ClientUnderTest = {
  client_id: 'rp',
  client_secret: 'rp-secret-0123456789abcdef0123456789',
  redirect_uri: 'https://rp.example/cb',
};
const other: ClientUnderTest = { ...rp, client_id: 'other', redirect_uri: 'https://other.example/cb' };

const configuration = (redirectUri: string) => `
server: { listen: 127.0.0.1:4000 }
database: sqlite:./unused.db
tenants:
  - id: main
    issuer: http://127.0.0.1:4000
    signing: [RS256]
    users: [{ username: alice, password: correct horse battery staple }]
    clients:
      - { client_id: rp, client_secret: ${rp.client_secret}, redirect_uris: ["${redirectUri}"], policy: { consent: implicit } }
      - { client_id: other, client_secret: ${rp.client_secret}, redirect_uris: ["${other.redirect_uri}"], policy: { consent: implicit } }
`;

let server: TestServer;
let agent: Agent;

beforeAll(async () => {
  server = await startSymbolon({ yaml: configuration(rp.redirect_uri) });
  agent = createAgent(server.issuer);
  await signInAndConsent(agent, await agent.get(authorizationRequest(server.issuer, rp).url));
});

afterAll(() => server.close());

/** By GET and by POST, asking as usual and silently. */
async function expectRefused(redirect_uri: string): Promise<void> {
  for (const prompt of [undefined, 'none']) {
    const { url } = authorizationRequest(server.issuer, rp, { redirect_uri, prompt });
    const because = `${JSON.stringify(redirect_uri)} prompt ${prompt}`;
    expectErrorPage(await agent.get(url), `GET ${because}`);
    expectErrorPage(await agent.post(`${server.issuer}/authorize`, new URL(url).searchParams), `POST ${because}`);
  }
}

describe('security: redirect URI', () => {
  it('A1: the registered redirect URI itself receives a code', async () => {
    const answer = await agent.get(authorizationRequest(server.issuer, rp).url);
    expect(answer.location).toMatch(/^https:\/\/rp\.example\/cb\?code=/);
    const silent = await agent.get(authorizationRequest(server.issuer, rp, { prompt: 'none' }).url);
    expect(answerOf(silent).get('code')).not.toBeNull();
  });

  it.each([
    'https://rp.example/cb/extra',
    'https://rp.example/cbx',
    'https://rp.example/c',
    'https://rp.example/',
    'https://rp.example',
    'https://rp.example/cb?x=1',
    'https://rp.example/cb?',
    'https://rp.example/cb/',
    'https://rp.example//cb',
    'https://rp.example:443/cb',
    'https://rp.example:8443/cb',
    'https://rp.example/CB',
    'https://RP.example/cb',
    'HTTPS://rp.example/cb',
    'http://rp.example/cb',
    'https://rpXexample/cb',
    'https://rp.example/%63b',
    ' https://rp.example/cb',
    'https://rp.example/cb ',
    '//rp.example/cb',
    '/cb',
  ])('A1: %j is not the registered https://rp.example/cb', expectRefused);

  it.each([
    'https://rp.example@evil.example/cb',
    'https://rp.example@x@evil.example/cb',
    'https://rp.example@x@y@evil.example/cb',
    'https://rp.example:443@evil.example/cb',
    'https://rp.example%40evil.example/cb',
    'https://user@rp.example/cb',
    'https://evil.example/https://rp.example/cb',
  ])('A2: user information does not disguise a foreign host: %j', expectRefused);

  it.each([
    'https://rp.example.evil.example/cb',
    'https://evilrp.example/cb',
    'https://evil.rp.example/cb',
    'https://rp.example./cb',
    'https://evil.example/?https://rp.example/cb',
  ])('A3: a host with the right end or the right beginning is foreign: %j', expectRefused);

  it.each([
    'https://*.rp.example/cb',
    'https://rp.example/*',
    'https://rp.example/cb#x',
    'javascript:alert(1)',
    'https://rp.example@evil.example/cb',
  ])('A3 A8: %j cannot be registered', (uri) => {
    const loaded = parse(configuration(uri), { baseDirectory: '/', env: {} });
    expect(loaded.ok).toBe(false);
    if (!loaded.ok) expect(loaded.findings.map(({ path }) => path)).toEqual(['tenants[0].clients[0].redirect_uris[0]']);
    expect(parse(configuration(rp.redirect_uri), { baseDirectory: '/', env: {} }).ok).toBe(true);
  });

  it.each([
    'https://rp.example/cb/../x',
    'https://rp.example/x/../cb',
    'https://rp.example/cb/..;/x',
    'https://rp.example/cb/%2e%2e%2fx',
    'https://rp.example/cb/%2e%2e/x',
    'https://rp.example/cb/%252e%252e%252fx',
    'https://rp.example/cb/..%5cx',
    'https://rp.example/./cb',
  ])('A4: a path that walks is not the registered one: %j', expectRefused);

  it.each([
    'https:\\\\rp.example\\cb',
    'https://rp.example\\cb',
    'https://evil.example\\@rp.example/cb',
    'https://rp.example/cb\t',
    'https://rp\t.example/cb',
    'https://rp.example/cb\n',
    'https://rp.example/cb\r\nlocation: https://evil.example',
    'https://rp.example/cb\0',
    'https://rp.example\0.evil.example/cb',
    'https://rp\uff0eexample/cb',
    'https://rp\u3002example/cb',
    'https://\u200brp.example/cb',
  ])('A6: backslash, control and look-alike characters are not mended: %j', expectRefused);

  it.each(['https://rp.example/cb#', 'https://rp.example/cb#x', 'https://rp.example/cb#@evil.example', 'https://rp.example/cb%23x'])(
    'A8: a fragment is refused: %j',
    expectRefused,
  );

  const conditions: readonly (readonly [string, Parameters, string?])[] = [
    ['nobody is signed in', {}],
    ['an unknown scope', { scope: 'nothing' }],
    ['no scope', { scope: undefined }],
    ['an unsupported response type', { response_type: 'token' }],
    ['no response type', { response_type: undefined }],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['prompt=none with another value', { prompt: 'none login' }],
    ['a max_age that is no number', { max_age: 'x' }],
    ['a forged id_token_hint', { id_token_hint: 'e30.e30.e30' }],
    ['a request object', { request: 'e30.e30.' }, 'invalid_request_object'],
    ['a request_uri', { request_uri: 'https://evil.example/request' }, 'invalid_request_uri'],
    ['a request_uri of nothing that was pushed', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request_uri'],
    ['response_mode jwt', { response_mode: 'jwt' }],
    ['response_mode fragment', { response_mode: 'fragment' }],
    ['response_mode form_post', { response_mode: 'form_post' }],
    ['an unknown response_mode', { response_mode: 'web_message' }],
    ['a state that is too long', { state: 's'.repeat(3000) }],
  ];

  it.each(conditions.map(([name, changes, code = 'invalid_request']) => [name, changes, code] as const))(
    'A9: prompt=none never leads to an unregistered redirect URI: %s',
    async (_, changes, code) => {
      const stranger = createAgent(server.issuer);
      const { url } = authorizationRequest(server.issuer, rp, { prompt: 'none', ...changes, redirect_uri: 'https://evil.example/cb' });
      expectErrorPage(await stranger.get(url), url, 400, code);
      expectErrorPage(await agent.get(url), url, 400, code);
      expectErrorPage(await agent.post(`${server.issuer}/authorize`, new URL(url).searchParams), url, 400, code);
    },
  );

  it('A11: a redirect_uri given twice is refused, whichever comes first, and even when both are the registered one', async () => {
    const { url } = authorizationRequest(server.issuer, rp, { redirect_uri: undefined });
    const evil = encodeURIComponent('https://evil.example/cb');
    const good = encodeURIComponent(rp.redirect_uri);
    for (const pair of [
      `${good}&redirect_uri=${evil}`,
      `${evil}&redirect_uri=${good}`,
      `${good}&redirect_uri=${good}`,
      `${good}&redirect_uri=`,
    ])
      expectErrorPage(await agent.get(`${url}&redirect_uri=${pair}`), pair);
  });

  it('A11: a client_id given twice is refused', async () => {
    const { url } = authorizationRequest(server.issuer, rp);
    expectErrorPage(await agent.get(`${url}&client_id=other`), 'rp, then other');
    expectErrorPage(await agent.get(`${url}&client_id=rp`), 'rp twice');
    const pair = new URLSearchParams([...new URL(url).searchParams, ['client_id', 'other']]);
    expectErrorPage(await agent.post(`${server.issuer}/authorize`, pair), 'twice in the body');
  });

  it('A11: parameters in the query and in the body are refused, whichever names the client or the redirect URI', async () => {
    const { searchParams } = new URL(authorizationRequest(server.issuer, rp).url);
    const queries: readonly (readonly [string, string])[] = [
      ['client_id', rp.client_id],
      ['client_id', other.client_id],
      ['redirect_uri', rp.redirect_uri],
      ['redirect_uri', 'https://evil.example/cb'],
      ['redirect_uri', other.redirect_uri],
    ];
    for (const [name, value] of queries) {
      const query = new URLSearchParams({ [name]: value });
      expectErrorPage(await agent.post(`${server.issuer}/authorize?${query}`, searchParams), `both have ${name}`);
      const rest = new URLSearchParams(searchParams);
      rest.delete(name);
      expectErrorPage(await agent.post(`${server.issuer}/authorize?${query}`, rest), `${name} in the query only`);
    }
  });

  it('A14: a redirect URI that another client registered is foreign', async () => {
    await expectRefused(other.redirect_uri);
    expect((await agent.get(authorizationRequest(server.issuer, other).url)).location).toMatch(/^https:\/\/other\.example\/cb\?code=/);
  });

  it('A14: an unknown client is refused without a redirect', async () => {
    for (const client_id of ['nobody', 'RP', 'rp ', 'rp\0', '__proto__', clients.web.client_id]) {
      const { url } = authorizationRequest(server.issuer, rp, { client_id });
      expectErrorPage(await agent.get(url), client_id);
    }
  });
});
