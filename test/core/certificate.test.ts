/** Client authentication by certificates in the core alone: keys that a client publishes, and what registration says of certificates. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { type Client, type ClientMetadata, type CoreRequest, clientCertificate, metadataFaults } from '@symbolon/provider';
import { describe, expect, it } from 'vitest';
import { type Pair, selfSigned, workshop } from '../support/certificates.ts';
import { ask, corePost } from '../support/core-client.ts';
import { testClient, testProvider } from '../support/provider.ts';

const folder = workshop();
const [first, second] = [selfSigned(folder, '/CN=first'), selfSigned(folder, '/CN=second')];
const jwks_uri = 'https://rp.example/jwks';

const jwkOf = ({ cert }: Pair, more: object = {}) => ({ ...createPublicKey(cert).export({ format: 'jwk' }), ...more });
const rawOf = ({ cert }: Pair) => new X509Certificate(cert).raw;
const x5c = (pair: Pair) => ({ x5c: [rawOf(pair).toString('base64')] });

/** Sent over a connection with this certificate. */
function by(pair: Pair): CoreRequest {
  const certificate = clientCertificate(rawOf(pair));
  if (certificate === undefined) throw new Error('no certificate');
  return corePost({ client_id: 'rp', token: 'none' }, { certificate });
}

async function provider(changes: Partial<Client>, keys: () => readonly object[] | undefined = () => undefined) {
  const client = testClient({ token_endpoint_auth_method: 'self_signed_tls_client_auth', ...changes });
  const made = await testProvider([client], async () => {
    const published = keys();
    return published === undefined ? new Response('', { status: 503 }) : Response.json({ keys: published });
  });
  made.advance(Math.floor(Date.now() / 1000) - made.op.now());
  return { ...made, status: async (pair: Pair) => (await ask(made.op, 'revocation', by(pair))).status };
}

describe('conformance: certificates whose keys the client publishes', () => {
  it('T6 in part: a new one is taken as soon as its key is in the key set, and the old one no longer once that is fetched anew', async () => {
    let keys = [jwkOf(first)];
    const { status, advance } = await provider({ jwks_uri }, () => keys);
    expect([await status(first), await status(second)]).toEqual([200, 401]);
    keys = [jwkOf(second)];
    advance(61);
    expect([await status(second), await status(first)]).toEqual([200, 401]);
  });

  it('a key set that cannot be had proves nobody, and is no fault of ours', async () => {
    expect(await (await provider({ jwks_uri })).status(first)).toBe(401);
    expect(await (await provider({})).status(first)).toBe(401);
  });
});

describe('security: certificates whose keys the client registered', () => {
  it('G7: where the certificate itself is registered, another one over the same key is refused', async () => {
    const { status } = await provider({ jwks: { keys: [jwkOf(first, x5c(second))] } });
    expect([await status(first), await status(second)]).toEqual([401, 200]);
  });

  it('G7: a key that is for encryption authenticates nobody', async () => {
    expect(await (await provider({ jwks: { keys: [jwkOf(first, { use: 'enc' })] } })).status(first)).toBe(401);
  });

  it('G7: octets that are no certificate are none', () => {
    const raw = rawOf(first);
    const wrong = [
      Buffer.alloc(0),
      Buffer.from('hello'),
      raw.subarray(0, -1),
      Buffer.concat([raw, raw]),
      Buffer.concat([Buffer.from([0x30, 0x82, 0x60, 0]), Buffer.alloc(0x6000)]),
    ];
    expect(wrong.map(clientCertificate)).toEqual(wrong.map(() => undefined));
  });

  it('G7: what has the outside of a certificate only proves nobody', async () => {
    const { op } = await provider({ jwks: { keys: [jwkOf(first)] } });
    const certificate = clientCertificate(Buffer.from('30030201ff', 'hex'));
    expect(certificate).toBeDefined();
    const { status, body } = await ask(
      op,
      'revocation',
      corePost({ client_id: 'rp', token: 'none' }, { ...(certificate && { certificate }) }),
    );
    expect([status, body.error]).toEqual([401, 'invalid_client']);
  });
});

