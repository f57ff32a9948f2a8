/**
 * FAPI 2.0 clients at an https listener of ours: two that authenticate by their keys and bind tokens by DPoP, two that do both by certificate. What a
 * client has to prove in each request is behind two functions, so that one test does for both ways.
 */
import { type AssertionChanges, asserting, assertion, newSigner, type Signer } from './assertion.ts';
import { type Pair, selfSigned, testAuthority, workshop } from './certificates.ts';
import { answerOf, authorizationRequest, form, type Parameters, signInAndConsent } from './client.ts';
import { createCookieJar } from './cookie-jar.ts';
import { type DpopKey, dpopKey, dpopProof, hashOf, type ProofChanges } from './dpop.ts';
import { createAgent } from './http-agent.ts';
import { httpsFetch, type Identity } from './https.ts';
import { type MtlsServer, redirect_uri, startMtls } from './mtls.ts';
import { nginxGuide, startNginx } from './nginx.ts';
import { freePort } from './process.ts';

export type Party = {
  readonly client_id: string;
  readonly ask: typeof fetch;
  readonly scheme: 'DPoP' | 'Bearer';
  /** The parameters that prove who it is. */
  readonly authentication: (changes?: AssertionChanges) => Promise<Parameters>;
  /** The headers that prove the key of its tokens. */
  readonly binding: (method: string, url: string, access_token?: string, changes?: ProofChanges) => Readonly<Record<string, string>>;
};

export type FapiServer = Pick<MtlsServer, 'issuer' | 'advance' | 'close'> & {
  readonly tenants: MtlsServer['tenants'];
  /** A request of nobody in particular: a browser, or somebody who looks the server up. */
  readonly ask: (identity?: Identity) => typeof fetch;
  /** Epoch seconds, as the server counts them. */
  readonly now: () => number;
  readonly keyed: readonly [Party, Party];
  readonly certified: readonly [Party, Party];
  readonly signers: Readonly<Record<'ps' | 'rs' | 'ed' | 'other', Signer>>;
  /** A further client of this id, by this key or that of the first. */
  readonly named: (client_id: string, signer?: Signer) => Party;
  /** The same client with a new key of its tokens: another DPoP key, another certificate. */
  readonly renewed: (party: Party) => Party;
  /** The same client, proving no key of its tokens. */
  readonly bare: (party: Party) => Party;
};

export type FapiOptions = { readonly behind?: 'nginx'; readonly clients?: (jwks: string) => string };

const subjects = ['fapi-mtls', 'fapi-mtls-2'] as const;

/** Starts it, behind an nginx that takes the certificates if so wanted. */
export async function startFapi({ behind, clients = () => '' }: FapiOptions = {}): Promise<FapiServer> {
  const folder = workshop();
  const signers = { ps: await newSigner('PS256', 'ps'), rs: await newSigner('RS256', 'rs'), ed: await newSigner('EdDSA', 'ed') };
  const other = await newSigner('PS256', 'ps');
  const jwks = JSON.stringify({ keys: Object.values(signers).map(({ jwk }) => jwk) });
  const entries = `${standing(jwks, JSON.stringify({ keys: [other.jwk] }))}${clients(jwks)}`;
  const { server, ca, edge, stop } = await (behind === undefined ? direct(entries) : proxied(entries, folder));
  let offset = 0;
  const now = () => Math.floor(Date.now() / 1000) + offset;
  const ask = (identity?: Identity) => httpsFetch({ ca: edge.cert, identity });
  const certificate = (client_id: string) => ca.issue({ subject: `/CN=${client_id}`, until: 30 });
  const keyed = (client_id: string, signer: Signer, key: DpopKey): Party =>
    keyedParty({ issuer: server.issuer, now, ask }, client_id, signer, key);
  const certified = (client_id: string): Party => certifiedParty(client_id, ask(certificate(client_id)));
  const signerOf = (client_id: string) => (client_id === 'fapi-dpop-2' ? other : signers.ps);
  return {
    issuer: server.issuer,
    tenants: server.tenants,
    now,
    ask,
    signers: { ...signers, other },
    keyed: [keyed('fapi-dpop', signers.ps, dpopKey('ES256')), keyed('fapi-dpop-2', other, dpopKey('ES256'))],
    certified: [certified(subjects[0]), certified(subjects[1])],
    named: (client_id, signer = signers.ps) => keyed(client_id, signer, dpopKey('ES256')),
    renewed: (party) =>
      party.scheme === 'DPoP' ? keyed(party.client_id, signerOf(party.client_id), dpopKey('PS256')) : certified(party.client_id),
    bare: (party) => (party.scheme === 'DPoP' ? { ...party, binding: () => ({}) } : { ...party, ask: ask() }),
    advance: (seconds) => {
      offset += seconds;
      server.advance(seconds);
    },
    close: async () => {
      await stop();
      await server.close();
    },
  };
}

function standing(jwks: string, otherJwks: string): string {
  const common = `profile: fapi2, redirect_uris: ["${redirect_uri}"], scope: openid profile email offline_access`;
  const keyed = 'token_endpoint_auth_method: private_key_jwt';
  const certified = (id: string) => `token_endpoint_auth_method: tls_client_auth, tls_client_auth_subject_dn: CN=${id}`;
  return [
    `      - { client_id: fapi-dpop, ${keyed}, jwks: ${jwks}, ${common} }\n`,
    `      - { client_id: fapi-dpop-2, ${keyed}, jwks: ${otherJwks}, ${common} }\n`,
    ...subjects.map((id) => `      - { client_id: ${id}, ${certified(id)}, ${common} }\n`),
  ].join('');
}

