/**
 * Everything about an upstream that can be found out before the first person tries: can it be reached, is it who we think, does it offer what
 * we are set to use, does it know us. Each finding says who has to change what; nothing here signs anybody in.
 */
import type { Fetch, KeyRing } from '@symbolon/provider';
import { type Provider, type ProviderMetadata, RelyingPartyError, relyingParty } from '@symbolon/relying-party';
import type { UpstreamConfig } from '../upstream.ts';
import { providerSettings } from './provider-settings.ts';

/** `wrong` keeps people from signing in; a `note` may. `fix` begins with who has to do it. */
export type Finding = { readonly level: 'good' | 'note' | 'wrong'; readonly text: string; readonly fix?: string };

export type Way = { readonly fetch: Fetch; readonly redirectUri: string; readonly now: () => number; readonly keys: KeyRing };

const good = (text: string): Finding => ({ level: 'good', text });
const note = (text: string, fix: string): Finding => ({ level: 'note', text, fix });
const wrong = (text: string, fix: string): Finding => ({ level: 'wrong', text, fix });

/** In the order of a sign-in; what hangs on something wrong is left out. */
export async function inspectUpstream(upstream: UpstreamConfig, way: Way): Promise<readonly Finding[]> {
  if (!upstream.enabled) return [wrong('it is disabled', 'we: enable it')];
  if (upstream.connection.connector === 'oauth2') return inspectOAuth(upstream, upstream.connection, way);
  const settings = providerSettings(upstream, way.keys);
  const rp = relyingParty({ ...way, providers: async () => settings });
  const provider = await rp.provider(upstream.id).catch(failure);
  if ('level' in provider) return [provider];
  const { metadata } = provider;
  return [
    good(`the discovery document of ${metadata.issuer} holds`),
    ...(await keysOf(provider)),
    ...offers(upstream, metadata),
    ...(await credentials(upstream, tokenEndpoint(upstream, metadata), way)),
  ];
}

const remedies: Partial<Record<RelyingPartyError['kind'], string>> = {
  provider_unavailable: 'the partner: let this server reach it; we: see server.outbound.allow for private addresses, and the reason above',
  discovery_invalid: 'we: write issuer as the document says it, if it is theirs; the partner: mend the document otherwise',
  settings_invalid: 'we: mend the upstream in the configuration',
};

function failure(error: unknown): Finding {
  if (!(error instanceof RelyingPartyError)) throw error;
  return wrong(error.message, remedies[error.kind] ?? 'see the message');
}

async function keysOf({ metadata, fetch, settings }: Provider): Promise<readonly Finding[]> {
  const alg = settings.id_token_signed_response_alg ?? 'RS256';
  const init = { method: 'GET', headers: { accept: 'application/json' }, redirect: 'manual' } as const;
  const body: unknown = await fetch(metadata.jwks_uri, init)
    .then((response) => response.json())
    .catch(() => undefined);
  const keys = typeof body === 'object' && body !== null && 'keys' in body && Array.isArray(body.keys) ? body.keys : undefined;
  if (keys === undefined) return [wrong(`there is no key set at ${metadata.jwks_uri}`, 'the partner: publish one')];
  const type = alg.startsWith('ES') ? 'EC' : alg.startsWith('Ed') ? 'OKP' : 'RSA';
  const usable = keys.filter((key) => key?.kty === type && key.use !== 'enc' && (key.alg === undefined || key.alg === alg));
  if (usable.length > 0 || alg.startsWith('HS')) return [good(`${usable.length} of ${keys.length} keys can sign ${alg}`)];
  return [wrong(`none of ${keys.length} keys can sign ${alg}`, 'we: write id_token_signed_response_alg as the partner signs')];
}

