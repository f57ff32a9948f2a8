/**
 * Client policy: differences of meaning between clients, strict by default. A switch exists because a client of one of the
 * systems we replace needs it; each names who, and what it risks. Spelling is not policy: that is a dialect's business.
 */

export type Policy = {
  /** `explicit` asks the person once per new scope; `implicit` is for the operator's own applications. Risk: nobody is asked. */
  readonly consent: 'explicit' | 'implicit';
  /** PKCE (RFC 7636). `optional` is for clients older than 2015. Risk: a stolen code can be redeemed with the client's secret. */
  readonly pkce: 'required' | 'optional';
  /** Access token format: a random string, or a signed JWT (RFC 9068) that an API can check by itself and that outlives revocation there. */
  readonly accessToken: 'opaque' | 'jwt';
  /**
   * `offline_access` issues a refresh token when that scope was granted (OpenID Connect Core section 11); `always` when the
   * client may use the grant at all, which onePortal's and o2o's clients expect; `never` for clients that must not hold one.
   */
  readonly refreshToken: 'offline_access' | 'always' | 'never';
  /**
   * A refresh token granted with `offline_access` goes on after the person signs out (OpenID Connect Back-Channel Logout section 2.7), or ends
   * with her session. One without that scope always ends with it.
   */
  readonly offlineAccess: 'outlives' | 'session';
  /** Where claims of granted scopes go: userinfo only (OpenID Connect Core section 5.4), or the ID token too (Agate, IDPartner). */
  readonly scopeClaims: 'userinfo' | 'id_token';
  /** The password grant (RFC 6749 section 4.3); only an administrator turns it on. Risk: the client sees the password. */
  readonly passwordGrant: boolean;
  /**
   * A token request with all its parameters, the secret too, in the query and nothing in the body, as onePortal's timetable tools send it.
   * Risk: proxies and their logs see the secret and the code. Ours never do.
   */
  readonly credentialsInQuery: boolean;
  /** Userinfo with a token that was not granted `openid`, which the same tools ask. Risk: what was OAuth only tells who the person is. */
  readonly userinfoWithoutOpenid: boolean;
  /**
   * A scope that the tenant does not know: `ignore` it (OpenID Connect Core section 3.1.2.1) or `refuse` the request with invalid_scope, which
   * Agate's clients expect. A scope the tenant knows and the client may not have is left out in both.
   */
  readonly unknownScopes: 'ignore' | 'refuse';
  /**
   * What a request object must say of itself: `bound` wants `iss`, `aud` and `exp`; `fapi` wants `nbf` too, as FAPI 2.0 Message Signing does;
   * `openid` nothing, as OpenID Connect Core section 6.1 does, but what it says must be right. Risk of the last: an object made for another
   * provider, or long ago, is accepted.
   */
  readonly requestObject: 'bound' | 'fapi' | 'openid';
  /**
   * Whom a client's assertion must be for: the `issuer` as one text, or also an `endpoint` of ours or a list of nothing but these, as IDPartner's
   * client and many libraries write it. Risk: an assertion somebody else talked the client into making for our endpoint is accepted.
   */
  readonly assertionAudience: 'issuer' | 'endpoint';
  /**
   * Hands people over to other clients that have this switch, and takes them, by sign-on tokens (`sso_token`), as the sites around onePortal do.
   * Risk: who gets hold of such a token first, within two minutes, is signed in as the person; and a link can sign somebody in as somebody else
   * where nobody is signed in.
   */
  readonly signOnTokens: boolean;
  /**
   * DPoP proofs must repeat a nonce of ours (RFC 9449 section 8), so that none can be made in advance by who holds the key for a moment only, and
   * the client's clock no longer matters. Costs the client a second request now and then, which some clients do not make.
   */
  readonly dpopNonce: boolean;
};

export const strictPolicy: Policy = {
  consent: 'explicit',
  pkce: 'required',
  accessToken: 'opaque',
  refreshToken: 'offline_access',
  offlineAccess: 'outlives',
  scopeClaims: 'userinfo',
  passwordGrant: false,
  credentialsInQuery: false,
  userinfoWithoutOpenid: false,
  unknownScopes: 'ignore',
  requestObject: 'bound',
  assertionAudience: 'issuer',
  signOnTokens: false,
  dpopNonce: false,
};

/** Policies of clients that say nothing of them, in a tenant: those that can keep a secret, and those that cannot. */
export type UnsaidPolicies = { readonly confidential: Partial<Policy>; readonly public: Partial<Policy> };

/** Positions that are not the strict one and yet allow nothing more. */
const stricter: Partial<Policy> = {
  refreshToken: 'never',
  offlineAccess: 'session',
  unknownScopes: 'refuse',
  requestObject: 'fapi',
  dpopNonce: true,
};

/** The switches of a client that are laxer than strict, each with its position. */
export function lenientSwitches(policy: Policy): readonly string[] {
  // A client kept before a switch existed has no position of it.
  const positions = { ...strictPolicy, ...policy };
  const names = Object.keys(strictPolicy) as (keyof Policy)[];
  return names
    .filter((name) => positions[name] !== strictPolicy[name] && positions[name] !== stricter[name])
    .map((name) => `${name}=${positions[name]}`);
}