type Standing = { readonly server: MtlsServer; readonly ca: MtlsServer['ca']; readonly edge: Pair; readonly stop: () => Promise<void> };

async function direct(clients: string): Promise<Standing> {
  const server = await startMtls({ clients, server: 'outbound: { allow: [127.0.0.1/32] }' });
  return { server, ca: server.ca, edge: server.own, stop: async () => undefined };
}

async function proxied(clients: string, folder: string): Promise<Standing> {
  const [ca, edge, port] = [testAuthority(folder, '/O=Example/CN=Client CA'), selfSigned(folder, '/CN=edge'), await freePort()];
  const server = await startMtls({
    plain: true,
    issuer: `https://127.0.0.1:${port}`,
    server: 'trustedProxies: [127.0.0.1/32]',
    tenant: `clientCa: { cert: ${ca.certFile} }`,
    clients,
  });
  const certificate = `ssl_certificate ${edge.certFile}; ssl_certificate_key ${edge.keyFile};`;
  return { server, ca, edge, stop: await startNginx(folder, port, `${certificate}\n${nginxGuide(server.upstream)}`) };
}

type Surroundings = Pick<FapiServer, 'issuer' | 'now' | 'ask'>;

function keyedParty({ issuer, now, ask }: Surroundings, client_id: string, signer: Signer, key: DpopKey): Party {
  return {
    client_id,
    ask: ask(),
    scheme: 'DPoP',
    authentication: async (changes = {}) => {
      const claims = { iat: now(), exp: now() + 60, ...changes.claims };
      return { ...asserting(await assertion(issuer, client_id, signer, { ...changes, claims })) };
    },
    binding: (method, url, access_token, { header = {}, claims } = {}) => {
      const ath = access_token === undefined ? {} : { ath: hashOf(access_token) };
      return { dpop: dpopProof(key, method, url, { header, claims: { ...ath, ...claims } }, now()) };
    },
  };
}

function certifiedParty(client_id: string, ask: typeof fetch): Party {
  return { client_id, ask, scheme: 'Bearer', authentication: async () => ({ client_id }), binding: () => ({}) };
}

export type Answered = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> };

/** A request of the client to an endpoint, with all it has to prove; parameters given as undefined are left out. */
export async function call(server: FapiServer, party: Party, path: string, parameters: Parameters, headers = {}): Promise<Answered> {
  const url = `${server.issuer}${path}`;
  const body = form({ ...(await party.authentication()), ...parameters });
  const response = await party.ask(url, { method: 'POST', body, headers: { ...party.binding('POST', url), ...headers } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

/** A good request with changes, pushed, and where the browser goes with it. */
export async function push(server: FapiServer, party: Party, changes: Parameters = {}, more: Parameters = {}, headers = {}) {
  const all = { scope: 'openid email offline_access', prompt: 'consent', ...changes };
  const request = authorizationRequest(server.issuer, { client_id: party.client_id, redirect_uri }, all);
  const answer = await call(server, party, '/par', { ...Object.fromEntries(new URL(request.url).searchParams), ...more }, headers);
  const request_uri = String(answer.body.request_uri);
  return { ...request, ...answer, request_uri, url: authorizeUrl(server, { client_id: party.client_id, request_uri }) };
}

export function authorizeUrl({ issuer }: Pick<FapiServer, 'issuer'>, parameters: Parameters): string {
  return `${issuer}/authorize?${form(parameters)}`;
}

export function browser(server: FapiServer) {
  return createAgent(server.issuer, createCookieJar(), server.ask());
}

/** Alice goes there, signs in and allows what is asked; the answer at the redirect URI. */
export async function answered(server: FapiServer, url: string): Promise<URLSearchParams> {
  const agent = browser(server);
  return answerOf(await signInAndConsent(agent, await agent.get(url)));
}

/** The parameters of a token request with a new code. */
export async function newCode(server: FapiServer, party: Party, changes: Parameters = {}, headers = {}): Promise<Parameters> {
  const pushed = await push(server, party, changes, {}, headers);
  if (pushed.status !== 201) throw new Error(`not pushed but ${pushed.status} ${JSON.stringify(pushed.body)}`);
  const answer = await answered(server, pushed.url);
  if (!answer.has('code')) throw new Error(`no code but ${answer}`);
  return { grant_type: 'authorization_code', code: String(answer.get('code')), redirect_uri, code_verifier: pushed.code_verifier };
}

export async function newTokens(server: FapiServer, party: Party): Promise<{ access: string; refresh: string; body: Answered['body'] }> {
  const { status, body } = await call(server, party, '/token', await newCode(server, party));
  if (status !== 200) throw new Error(`no tokens but ${status} ${JSON.stringify(body)}`);
  return { access: String(body.access_token), refresh: String(body.refresh_token), body };
}

/** Userinfo, with the token and what proves its key. */
export async function resource(server: FapiServer, party: Party, access: string, headers: Readonly<Record<string, string>> = {}) {
  const url = `${server.issuer}/userinfo`;
  const shown = { authorization: `${party.scheme} ${access}`, ...party.binding('GET', url, access), ...headers };
  const response = await party.ask(url, { headers: shown });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
