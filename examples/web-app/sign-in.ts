/**
 * Everything OpenID Connect in this example, and all there is to copy: begin a sign-in, finish it, refresh, sign out.
 * Code flow with PKCE (RFC 7636), `state` and `nonce`: OpenID Connect Core 1.0 section 3.1, RP-Initiated Logout 1.0.
 */
import * as client from 'openid-client';
import { addStep, recordingFetch, type Steps, showUrl } from './steps.ts';

export type ProviderOptions = {
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly scope: string;
};

/** A sign-in that has been begun: what must be compared when the browser comes back. */
export type Attempt = {
  readonly config: client.Configuration;
  readonly state: string;
  readonly nonce: string;
  readonly code_verifier: string;
  /** The authorization request as the page shows it. */
  readonly request: string;
  readonly steps: Steps;
};

export type SignedIn = {
  readonly config: client.Configuration;
  readonly tokens: client.TokenEndpointResponse;
  readonly claims: client.IDToken;
  /** Kept from the first answer: a refresh need not bring a new one, and the sign-out wants it as a hint. */
  readonly id_token: string;
  readonly userinfo: client.UserInfoResponse;
  readonly refreshedAt?: Date;
};

/**
 * Reads the provider's discovery document. Done at each sign-in: one request more, but the page can show it, and a provider
 * that was started or changed after this application is found. An application with traffic would keep the answer.
 */
async function discover(options: ProviderOptions, steps: Steps): Promise<client.Configuration> {
  const issuer = new URL(options.issuer);
  const config = await client.discovery(issuer, options.client_id, undefined, client.ClientSecretBasic(options.client_secret), {
    [client.customFetch]: recordingFetch(steps, () => 'Discovery: where are your endpoints?'),
    execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [],
    timeout: 10,
  });
  config[client.customFetch] = recordingFetch(steps, (url) => titleOf(config.serverMetadata(), url));
  // The token endpoint is trusted by its address alone; checking the signature too shows whether the keys fit.
  client.enableNonRepudiationChecks(config);
  return config;
}

function titleOf(server: client.ServerMetadata, url: URL): string {
  if (url.href === server.jwks_uri) return 'Keys: what signs your tokens?';
  if (url.href === server.userinfo_endpoint) return 'Userinfo: who is it?';
  return 'Token request: the code or refresh token becomes tokens';
}

/** Answers where to send the browser, and what to remember until it is back. Throws when the provider cannot be reached. */
export async function beginSignIn(options: ProviderOptions, redirect_uri: string): Promise<{ attempt: Attempt; url: URL }> {
  const steps: Steps = [];
  const config = await discover(options, steps);
  const [state, nonce, code_verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: options.scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(code_verifier),
    code_challenge_method: 'S256',
    // OpenID Connect Core section 11: offline access is given only when the person is asked for it.
    ...(options.scope.split(' ').includes('offline_access') ? { prompt: 'consent' } : {}),
  });
  return { attempt: { config, state, nonce, code_verifier, request: showUrl('GET', url), steps }, url };
}

/** Takes the provider's answer. Throws when it is an error, or when anything in it does not fit the attempt. */
export async function finishSignIn(attempt: Attempt, callback: URL): Promise<SignedIn> {
  const { config, steps } = attempt;
  addStep(steps, {
    title: 'Authorization: the person signs in at the provider',
    channel: 'browser',
    request: attempt.request,
    response: showUrl('GET', callback),
  });
  const tokens = await client.authorizationCodeGrant(config, callback, {
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    pkceCodeVerifier: attempt.code_verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims || !tokens.id_token) throw new Error('the provider sent no ID token');
  return {
    config,
    tokens,
    claims,
    id_token: tokens.id_token,
    userinfo: await client.fetchUserInfo(config, tokens.access_token, claims.sub),
  };
}

/** Trades the refresh token for new tokens and asks userinfo with the new access token. Throws when the provider refuses. */
export async function refresh(signedIn: SignedIn): Promise<SignedIn> {
  const { config, tokens, claims } = signedIn;
  if (!tokens.refresh_token) throw new Error('the provider gave no refresh token');
  const answer = await client.refreshTokenGrant(config, tokens.refresh_token);
  return {
    config,
    // What a refresh answer leaves out stays as it was: RFC 6749 sections 5.1 and 6.
    tokens: { ...tokens, ...answer },
    claims: answer.claims() ?? claims,
    id_token: answer.id_token ?? signedIn.id_token,
    userinfo: await client.fetchUserInfo(config, answer.access_token, claims.sub),
    refreshedAt: new Date(),
  };
}

/** Where to send the browser so that the provider ends its session too; undefined when the provider has no such place. */
export function signOutUrl(signedIn: SignedIn, post_logout_redirect_uri: string): { state: string; url: URL } | undefined {
  if (!signedIn.config.serverMetadata().end_session_endpoint) return undefined;
  const state = client.randomState();
  const url = client.buildEndSessionUrl(signedIn.config, { id_token_hint: signedIn.id_token, post_logout_redirect_uri, state });
  return { state, url };
}