describe('what registration says of certificates', () => {
  const offer = { signing: ['ES256'], scopes: [], mtls: {} } as const;
  const metadata: ClientMetadata = { client_id: 'rp', redirect_uris: ['https://rp.example/cb'] };
  const dn = { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=rp' } as const;
  const faults = (changes: Partial<ClientMetadata>, other: object = {}) =>
    metadataFaults({ ...offer, ...other }, { ...metadata, ...changes }).map(({ member }) => member);

  it.each<readonly [Partial<ClientMetadata>, readonly string[]]>([
    [dn, []],
    [{ token_endpoint_auth_method: 'tls_client_auth' }, ['token_endpoint_auth_method']],
    [{ ...dn, tls_client_auth_san_dns: 'rp.example' }, ['tls_client_auth_san_dns']],
    [{ tls_client_auth_subject_dn: 'CN=rp' }, ['tls_client_auth_subject_dn']],
    [{ ...dn, tls_client_auth_subject_dn: '/CN=rp' }, ['tls_client_auth_subject_dn']],
    [{ token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_ip: '192.0.2.300' }, ['tls_client_auth_san_ip']],
    [{ token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_ip: '2001:db8::1' }, []],
    [{ token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_dns: '*.rp.example' }, ['tls_client_auth_san_dns']],
    [{ token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_uri: 'rp' }, ['tls_client_auth_san_uri']],
    [{ token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_email: 'rp' }, ['tls_client_auth_san_email']],
    [{ token_endpoint_auth_method: 'self_signed_tls_client_auth' }, ['jwks']],
    [{ token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks_uri }, []],
    [{ ...dn, id_token_signed_response_alg: 'HS256' }, ['id_token_signed_response_alg']],
    [{ tls_client_certificate_bound_access_tokens: true, response_types: ['code', 'code token'] }, ['response_types']],
  ])('%o', (changes, members) => {
    expect(faults({ id_token_signed_response_alg: 'ES256', ...changes })).toEqual(members);
  });

  it('where no certificate arrives, what needs one is refused', () => {
    const { mtls: _, ...deaf } = offer;
    const said = (changes: Partial<ClientMetadata>) =>
      metadataFaults(deaf, { ...metadata, id_token_signed_response_alg: 'ES256', ...changes });
    expect(said(dn).map(({ member }) => member)).toEqual(['token_endpoint_auth_method']);
    expect(said({ tls_client_certificate_bound_access_tokens: true }).map(({ member }) => member)).toEqual([
      'tls_client_certificate_bound_access_tokens',
    ]);
  });

  it('a production client needs a key of its own where the tenant has an authority', () => {
    const strict = { productionByKey: true };
    const es = { id_token_signed_response_alg: 'ES256', environment: 'production' } as const;
    expect([faults(es, strict), faults({ ...es, ...dn }, strict), faults(es)]).toEqual([['environment'], [], []]);
    expect(faults({ ...es, environment: 'sandbox' }, strict)).toEqual([]);
  });
});

describe('security: clients that change their own registration', () => {
  it('L8: a production client stays one, and cannot go back to a secret; nobody makes himself one', async () => {
    const { op } = await provider({});
    const registration = { open: true, grantTypes: ['authorization_code'], scopes: ['openid'], maxClients: 9 } as const;
    const strict = { ...op, settings: { ...op.settings, registration, productionByKey: true } };
    const said = { redirect_uris: ['https://rp.example/cb'], grant_types: ['authorization_code'] };
    const claiming = await ask(strict, 'registration', corePost({}, { json: JSON.stringify({ ...said, environment: 'production' }) }));
    expect([claiming.status, claiming.body.error]).toEqual([400, 'invalid_client_metadata']);
    const made = await ask(strict, 'registration', corePost({}, { json: JSON.stringify(said) }));
    const client_id = String(made.body.client_id);
    const found = async () => (await op.store.clients.find(client_id)) as Client;
    expect([made.status, (await found()).environment]).toEqual([201, undefined]);
    await op.store.clients.replace({ ...(await found()), environment: 'production' }, op.now());
    const headers = { authorization: `Bearer ${made.body.registration_access_token}` };
    const put = (more: object) => ({ method: 'PUT', query: { client_id }, headers, json: JSON.stringify({ ...said, client_id, ...more }) });
    for (const more of [{ token_endpoint_auth_method: 'client_secret_basic' }, { environment: 'sandbox' }]) {
      const back = await ask(strict, 'registration', corePost({}, put(more)));
      expect([back.status, back.body.error]).toEqual([400, 'invalid_client_metadata']);
    }
    const keyed = { token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [jwkOf(first)] } };
    const mtls = { ...strict, settings: { ...strict.settings, mtls: {} } };
    expect((await ask(mtls, 'registration', corePost({}, put(keyed)))).status).toBe(200);
    expect(await found()).toMatchObject({ environment: 'production', token_endpoint_auth_method: 'self_signed_tls_client_auth' });
  });
});
