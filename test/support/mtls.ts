/**
 * A server that speaks https itself, and asks for client certificates: its authorities, its clients with their certificates, and requests of
 * theirs. All certificates are openssl's.
 */
import { createPublicKey } from 'node:crypto';
import { type Pair, selfSigned, testAuthority, workshop } from './certificates.ts';
import { answerOf, authorizationRequest, form, type Parameters, signInAndConsent } from './client.ts';
import { createCookieJar } from './cookie-jar.ts';
import { createAgent } from './http-agent.ts';
import { httpsFetch, type Identity } from './https.ts';
import { startSymbolon } from './symbolon.ts';

export const redirect_uri = 'https://app.example/callback';
export const secret = 'a-secret-that-nobody-else-has-0123456789';

export type MtlsServer = Awaited<ReturnType<typeof startMtls>>;

/** What is written into the configuration for the server and for the tenant, beside the clients. */
export type MtlsOptions = {
  readonly server?: string;
  readonly tenant?: string;
  readonly clients?: string;
  readonly plain?: true;
  readonly only?: true;
  /** Where a proxy serves it. */
  readonly issuer?: string;
};

/** Two authorities of one name, of which one is believed; a client for each way to be known. */
export async function startMtls(options: MtlsOptions = {}) {
  const folder = workshop();
  const own = selfSigned(folder, '/CN=symbolon test server');
  const ca = testAuthority(folder, '/O=Example/CN=Client CA');
  const impostor = testAuthority(folder, '/O=Example/CN=Client CA');
  const pinned = selfSigned(folder, '/CN=pinned');
  const shop = ca.issue({
    subject: '/C=FI/O=Example Oy/CN=shop',
    names: 'DNS:shop.example,URI:https://shop.example/id,IP:192.0.2.7,email:ops@shop.example',
  });
  const tls = `tls: { cert: ${own.certFile}, key: ${own.keyFile}, clientCa: [${ca.certFile}] }`;
  const yaml = configuration(options.plain === true ? '' : tls, options, jwkOf(pinned));
  // `only`: the one client that has nothing to do with certificates.
  const chosen = options.only === true ? yaml.replace(/^ +- \{ client_id: (?!plain).*\n/gm, '') : yaml;
  const server = await startSymbolon({ yaml: chosen });
  return {
    ...server,
    issuer: options.issuer ?? server.issuer,
    upstream: server.issuer,
    folder,
    own,
    ca,
    impostor,
    pinned,
    shop,
    ask: (identity?: Identity) => httpsFetch({ ca: own.cert, identity }),
  };
}

function jwkOf(pair: Pair): string {
  return JSON.stringify(createPublicKey(pair.cert).export({ format: 'jwk' }));
}

const common = `redirect_uris: ["${redirect_uri}"], scope: openid profile email offline_access, policy: { consent: implicit }`;
const bound = 'tls_client_certificate_bound_access_tokens: true';
const method = (name: string) => `token_endpoint_auth_method: ${name}`;

function configuration(
  tls: string,
  { server = '', tenant = '', clients = '', plain, issuer = `http${plain === true ? '' : 's'}://127.0.0.1:4000` }: MtlsOptions,
  jwk: string,
): string {
  return `
server:
  listen: 127.0.0.1:4000
  ${tls}
  ${server}
database: sqlite::memory:
tenants:
  - id: main
    issuer: ${issuer}
    ${tenant}
    users: [{ username: alice, password: correct horse battery staple, claims: { name: Alice Archer, email: alice@example.test } }]
    clients:
      - { client_id: shop, ${method('tls_client_auth')}, tls_client_auth_subject_dn: "CN=shop, O=Example Oy, C=FI", ${bound}, ${common} }
      - { client_id: by-dns, ${method('tls_client_auth')}, tls_client_auth_san_dns: SHOP.example, ${common} }
      - { client_id: by-uri, ${method('tls_client_auth')}, tls_client_auth_san_uri: "https://shop.example/id", ${common} }
      - { client_id: by-ip, ${method('tls_client_auth')}, tls_client_auth_san_ip: 192.0.2.7, ${common} }
      - { client_id: by-email, ${method('tls_client_auth')}, tls_client_auth_san_email: ops@shop.example, ${common} }
      - { client_id: pinned, ${method('self_signed_tls_client_auth')}, jwks: { keys: [${jwk}] }, ${bound}, ${common} }
      - { client_id: secretive, client_secret: ${secret}, ${bound}, ${common} }
      - { client_id: native, ${method('none')}, ${bound}, ${common} }
      - { client_id: plain, client_secret: ${secret}, ${common} }
      - { client_id: machine, grant_types: [client_credentials], ${method('tls_client_auth')}, tls_client_auth_subject_dn: "CN=machine", scope: reports, ${bound}, policy: { accessToken: jwt } }
${clients}`;
}

/** The answer of an endpoint to a form, read as JSON. */
export async function post(ask: typeof fetch, url: string, parameters: Parameters, headers: Record<string, string> = {}) {
  const response = await ask(url, { method: 'POST', body: form(parameters), headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

/** The parameters of a token request with the code of alice, who signed in without any certificate. */
export async function codeFor(server: MtlsServer, client_id: string, changes: Parameters = {}): Promise<Parameters> {
  const agent = createAgent(server.issuer, createCookieJar(), server.ask());
  const request = authorizationRequest(
    server.issuer,
    { client_id, redirect_uri },
    { scope: 'openid email offline_access', prompt: 'consent', ...changes },
  );
  const answer = answerOf(await signInAndConsent(agent, await agent.get(request.url)));
  return {
    grant_type: 'authorization_code',
    client_id,
    code: answer.get('code') ?? undefined,
    redirect_uri,
    code_verifier: request.code_verifier,
  };
}

export function userinfoWith(ask: typeof fetch, issuer: string, access_token: unknown) {
  return ask(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } });
}
