/**
 * A provider that signs everybody in and does what a test tells it, on a real socket, with real keys. Without a script it is an honest one:
 * a code serves once, its verifier and the client's secret are checked, what it signs holds. A script changes one of its answers.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export type Recorded = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
};

/** Each gets what an honest provider would say. A string is sent as it is, a number is a status without a body; a promise may take its time. */
export type Script = {
  discovery?: (document: Record<string, unknown>) => unknown;
  jwks?: (set: { keys: JWK[] }) => unknown;
  /** The parameters of the answer at the redirect URI. */
  answer?: (parameters: Record<string, string>) => Record<string, string> | Promise<Record<string, string>>;
  claims?: (claims: JWTPayload) => object;
  /** Signs instead of the key. */
  idToken?: (claims: JWTPayload) => string | Promise<string>;
  token?: (body: Record<string, unknown>) => unknown;
  userinfo?: (claims: Record<string, unknown>) => unknown;
  pushed?: (body: Record<string, unknown>) => unknown;
};

export type SigningKey = { readonly privateKey: CryptoKey; readonly publicJwk: JWK };

export type ScriptedProvider = {
  readonly issuer: string;
  readonly sub: string;
  /** Replaced by a test that rotates; the key set follows. */
  key: SigningKey;
  script: Script;
  /** Seconds its clock is ahead. */
  ahead: number;
  readonly requests: Recorded[];
  /** How often a path was asked. */
  readonly asked: (path: string) => number;
  /** What a browser comes back with that was sent to this address at the authorization endpoint: the address with the answer in it. */
  readonly visit: (url: string) => Promise<string>;
  readonly sign: (claims: object, header?: Record<string, string>) => Promise<string>;
  /** With `tls`: another certificate from now on. */
  readonly present: (certificate: { readonly cert: string; readonly key: string }) => void;
  readonly close: () => Promise<void>;
};

export type ScriptedOptions = {
  readonly sub?: string;
  readonly alg?: string;
  readonly client_secret?: string;
  readonly userinfo?: Record<string, unknown>;
  /** https, and a client certificate is asked for. */
  readonly tls?: ServerOptions;
};

type Given = { readonly request: URLSearchParams };

/** A new key pair with a name of its own. */
export async function newKey(alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: randomBytes(8).toString('hex'), alg, use: 'sig' } };
}

