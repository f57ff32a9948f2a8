/**
 * Ends a sign-in: the answer at the redirect URI, the code, the ID token, the userinfo, the claim rules. Authorization code flow (OpenID
 * Connect Core 1.0 section 3.1), `iss` in the answer (RFC 9207), answers as JWT (JARM). Every check stands before what it protects.
 */
import * as client from 'openid-client';
import { parametersOf } from './answer-state.ts';
import { type Claims, mapClaims } from './claims.ts';
import { configurationOf } from './configuration.ts';
import { RelyingPartyError } from './error.ts';
import { answerFailure } from './failure.ts';
import { checkIdToken, isEncrypted } from './id-token.ts';
import type { Answer, Login, SignedIn } from './login.ts';
import type { Provider, RelyingParty } from './relying-party.ts';
import { tokensOf } from './tokens.ts';

/**
 * Who came back. `login` must be the one that was begun in the same browser; it serves once, which is the caller's to keep. Throws as
 * `rp.provider` does, and `login_expired`, `denied`, `answer_error`, `answer_refused`, `token_refused`, `claims`.
 */
export async function finish(rp: RelyingParty, login: Login, answer: Answer): Promise<SignedIn> {
  if (rp.now() >= login.createdAt + rp.loginLifetime)
    throw new RelyingPartyError('login_expired', 'the sign-in was begun too long ago', { provider: login.provider });
  const provider = await rp.provider(login.provider);
  if (provider.settings.issuer !== login.issuer)
    throw new RelyingPartyError('answer_refused', 'the provider has another issuer than when this began', { provider: provider.id });
  const config = await configurationOf(rp, provider);
  const { tokens, claims } = await exchange(rp, provider, config, login, answer).catch((error: unknown) => {
    throw answerFailure(provider.id, error);
  });
  const userinfo = await userinfoOf(provider, config, tokens, claims);
  return {
    provider: provider.id,
    issuer: claims.iss,
    sub: claims.sub,
    claims,
    ...(userinfo === undefined ? {} : { userinfo }),
    attributes: attributesOf(provider, { ...userinfo, ...claims }),
    tokens: tokensOf(tokens),
    ...(login.data === undefined ? {} : { data: login.data }),
  };
}

type Exchanged = { readonly tokens: client.TokenEndpointResponse; readonly claims: client.IDToken };

async function exchange(
  rp: RelyingParty,
  provider: Provider,
  config: client.Configuration,
  login: Login,
  answer: Answer,
): Promise<Exchanged> {
  const url = answerUrl(login, answer);
  if (login.response_mode.endsWith('jwt')) expectJwt(provider, config, url);
  const tokens = await client.authorizationCodeGrant(config, url, {
    expectedState: login.state,
    expectedNonce: login.nonce,
    idTokenExpected: true,
    ...(login.code_verifier === undefined ? {} : { pkceCodeVerifier: login.code_verifier }),
    ...(login.max_age === undefined ? {} : { maxAge: login.max_age }),
  });
  const claims = tokens.claims();
  if (claims === undefined || tokens.id_token === undefined)
    throw new RelyingPartyError('answer_refused', 'the provider gave no ID token', { provider: provider.id });
  await checkIdToken(rp, provider, tokens.id_token, claims);
  return { tokens, claims };
}

/** The answer's parameters on the redirect URI that was asked for: what a proxy made of host and path does not matter. */
function answerUrl(login: Login, answer: Answer): URL {
  const url = new URL(login.redirect_uri);
  url.search = parametersOf({ redirectUri: login.redirect_uri }, answer).toString();
  return url;
}

/** From here on `response` counts, and parameters beside it do not. */
function expectJwt(provider: Provider, config: client.Configuration, url: URL): void {
  client.useJwtResponseMode(config);
  if (provider.settings.authorization_encrypted_response_alg !== undefined && !isEncrypted(url.searchParams.get('response') ?? ''))
    throw new RelyingPartyError('answer_refused', 'the answer is not encrypted, as was agreed', { provider: provider.id });
}

/** OpenID Connect Core section 5.3.2: `sub` must be that of the ID token. Not asked of a provider that has no such endpoint. */
async function userinfoOf(
  { id, settings, metadata }: Provider,
  config: client.Configuration,
  { access_token }: client.TokenEndpointResponse,
  { sub }: client.IDToken,
): Promise<Claims | undefined> {
  if (settings.userinfo === 'never' || metadata.userinfo_endpoint === undefined) return undefined;
  return client.fetchUserInfo(config, access_token, sub).catch((error: unknown) => {
    throw answerFailure(id, error);
  });
}

function attributesOf({ id, settings }: Provider, claims: Claims): Claims {
  const { attributes, faults } = mapClaims(settings.claims ?? {}, claims);
  if (faults.length === 0) return attributes;
  throw new RelyingPartyError('claims', faults.map(({ problem }) => problem).join('; '), { provider: id, faults });
}
