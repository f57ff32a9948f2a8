/** Tokens bound to keys of either kind: client certificates, as the edge hands them to the core, and DPoP keys beside them. */
import { keepSecret } from '@symbolon/provider';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, codeFor, corePost } from '../support/core-client.ts';
import { dpopKey, dpopProof, hashOf } from '../support/dpop.ts';
import { type TestProvider, testClient, testProvider } from '../support/provider.ts';

const own = { certificate: { thumbprint: 'own-certificate' } };
const foreign = { certificate: { thumbprint: 'foreign-certificate' } };
const secret = 'secret-of-the-confidential-client';

let provider: TestProvider;

beforeAll(async () => {
  const bound = { tls_client_certificate_bound_access_tokens: true };
  provider = await testProvider([testClient(bound), testClient({ client_id: 'free' })]);
  const { op } = provider;
  const confidential = testClient({ ...bound, client_id: 'confidential', token_endpoint_auth_method: 'client_secret_post' });
  const jwts = testClient({ ...bound, client_id: 'jwts', policy: { ...confidential.policy, accessToken: 'jwt' } });
  await op.store.clients.register({ ...confidential, secrets: [keepSecret(op.vault, confidential, secret)] }, op.now());
  await op.store.clients.register(jwts, op.now());
});

const token = (form: Readonly<Record<string, string>>, more = {}) => ask(provider.op, 'token', corePost(form, more));

async function redeem(client_id: string, more: object = own) {
  const proof: Record<string, string> = client_id === 'confidential' ? { client_secret: secret } : {};
  const { status, body } = await token({ ...(await codeFor(provider.op, client_id)), ...proof }, more);
  expect(status).toBe(200);
  return { access: String(body.access_token), refresh: String(body.refresh_token), type: body.token_type };
}

function userinfo(access: string, more = {}, scheme = 'Bearer') {
  return ask(provider.op, 'userinfo', { ...corePost({}), method: 'GET', headers: { authorization: `${scheme} ${access}` }, ...more });
}

describe('security: tokens bound to a certificate', () => {
  it('G5: an access token is worth something only over a connection with its certificate', async () => {
    const { access, type } = await redeem('rp');
    expect(type).toBe('Bearer');
    expect((await userinfo(access, own)).status).toBe(200);
    for (const more of [{}, foreign]) {
      const { status, body } = await userinfo(access, more);
      expect([status, body.error]).toEqual([401, 'invalid_token']);
    }
    expect((await userinfo(access, own, 'DPoP')).status).toBe(401);
  });

  it('G5: a client whose tokens are bound gets none without a certificate', async () => {
    const { status, body } = await token(await codeFor(provider.op, 'rp'));
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  it('G5: introspection tells an API which certificate to look for, and so does a JWT', async () => {
    const { access, refresh } = await redeem('confidential');
    const seen = (value: string) =>
      ask(provider.op, 'introspection', corePost({ token: value, client_id: 'confidential', client_secret: secret }));
    expect((await seen(access)).body).toMatchObject({ active: true, token_type: 'Bearer', cnf: { 'x5t#S256': 'own-certificate' } });
    expect((await seen(refresh)).body).not.toHaveProperty('cnf');
    const jwt = (await redeem('jwts')).access;
    expect(JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()).cnf).toEqual({ 'x5t#S256': 'own-certificate' });
  });

  it('G5: the refresh token of a public client is bound too, and a stranger with it changes nothing', async () => {
    const { refresh } = await redeem('rp');
    const use = (more: object) => token({ grant_type: 'refresh_token', client_id: 'rp', refresh_token: refresh }, more);
    expect((await use(foreign)).body.error).toBe('invalid_grant');
    const { status, body } = await use(own);
    expect(status).toBe(200);
    expect((await userinfo(String(body.access_token), own)).status).toBe(200);
    provider.advance(3600);
    expect((await use(foreign)).body.error).toBe('invalid_grant');
    expect((await token({ grant_type: 'refresh_token', client_id: 'rp', refresh_token: String(body.refresh_token) }, own)).status).toBe(
      200,
    );
  });

  it('G5: a confidential client may change its certificate, and its new access token is bound to the new one', async () => {
    const { refresh } = await redeem('confidential');
    const form = { grant_type: 'refresh_token', client_id: 'confidential', client_secret: secret, refresh_token: refresh };
    const { status, body } = await token(form, foreign);
    expect(status).toBe(200);
    expect((await userinfo(String(body.access_token), own)).status).toBe(401);
    expect((await userinfo(String(body.access_token), foreign)).status).toBe(200);
  });

  it('a certificate that nobody demands binds nothing', async () => {
    const { access } = await redeem('free');
    expect((await userinfo(access)).status).toBe(200);
  });
});

describe('security: tokens bound to a DPoP key and a certificate', () => {
  const key = dpopKey();
  const proof = (path: string, claims = {}) => {
    const method = path === '/token' ? 'POST' : 'GET';
    return dpopProof(key, method, `${provider.op.settings.issuer}${path}`, { claims }, provider.op.now());
  };

  it('G1, G5: both are asked for where both were there, and neither alone will do', async () => {
    const { body } = await token(await codeFor(provider.op, 'rp'), { ...own, headers: { dpop: proof('/token') } });
    expect(body.token_type).toBe('DPoP');
    const access = String(body.access_token);
    const shown = (more: object) => {
      const headers = { authorization: `DPoP ${access}`, dpop: proof('/userinfo', { ath: hashOf(access) }) };
      return userinfo(access, { headers, ...more });
    };
    expect((await shown(own)).status).toBe(200);
    expect((await shown({})).status).toBe(401);
    expect((await shown(foreign)).status).toBe(401);
    expect((await shown({ ...own, headers: { authorization: `DPoP ${access}` } })).status).toBe(401);
    expect((await userinfo(access, own)).status).toBe(401);
    const refresh = { grant_type: 'refresh_token', client_id: 'rp', refresh_token: String(body.refresh_token) };
    expect((await token(refresh, own)).body.error).toBe('invalid_grant');
    expect((await token(refresh, { ...own, headers: { dpop: proof('/token') } })).status).toBe(200);
  });

  it('a proof costs one verb of the store, whatever else the request does', async () => {
    const verbs: string[] = [];
    const { store } = provider.op;
    const counted = <T extends object>(part: T): T =>
      new Proxy(part, {
        get: (target, name) => {
          verbs.push(String(name));
          return Reflect.get(target, name);
        },
      });
    const op = {
      ...provider.op,
      store: {
        ...store,
        requests: counted(store.requests),
        grants: counted(store.grants),
        tokens: counted(store.tokens),
        replay: counted(store.replay),
      },
    };
    const form = await codeFor(provider.op, 'free');
    const { body } = await ask(op, 'token', corePost(form, { headers: { dpop: proof('/token') } }));
    expect(verbs.splice(0)).toEqual(['once', 'redeem', 'open']);
    const access = String(body.access_token);
    const headers = { authorization: `DPoP ${access}`, dpop: proof('/userinfo', { ath: hashOf(access) }) };
    expect((await ask(op, 'userinfo', { ...corePost({}), method: 'GET', headers })).status).toBe(200);
    expect(verbs.splice(0)).toEqual(['findAccess', 'once']);
    const refresh = { grant_type: 'refresh_token', client_id: 'free', refresh_token: String(body.refresh_token) };
    expect((await ask(op, 'token', corePost(refresh, { headers: { dpop: proof('/token') } }))).status).toBe(200);
    expect(verbs).toEqual(['once', 'rotate']);
  });
});