/** A list of the document, our value, what is assumed where the document says nothing, and what then. */
function offers(upstream: UpstreamConfig, metadata: ProviderMetadata): readonly Finding[] {
  const { connection, token_endpoint_auth_method: method, scope, claims } = upstream;
  const { id_token_signed_response_alg: alg = 'RS256', response_mode = 'query' } = connection.connector === 'oidc' ? connection : {};
  const listed = (name: string, assumed: readonly string[] | undefined) => (metadata[name] as readonly string[] | undefined) ?? assumed;
  const lacks = (name: string, value: string, assumed: readonly string[] | undefined, fix: string, make = wrong): readonly Finding[] =>
    listed(name, assumed)?.includes(value) === false ? [make(`${name} has no ${value}`, fix)] : [];
  const required = Object.entries(claims).flatMap(([name, rule]) => (rule.required === true ? [name] : []));
  return [
    ...lacks('response_types_supported', 'code', ['code'], 'the partner: allow the authorization code flow'),
    ...lacks('id_token_signing_alg_values_supported', alg, undefined, 'we: choose id_token_signed_response_alg among those it lists'),
    // Where it says nothing, our secret is tried all the same.
    ...lacks('token_endpoint_auth_methods_supported', method, undefined, 'we: choose token_endpoint_auth_method among them'),
    ...lacks('response_modes_supported', response_mode, undefined, 'we: choose another response_mode, or leave it out'),
    ...scope.split(' ').flatMap((name) => lacks('scopes_supported', name, undefined, 'ask the partner for the name of the scope', note)),
    ...required.flatMap((name) => lacks('claims_supported', name, undefined, 'ask the partner to send the claim, we require it', note)),
    ...(listed('code_challenge_methods_supported', [])?.includes('S256') === true
      ? [good('PKCE with S256')]
      : [note('it does not say that it knows PKCE (S256)', 'the partner: support it; without it a stolen code is worth more')]),
    ...(metadata.authorization_response_iss_parameter_supported === true
      ? [good('its answers say who they are from (RFC 9207)')]
      : [note('its answers do not say who they are from', 'the partner: support RFC 9207')]),
    ...(upstream.logout === 'rp-initiated' && metadata.end_session_endpoint === undefined
      ? [
          note(
            'it has no end_session_endpoint, so people stay signed in there',
            'the partner: support RP-initiated logout; or we: logout: none',
          ),
        ]
      : []),
    ...(metadata.userinfo_endpoint === undefined ? [note('it has no userinfo endpoint', 'the ID token has to say everything')] : []),
  ];
}

async function inspectOAuth(
  upstream: UpstreamConfig,
  { authorization_endpoint, token_endpoint }: Extract<UpstreamConfig['connection'], { connector: 'oauth2' }>,
  way: Way,
): Promise<readonly Finding[]> {
  return [good(`people are sent to ${authorization_endpoint}`), ...(await credentials(upstream, token_endpoint, way))];
}

/** RFC 8705 section 5: where certificates are asked for. */
function tokenEndpoint({ token_endpoint_auth_method: method }: UpstreamConfig, metadata: ProviderMetadata): string {
  const aliases = metadata.mtls_endpoint_aliases as { readonly token_endpoint?: string } | undefined;
  return (method.endsWith('tls_client_auth') ? aliases?.token_endpoint : undefined) ?? metadata.token_endpoint;
}

/** A code that nobody issued: who knows us says invalid_grant, who does not says invalid_client (RFC 6749 section 5.2). */
async function credentials(upstream: UpstreamConfig, endpoint: string, { fetch, redirectUri }: Way): Promise<readonly Finding[]> {
  const { client_id, client_secret = '', token_endpoint_auth_method: method } = upstream;
  if (method.endsWith('_jwt')) return [note('our secret or key was not tried', `nothing to do: ${method} is not tried here`)];
  const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'symbolon-upstream-test', redirect_uri: redirectUri });
  if (method !== 'client_secret_basic') body.set('client_id', client_id);
  if (method === 'client_secret_post') body.set('client_secret', client_secret);
  const encoded = [client_id, client_secret].map((text) => new URLSearchParams({ _: text }).toString().slice(2)).join(':');
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...(method === 'client_secret_basic' ? { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` } : {}),
  };
  const response = await fetch(endpoint, { method: 'POST', headers, body: body.toString() }).catch(() => undefined);
  if (response === undefined) return [wrong(`the token endpoint ${endpoint} does not answer`, 'the partner: let this server reach it')];
  const answer: unknown = await response.json().catch(() => undefined);
  const error = typeof answer === 'object' && answer !== null && 'error' in answer ? String(answer.error) : `status ${response.status}`;
  if (error === 'invalid_grant')
    return [good(method.endsWith('tls_client_auth') ? 'it knows our client_id and certificate' : 'it knows our client_id and secret')];
  if (error === 'invalid_client' || response.status === 401)
    return [
      wrong('it refuses our client_id, secret or way of sending them', 'we: compare client_id, client_secret, token_endpoint_auth_method'),
    ];
  if (error === 'unauthorized_client') return [wrong('our client may not use codes there', 'the partner: allow authorization_code')];
  return [note(`a code that nobody issued was answered with ${error.slice(0, 100)}`, 'it cannot be told whether it knows us')];
}
