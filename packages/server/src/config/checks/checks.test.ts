/** Every check beyond the shape: what it refuses, where, and that it leaves correct files alone. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parse } from '../load.ts';

const secret = 'a-secret-of-more-than-thirty-two-characters';
const client = { client_id: 'web', client_secret: secret, redirect_uris: ['https://rp.example/cb'] };
const tenant = { id: 'main', issuer: 'https://op.example' };

/** The findings as `path: message`. */
function findings(file: unknown): readonly string[] {
  const loaded = parse(stringify(file), { baseDirectory: '/', env: {} });
  return loaded.ok ? [] : loaded.findings.map(({ path, message }) => `${path}: ${message}`);
}

function ofClient(changes: object, changesOfTenant: object = {}): readonly string[] {
  return findings({ tenants: [{ ...tenant, clients: [{ ...client, ...changes }], ...changesOfTenant }] });
}

function ofTenant(changes: object): readonly string[] {
  return findings({ tenants: [{ ...tenant, ...changes }] });
}

function without(key: keyof typeof client): object {
  return Object.fromEntries(Object.entries(client).filter(([name]) => name !== key));
}

const one = (path: string, word: string) => [expect.stringMatching(new RegExp(`^${path.replaceAll(/[[\].]/g, '\\$&')}: .*${word}`))];
const onClient = (path: string, word: string) => one(`tenants[0].clients[0].${path}`, word);

it('has nothing to say about a small correct file', () => {
  expect(ofClient({})).toEqual([]);
  expect(ofTenant({})).toEqual([]);
});

describe('issuer', () => {
  it.each([
    'https://op.example',
    'https://op.example:8443/t/main',
    'http://127.0.0.1:4000',
    'http://localhost:4000/t/x',
    'http://[::1]:4000',
  ])('accepts %s', (issuer) => {
    expect(ofTenant({ issuer })).toEqual([]);
  });

  it.each([
    ['http://op.example', 'https'],
    ['http://127.0.0.1.evil.example', 'https'],
    ['https://op.example/', 'slash'],
    ['https://op.example/t/', 'slash'],
    ['https://op.example?x=1', 'query'],
    ['https://op.example?', 'query'],
    ['https://op.example#x', 'fragment'],
    ['https://user:pass@op.example', 'user name'],
    ['https://OP.example', 'normal form'],
    ['https://op.example:443', 'normal form'],
    ['op.example', 'absolute'],
    ['/t/main', 'absolute'],
    ['ftp://op.example', 'absolute'],
    ['javascript:alert(1)', 'absolute'],
  ])('refuses %s', (issuer, word) => {
    expect(ofTenant({ issuer })).toEqual(one('tenants[0].issuer', word));
  });
});

describe('tenants', () => {
  it('refuses ids and issuers that are there already', () => {
    expect(findings({ tenants: [tenant, tenant] })).toEqual([
      ...one('tenants[1].id', 'tenants\\[0\\]'),
      ...one('tenants[1].issuer', 'tenants\\[0\\]'),
    ]);
  });

  it.each(['Main', 'a b', '-a', 'a-', 'ä', 'a_b', 'a'.repeat(65)])('refuses the id %s', (id) => {
    expect(ofTenant({ id })).toEqual(one('tenants[0].id', 'lower-case'));
  });

  it('refuses what is no language tag and what is there already', () => {
    expect(ofTenant({ locales: ['en', 'pt-BR', 'english language', 'EN'] })).toEqual([
      ...one('tenants[0].locales[2]', 'BCP 47'),
      ...one('tenants[0].locales[3]', 'already'),
    ]);
  });

  it('wants lifetimes to be positive whole numbers of seconds, a code to live ten minutes at most', () => {
    const lifetimes = { code: 601, accessToken: 0, idToken: -5, refreshToken: 1.5, session: '1h', refreshGrace: 0 };
    expect(ofTenant({ lifetimes })).toEqual([
      ...one('tenants[0].lifetimes.code', 'at most 600'),
      ...one('tenants[0].lifetimes.accessToken', 'at least 1'),
      ...one('tenants[0].lifetimes.idToken', 'at least 1'),
      ...one('tenants[0].lifetimes.refreshToken', 'whole number'),
      ...one('tenants[0].lifetimes.session', 'whole number'),
    ]);
  });

  it('refuses an empty list of tenants, and a file without one', () => {
    expect(findings({ tenants: [] })).toEqual(one('tenants', 'at least one'));
    expect(findings({ database: 'sqlite::memory:' })).toEqual(one('tenants', 'missing'));
  });
});

