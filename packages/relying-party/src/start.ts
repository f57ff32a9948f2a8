/** Begins a sign-in: OpenID Connect Core 1.0 section 3.1.2.1, PKCE (RFC 7636), pushed (RFC 9126) and signed (RFC 9101) requests. */
import * as client from 'openid-client';
import { configurationOf } from './configuration.ts';
import { RelyingPartyError } from './error.ts';
import { requestFailure } from './failure.ts';
import { signingKey } from './key-material.ts';
import type { Login, Started, StartOptions } from './login.ts';
import type { Provider, RelyingParty } from './relying-party.ts';

/** What ties the answer to this browser and this provider; nobody but `start` says it. */
const ours = ['client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'state', 'nonce', 'request', 'request_uri'];

/**
 * Where to send the browser, and what to remember until it is back. Throws as `rp.provider` does, `request_refused` when the provider
 * refuses a pushed request, `settings_invalid` when something is asked for that cannot be.
 */
export async function start(rp: RelyingParty, providerId: string, options: StartOptions = {}): Promise<Started> {
  const provider = await rp.provider(providerId);
  const login = loginOf(rp, provider, options);
  const parameters = await parametersOf(provider, login, options);
  const url = await addressOf(rp, provider, parameters).catch((error: unknown) => {
    throw requestFailure(provider.id, error);
  });
  return { url: url.href, login };
}

function loginOf(rp: RelyingParty, { id, settings, metadata }: Provider, { response_mode, max_age, data }: StartOptions): Login {
  const methods = metadata.code_challenge_methods_supported;
  return {
    provider: id,
    issuer: settings.issuer,
    redirect_uri: rp.redirectUri,
    state: client.randomState(),
    nonce: client.randomNonce(),
    // A provider that knows no PKCE ignores it (RFC 6749 section 3.1); only one that lists methods and not S256 is not asked.
    ...(methods === undefined || methods.includes('S256') ? { code_verifier: client.randomPKCECodeVerifier() } : {}),
    ...(max_age === undefined ? {} : { max_age }),
    response_mode: response_mode ?? settings.response_mode ?? 'query',
    createdAt: rp.now(),
    ...(data === undefined ? {} : { data }),
  };
}

async function parametersOf({ id, settings }: Provider, login: Login, options: StartOptions): Promise<URLSearchParams> {
  const { scope = settings.scope ?? 'openid', extra = {}, response_mode: _, data: __, max_age, ...hints } = options;
  const forbidden = Object.keys(extra).find((name) => ours.includes(name) || name.startsWith('code_challenge'));
  if (forbidden !== undefined)
    throw new RelyingPartyError('settings_invalid', `${forbidden} protects the request and cannot be an extra parameter`, { provider: id });
  const { code_verifier } = login;
  const named = {
    ...hints,
    ...(max_age === undefined ? {} : { max_age: max_age.toString() }),
    redirect_uri: login.redirect_uri,
    response_type: 'code',
    response_mode: login.response_mode === 'query' ? undefined : login.response_mode,
    scope,
    state: login.state,
    nonce: login.nonce,
    code_challenge: code_verifier && (await client.calculatePKCECodeChallenge(code_verifier)),
    code_challenge_method: code_verifier && 'S256',
  };
  const said = Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams({ ...extra, ...Object.fromEntries(said) });
}

async function addressOf(rp: RelyingParty, provider: Provider, parameters: URLSearchParams): Promise<URL> {
  const { settings, metadata } = provider;
  const config = await configurationOf(rp, provider);
  const signed =
    settings.request_object_signing_alg !== undefined || metadata.require_signed_request_object === true
      ? (await client.buildAuthorizationUrlWithJAR(config, parameters, await signingKey(provider, settings.request_object_signing_alg)))
          .searchParams
      : parameters;
  const pushed = settings.require_pushed_authorization_requests === true || metadata.require_pushed_authorization_requests === true;
  return pushed ? client.buildAuthorizationUrlWithPAR(config, signed) : client.buildAuthorizationUrl(config, signed);
}