export async function startScriptedProvider(options: ScriptedOptions = {}): Promise<ScriptedProvider> {
  const { sub = 'person-1', alg = 'RS256', client_secret = 'a secret of /+= the partner' } = options;
  const codes = new Map<string, Given>();
  const pushed = new Map<string, URLSearchParams>();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    // A provider that fails in a test is a failing test: the client sees the connection end.
    handle(request, response).catch(() => response.destroy());
  };
  const server = options.tls
    ? createHttpsServer({ ...options.tls, requestCert: true, rejectUnauthorized: false }, listener)
    : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `${options.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const provider: ScriptedProvider = {
    issuer,
    sub,
    key: await newKey(alg),
    script: {},
    ahead: 0,
    requests: [],
    asked: (path) => provider.requests.filter((each) => each.path === path).length,
    visit: async (url) => authorized(new URL(url)),
    sign: (claims, header = {}) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg, kid: provider.key.publicJwk.kid ?? '', ...header })
        .sign(provider.key.privateKey),
    present: (certificate) => {
      if ('setSecureContext' in server) server.setSecureContext(certificate);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  const routes: Record<string, (url: URL, form: URLSearchParams, request: IncomingMessage) => unknown> = {
    '/.well-known/openid-configuration': () => scripted('discovery', metadata()),
    '/jwks': () => scripted('jwks', { keys: [provider.key.publicJwk] }),
    '/token': (_, form, request) => token(form, request),
    '/userinfo': () => scripted('userinfo', { sub, ...options.userinfo }),
    '/par': (_, form) => {
      const request_uri = `urn:ietf:params:oauth:request_uri:${randomBytes(8).toString('hex')}`;
      pushed.set(request_uri, form);
      return scripted('pushed', { request_uri, expires_in: 60 });
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    const form = new URLSearchParams(await textOf(request));
    provider.requests.push({ method: request.method ?? '', path: url.pathname, headers: request.headers, form });
    // For a real browser; `visit` is the short way.
    if (url.pathname === '/authorize') return void response.writeHead(302, { location: await authorized(url) }).end();
    const answer: unknown = await routes[url.pathname]?.(url, form, request);
    if (answer === undefined || typeof answer === 'number') return void response.writeHead(answer ?? 404).end();
    const failed = typeof answer === 'object' && answer !== null && 'error' in answer;
    response.writeHead(failed ? 400 : url.pathname === '/par' ? 201 : 200, { 'content-type': 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }

  function scripted<Name extends keyof Script>(name: Name, honest: Parameters<NonNullable<Script[Name]>>[0]): unknown {
    const change = provider.script[name] as ((value: unknown) => unknown) | undefined;
    return change === undefined ? honest : change(honest);
  }

  async function authorized(url: URL): Promise<string> {
    if (url.origin + url.pathname !== `${issuer}/authorize`) throw new Error(`not our authorization endpoint: ${url.href}`);
    const request = pushed.get(url.searchParams.get('request_uri') ?? '') ?? url.searchParams;
    const code = randomBytes(16).toString('base64url');
    codes.set(code, { request });
    const honest = { code, state: request.get('state') ?? '', iss: issuer };
    const parameters = (await scripted('answer', honest)) as Record<string, string>;
    return `${request.get('redirect_uri')}?${new URLSearchParams(parameters)}`;
  }

  async function token(form: URLSearchParams, request: IncomingMessage): Promise<unknown> {
    const given = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (!(options.tls ? hasOurCertificate(request) : isOurClient(form, request, client_secret))) return { error: 'invalid_client' };
    if (form.get('grant_type') === 'authorization_code' && !isGood(given, form)) return { error: 'invalid_grant' };
    const seconds = Math.floor(Date.now() / 1000) + provider.ahead;
    const nonce = given?.request.get('nonce') ?? undefined;
    const honest: JWTPayload = {
      iss: issuer,
      sub,
      aud: 'kit',
      iat: seconds,
      exp: seconds + 300,
      ...(nonce === undefined ? {} : { nonce }),
    };
    const claims = scripted('claims', honest) as JWTPayload;
    const id_token = await (provider.script.idToken ?? provider.sign)(claims);
    return scripted('token', {
      access_token: 'secret-access',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: 'secret-refresh',
      id_token,
    });
  }

  function metadata(): Record<string, unknown> {
    const at = (path: string) => `${issuer}/${path}`;
    return {
      issuer,
      authorization_endpoint: at('authorize'),
      token_endpoint: at('token'),
      jwks_uri: at('jwks'),
      userinfo_endpoint: at('userinfo'),
      pushed_authorization_request_endpoint: at('par'),
      end_session_endpoint: at('logout'),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [alg],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    };
  }
  return provider;
}

function isGood(given: Given | undefined, form: URLSearchParams): boolean {
  if (given === undefined || given.request.get('redirect_uri') !== form.get('redirect_uri')) return false;
  const challenge = given.request.get('code_challenge');
  return (
    challenge === null ||
    challenge ===
      createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
  );
}

/** Basic (RFC 6749 section 2.3.1, form-encoded), or in the body. */
function isOurClient(form: URLSearchParams, { headers }: IncomingMessage, secret: string): boolean {
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (basic === undefined) return form.get('client_id') === 'kit' && (form.get('client_secret') === secret || form.has('client_assertion'));
  const [id, password] = Buffer.from(basic, 'base64').toString().split(':');
  return id === 'kit' && new URLSearchParams(`p=${password}`).get('p') === secret;
}

/** By its subject alone: who issued it is not what these tests are about. */
function hasOurCertificate({ socket }: IncomingMessage): boolean {
  return (socket as TLSSocket).getPeerCertificate().subject?.CN === 'kit';
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