describe('server', () => {
  it.each(['127.0.0.1:4000', '0.0.0.0:0', '[::1]:4000', 'localhost:4000'])('listens on %s', (listen) => {
    expect(findings({ server: { listen }, tenants: [tenant] })).toEqual([]);
  });

  it.each(['4000', ':4000', '127.0.0.1', '::1:4000', '[::1]', '[127.0.0.1]:4000', '127.0.0.1:70000', 'http://127.0.0.1:4000', ''])(
    'refuses to listen on %j',
    (listen) => {
      expect(findings({ server: { listen }, tenants: [tenant] })).toEqual(one('server.listen', 'host:port'));
    },
  );

  it('refuses address blocks that are none', () => {
    const server = { trustedProxies: ['127.0.0.1/32', '10.0.0.0/33', 'proxy'], outbound: { allow: ['::1/128', '::1/129'] } };
    expect(findings({ server, tenants: [tenant] })).toEqual([
      ...one('server.trustedProxies[1]', 'address block'),
      ...one('server.trustedProxies[2]', 'address block'),
      ...one('server.outbound.allow[1]', 'address block'),
    ]);
  });

  it('wants 32 bytes of master key', () => {
    expect(findings({ server: { masterKey: 'k'.repeat(31) }, tenants: [tenant] })).toEqual(one('server.masterKey', '32 bytes'));
    expect(findings({ server: { masterKey: 'k'.repeat(43) }, tenants: [tenant] })).toEqual([]);
  });

  it.each(['mysql://h/d', './symbolon.db', 'sqlite:', 'postgres:h'])('refuses the database %s', (database) => {
    expect(findings({ database, tenants: [tenant] })).toEqual(one('database', 'names no database'));
  });
});

describe('registration', () => {
  it('takes the defaults, and scopes of OpenID Connect or of the tenant', () => {
    expect(ofTenant({ registration: {} })).toEqual([]);
    expect(ofTenant({ scopes: [{ name: 'groups' }], registration: { open: true, scope: 'openid groups', maxClients: 5 } })).toEqual([]);
  });

  it('never lets clients that register themselves have the password grant, nor scopes nobody has', () => {
    const registration = { grant_types: ['authorization_code', 'password'], scope: 'openid nothing' };
    expect(ofTenant({ registration })).toEqual([
      ...one('tenants[0].registration.grant_types[1]', 'password is never'),
      ...one('tenants[0].registration.scope', 'neither OpenID Connect nor the tenant'),
    ]);
  });
});

