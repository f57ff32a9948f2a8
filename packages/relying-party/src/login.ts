/** A sign-in on its way: what is remembered between `start` and `finish`, and what comes of it. */
import type { Claims } from './claims.ts';
import type { ResponseMode } from './settings.ts';

/** Parameters of the authorization request, as OpenID Connect Core section 3.1.2.1 spells them, and whatever else a provider wants. */
export type StartOptions = {
  readonly scope?: string;
  readonly prompt?: string;
  readonly login_hint?: string;
  readonly id_token_hint?: string;
  readonly acr_values?: string;
  /** Seconds. The ID token must then carry an `auth_time` that is young enough. */
  readonly max_age?: number;
  readonly ui_locales?: string;
  readonly response_mode?: ResponseMode;
  /** Others, for example `identity_provider_id`, `claims`, `resource`. The parameters that protect the request cannot be said here. */
  readonly extra?: Readonly<Record<string, string>>;
  /** The caller's own, kept in `login` and given back by `finish`: plain JSON. */
  readonly data?: unknown;
};

/** Plain JSON. It belongs to one browser: keep it sealed in its cookie, or in a store under the hash of `state` beside that browser's name; once. */
export type Login = {
  readonly provider: string;
  readonly issuer: string;
  readonly redirect_uri: string;
  readonly state: string;
  readonly nonce: string;
  /** Absent where the provider says that it knows no S256. */
  readonly code_verifier?: string;
  readonly max_age?: number;
  readonly response_mode: ResponseMode;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly data?: unknown;
};

/** What came to the redirect URI: of a GET its whole address (or path and query), of a POST its form. */
export type Answer = { readonly url: string } | { readonly form: URLSearchParams };

export type Tokens = {
  readonly access_token: string;
  readonly token_type: string;
  readonly id_token: string;
  /** Seconds, from now. */
  readonly expires_in?: number;
  readonly refresh_token?: string;
  readonly scope?: string;
};

export type SignedIn = {
  readonly provider: string;
  /** With `sub`, byte for byte, the name of a person. `sub` alone is nobody's: two providers may use the same. */
  readonly issuer: string;
  readonly sub: string;
  /** Of the ID token. */
  readonly claims: Claims;
  readonly userinfo?: Claims;
  /** What the claim rules made of both; empty without rules. What the ID token says stands before what userinfo says. */
  readonly attributes: Claims;
  readonly tokens: Tokens;
  readonly data?: unknown;
};

/** Where to send the browser, and what to remember until it is back. */
export type Started = { readonly url: string; readonly login: Login };