describe('clients', () => {
  it('refuses a client_id that is there already in the tenant, but not in another', () => {
    expect(ofTenant({ clients: [client, client] })).toEqual(one('tenants[0].clients[1].client_id', 'clients\\[0\\]'));
    const other = { id: 'other', issuer: 'https://other.example', clients: [client] };
    expect(findings({ tenants: [{ ...tenant, clients: [client] }, other] })).toEqual([]);
  });

  it('refuses secrets under 32 characters and none at all', () => {
    expect(ofClient({ client_secret: 'x'.repeat(31) })).toEqual(onClient('client_secret', '32 characters'));
    expect(ofClient({ client_secret: '' })).toEqual(onClient('client_secret', '32 characters'));
    expect(ofTenant({ clients: [without('client_secret')] })).toEqual(onClient('client_secret', 'missing'));
    expect(ofTenant({ clients: [{ ...without('client_secret'), token_endpoint_auth_method: 'client_secret_post' }] })).toEqual(
      onClient('client_secret', 'missing'),
    );
  });

  it('F23 in part: refuses client ids that could be read as something else', () => {
    for (const client_id of ['a b', 'ä', 'a\tb', 'x'.repeat(256)]) expect(ofClient({ client_id })).toEqual(onClient('client_id', 'ASCII'));
  });

  it('refuses a public client with a secret or with client_credentials', () => {
    expect(ofClient({ token_endpoint_auth_method: 'none' })).toEqual(onClient('client_secret', 'public client'));
    const publicClient = { ...without('client_secret'), token_endpoint_auth_method: 'none' };
    expect(ofTenant({ clients: [publicClient] })).toEqual([]);
    expect(ofTenant({ clients: [{ ...publicClient, grant_types: ['authorization_code', 'client_credentials'] }] })).toEqual(
      onClient('grant_types[1]', 'public clients'),
    );
  });

  it('F24: refuses HS256 for a client without a secret', () => {
    expect(ofClient({ id_token_signed_response_alg: 'HS256' })).toEqual([]);
    const publicClient = { ...without('client_secret'), token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'HS256' };
    expect(ofTenant({ clients: [publicClient] })).toEqual(onClient('id_token_signed_response_alg', 'secret'));
  });

  it('refuses an algorithm that the tenant does not offer', () => {
    expect(ofClient({ id_token_signed_response_alg: 'ES256' }, { signing: ['RS256'] })).toEqual(
      onClient('id_token_signed_response_alg', 'not offered'),
    );
    expect(ofClient({ id_token_signed_response_alg: 'none' })).toEqual(onClient('id_token_signed_response_alg', 'one of'));
  });

  it('wants a redirect URI where people sign in, and none elsewhere', () => {
    expect(ofTenant({ clients: [without('redirect_uris')] })).toEqual(onClient('redirect_uris', 'missing'));
    expect(ofClient({ redirect_uris: [] })).toEqual(onClient('redirect_uris', 'missing'));
    expect(ofTenant({ clients: [{ ...without('redirect_uris'), grant_types: ['client_credentials'] }] })).toEqual([]);
  });

  it.each([
    ['A2', 'https://rp.example@evil.example/cb', 'user name'],
    ['A3', 'https://*.rp.example/cb', 'wildcard'],
    ['A4', 'https://rp.example/cb/../x', 'path segments'],
    ['A5', 'JaVaScRiPt:alert(1)', 'scheme'],
    ['A5', 'data:text/html,x', 'scheme'],
    ['A6', 'https:\\\\rp.example', 'backslash'],
    ['A6', 'https://rp.example/\u0000', 'character'],
    ['A7', 'http://127.0.0.1.evil.example/cb', 'https'],
    ['A8', 'https://rp.example/cb#x', 'fragment'],
    ['A6', '//rp.example/cb', 'absolute'],
    ['A5', 'com.example.app:/cb', 'native'],
  ])('%s: refuses to register the redirect URI %j', (_id, uri, word) => {
    expect(ofClient({ redirect_uris: ['https://rp.example/cb', uri] })).toEqual(onClient('redirect_uris[1]', word));
    expect(ofClient({ post_logout_redirect_uris: [uri] })).toEqual(onClient('post_logout_redirect_uris[0]', word));
  });

  it.each([
    'logo_uri',
    'policy_uri',
    'tos_uri',
    'client_uri',
    'initiate_login_uri',
    'origin_url',
    'backchannel_logout_uri',
    'frontchannel_logout_uri',
  ])('A5: refuses scripts as %s', (name) => {
    for (const uri of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'blob:https://rp.example/x',
      'file:///etc/passwd',
    ])
      expect(ofClient({ [name]: uri })).toEqual(onClient(name, 'scheme'));
    expect(ofClient({ [name]: 'https://rp.example/x' })).toEqual([]);
  });

  it('takes custom schemes with a dot for native applications', () => {
    expect(ofClient({ application_type: 'native', redirect_uris: ['com.example.app:/cb', 'http://127.0.0.1/cb'] })).toEqual([]);
    expect(ofClient({ application_type: 'native', redirect_uris: ['myapp:/cb'] })).toEqual(onClient('redirect_uris[0]', 'dot'));
  });

  it('refuses a redirect URI that is there already', () => {
    expect(ofClient({ redirect_uris: ['https://rp.example/cb', 'https://rp.example/cb'] })).toEqual(
      onClient('redirect_uris[1]', 'already'),
    );
  });

  it('knows grant types, response types and the positions of each policy', () => {
    expect(ofClient({ grant_types: ['authorization_code', 'magic'] })).toEqual(onClient('grant_types[1]', 'one of'));
    expect(ofClient({ response_types: ['kode'] })).toEqual(onClient('response_types[0]', 'one of'));
    const policy = {
      consent: 'implied',
      pkce: 'never',
      accessToken: 'saml',
      refreshToken: 'sometimes',
      scopeClaims: 'both',
      passwordGrant: 'yes',
    };
    expect(ofClient({ policy })).toHaveLength(6);
  });
});

describe('scopes', () => {
  it('lets a client name standard scopes and its own tenant’s', () => {
    const scopes = [{ name: 'payments', claims: [] }];
    expect(ofClient({ scope: 'openid email  payments' }, { scopes })).toEqual([]);
    expect(ofClient({ scope: 'openid emial' }, { scopes })).toEqual(onClient('scope', 'emial'));
    expect(ofClient({ scope: 'openid payments' })).toEqual(onClient('scope', 'payments'));
  });

  it('lets the client of an API name what only the API knows', () => {
    expect(ofTenant({ clients: [{ ...without('redirect_uris'), grant_types: ['client_credentials'], scope: 'reports' }] })).toEqual([]);
  });

  it('refuses scopes about people for a client that acts only for itself', () => {
    const machine = { ...without('redirect_uris'), grant_types: ['client_credentials'], scope: 'reports email' };
    expect(ofTenant({ clients: [machine] })).toEqual(onClient('scope', '`email` is about a person'));
  });

  it('says nothing that hangs on what is wrong already', () => {
    const scopes = [{ name: 5 }];
    expect(ofClient({ scope: 'openid payments' }, { scopes })).toEqual(one('tenants[0].scopes[0].name', 'text'));
    expect(ofTenant({ clients: [{ ...without('redirect_uris'), grant_types: ['authorisation_code'] }] })).toEqual(
      onClient('grant_types[0]', 'one of'),
    );
    const redirect_uris = ['com.example.app:/cb', 5, 'https://rp.example/*'];
    expect(ofClient({ redirect_uris, application_type: 'phone' })).toEqual([
      ...onClient('redirect_uris[1]', 'text'),
      ...onClient('redirect_uris[2]', 'wildcard'),
      ...onClient('application_type', 'one of'),
    ]);
    expect(ofClient({ id_token_signed_response_alg: 'ES256' }, { signing: ['RS256', 'ES-256'] })).toEqual(
      one('tenants[0].signing[1]', 'one of'),
    );
  });

  it('refuses names that are no scope tokens (RFC 6749 section 3.3), standard or there already', () => {
    const scopes = [{ name: 'a b' }, { name: 'a"b' }, { name: 'email' }, { name: 'x' }, { name: 'x' }];
    expect(ofTenant({ scopes })).toEqual([
      ...one('tenants[0].scopes[0].name', 'character'),
      ...one('tenants[0].scopes[1].name', 'character'),
      ...one('tenants[0].scopes[2].name', 'OpenID Connect'),
      ...one('tenants[0].scopes[4].name', 'scopes\\[3\\]'),
    ]);
    expect(ofClient({ scope: 'openid ä' })).toEqual(onClient('scope', 'character'));
  });
});

describe('users', () => {
  const user = { username: 'alice', password: 'correct horse' };

  it.each([['ALICE'], ['\uff21lice'], ['alice ']])('E8: refuses %j beside alice', (username) => {
    expect(ofTenant({ users: [user, { username }] })).toEqual(one('tenants[0].users[1].username', 'same name'));
  });

  it('E8: refuses names with invisible characters', () => {
    expect(ofTenant({ users: [{ username: 'al\u200bice' }] })).toEqual(one('tenants[0].users[0].username', 'invisible'));
  });

  it('refuses a password beside a hash', () => {
    const passwordHash = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
    expect(ofTenant({ users: [{ username: 'bob', passwordHash }] })).toEqual([]);
    expect(ofTenant({ users: [{ ...user, passwordHash }] })).toEqual(one('tenants[0].users[0].passwordHash', 'beside'));
  });

  it.each([
    '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b1dWRWJTmaaJObG',
    '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
    '$argon2d$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
    '$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
    '$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
    '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
    'pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=',
  ])('knows the form of %s', (passwordHash) => {
    expect(ofTenant({ users: [{ username: 'bob', passwordHash }] })).toEqual([]);
  });

  it.each(['5f4dcc3b5aa765d61d8327deb882cf99', '$1$salt$hash', '$2b$10$short', '$argon2id$', 'hunter2'])(
    'does not know the form of %s',
    (passwordHash) => {
      expect(ofTenant({ users: [{ username: 'bob', passwordHash }] })).toEqual(one('tenants[0].users[0].passwordHash', 'no known form'));
    },
  );

  it('refuses claims that only the server makes', () => {
    expect(ofTenant({ users: [{ ...user, claims: { name: 'Alice', sub: 'root', groups: [] } }] })).toEqual(
      one('tenants[0].users[0].claims.sub', 'only the server'),
    );
  });
});

describe('resources and upstreams', () => {
  it('refuses a resource of an unknown client', () => {
    const resources = [
      { id: 'https://api.example', client_id: 'web' },
      { id: 'https://api2.example', client_id: 'wbe' },
      { id: '/api', client_id: 'web' },
    ];
    expect(ofClient({}, { resources })).toEqual([
      ...one('tenants[0].resources[1].client_id', 'no client'),
      ...one('tenants[0].resources[2].id', 'absolute'),
    ]);
  });

  it('refuses a misspelled client that may name a resource, and takes one that is registered elsewhere', () => {
    const resource = { id: 'https://api.example', client_id: 'web', clients: ['web', 'wbe', 'Jq3k9vX0c2mJ5p7rT1yUbw'] };
    expect(ofClient({}, { resources: [resource] })).toEqual(one('tenants[0].resources[0].clients[1]', 'no client'));
  });

  it('refuses an unknown dialect, connector or linking, a bad address and an id that is there already', () => {
    const upstream = { id: 'acme', discovery: 'https://idp.example', client_id: 'x' };
    const upstreams = [
      upstream,
      { ...upstream, connector: 'saml', linking: 'always', discovery: 'http://idp.example', landing: '//evil.example' },
    ];
    expect(ofTenant({ dialect: 'agat', upstreams })).toEqual([
      ...one('tenants[0].dialect', 'one of'),
      ...one('tenants[0].upstreams[1].id', 'already'),
      ...one('tenants[0].upstreams[1].discovery', 'https'),
      ...one('tenants[0].upstreams[1].connector', 'one of'),
      ...one('tenants[0].upstreams[1].linking', 'one of'),
      ...one('tenants[0].upstreams[1].landing', 'path'),
    ]);
  });
});

describe('profile', () => {
  const keyed = {
    client_id: 'bank',
    profile: 'fapi2',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: 'https://bank.example/jwks',
    redirect_uris: ['https://bank.example/cb'],
  };
  const ofBank = (changes: object, changesOfTenant: object = {}) =>
    findings({ tenants: [{ ...tenant, clients: [{ ...keyed, ...changes }], ...changesOfTenant }] });

  it('fills in what a client of it leaves unsaid, over what the dialect of its tenant has', () => {
    const loaded = parse(stringify({ tenants: [{ ...tenant, dialect: 'oneportal', clients: [keyed] }] }), { baseDirectory: '/', env: {} });
    expect(loaded.ok && loaded.config.tenants[0]?.clients[0]).toMatchObject({
      profile: 'fapi2',
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
      id_token_signed_response_alg: 'PS256',
      policy: { pkce: 'required', refreshRotation: 'never', redirectUri: 'required', requestObject: 'fapi', assertionAudience: 'issuer' },
    });
  });

  it.each([
    [{ policy: { pkce: 'optional' } }, 'policy', '5\\.3\\.2\\.2-5'],
    [{ lifetimes: { code: 120 } }, 'lifetimes', '5\\.3\\.2\\.1-11'],
    [{ require_pushed_authorization_requests: false }, 'require_pushed_authorization_requests', '5\\.3\\.2\\.2-3'],
    [{ id_token_signed_response_alg: 'RS256' }, 'id_token_signed_response_alg', '5\\.4\\.1-1'],
    [{ dpop_bound_access_tokens: false }, 'dpop_bound_access_tokens', '5\\.3\\.2\\.1-5'],
  ])('a client of it that says %j is a finding that names the rule', (changes, path, section) => {
    expect(ofBank(changes)).toEqual(onClient(path, `FAPI 2\\.0, ${section}`));
  });

  it('says of a profile that nobody knows only that, and nothing of what hangs on it', () => {
    expect(ofBank({ policy: { pkce: 'sometimes' } })).toEqual(onClient('policy.pkce', 'required'));
    expect(ofBank({ profile: 'fapi3', policy: { pkce: 'optional' } })).toEqual(onClient('profile', 'fapi2'));
  });
});
