/** Values to fill a store with. Every optional field is set somewhere, so that a backend that loses one is noticed. */
import type { Account } from '../accounts.ts';
import type { Client } from '../client.ts';
import { strictPolicy } from '../policy.ts';
import type { Approval, Authentication, Grant, NewAccessToken, NewRefreshToken, PendingRequest } from '../store.ts';

/** Every test's present; tests move on from it by adding seconds. */
export const now = 1_800_000_000;

export function sampleAccount(sub = 'alice', changes: Partial<Account> = {}): Account {
  return {
    sub,
    username: `${sub}@example.test`,
    active: true,
    claims: { name: `Ms ${sub} Ünïcode`, email_verified: true, address: { country: 'FI', lines: ['a', 'b'] }, nothing: null },
    groups: ['staff'],
    roles: ['admin'],
    updatedAt: now - 100,
    ...changes,
  };
}

export function sampleClient(client_id = 'web', changes: Partial<Client> = {}): Client {
  return {
    client_id,
    client_name: 'Web "App" ✓',
    application_type: 'web',
    redirect_uris: ['http://127.0.0.1:5000/callback'],
    post_logout_redirect_uris: [],
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scopes: ['openid', 'profile', 'offline_access'],
    id_token_signed_response_alg: 'RS256',
    secrets: [{ digest: 'digest-1', sealed: 'sealed-1' }, { digest: 'digest-2' }],
    lifetimes: { accessToken: 600 },
    policy: strictPolicy,
    disabled: false,
    ...changes,
  };
}

export function sampleRequest(id = 'request', changes: Partial<PendingRequest> = {}): PendingRequest {
  return {
    id,
    client_id: 'web',
    parameters: {
      response_type: 'code',
      response_mode: 'query',
      redirect_uri: 'http://127.0.0.1:5000/callback',
      redirect_uri_sent: true,
      scopes: ['openid', 'profile'],
      state: 'a state with \u0000, "quotes" and ✓',
      code_challenge: 'challenge',
      prompt: ['login', 'consent'],
      max_age: 0,
    },
    browser: 'browser',
    facts: {},
    openedAt: now,
    expiresAt: now + 3600,
    ...changes,
  };
}

export function sampleApproval(changes: Partial<Approval> = {}): Approval {
  return {
    sub: 'alice',
    sid: 'sid-alice',
    authTime: now - 10,
    amr: ['pwd'],
    acr: '1',
    scopes: ['openid'],
    codeHash: 'code',
    codeExpiresAt: now + 60,
    ...changes,
  };
}

export function sampleGrant(id = 'request', changes: Partial<Grant> = {}): Grant {
  return {
    id,
    client_id: 'web',
    sub: 'alice',
    sid: 'sid-alice',
    scopes: ['openid', 'offline_access'],
    authTime: now - 10,
    amr: ['pwd', 'otp'],
    acr: '1',
    createdAt: now,
    expiresAt: now + 3600,
    ...changes,
  };
}

export function sampleAccess(hash = 'access', changes: Partial<NewAccessToken> = {}): NewAccessToken {
  return { hash, grantId: 'request', client_id: 'web', issuedAt: now, expiresAt: now + 600, ...changes };
}

export function sampleRefresh(familyHash = 'family', changes: Partial<NewRefreshToken> = {}): NewRefreshToken {
  return { familyHash, expiresAt: now + 3600, ...changes };
}

export function sampleAuthentication(sub = 'alice', changes: Partial<Authentication> = {}): Authentication {
  return { sid: `sid-${sub}`, sub, authTime: now, amr: ['pwd'], acr: '1', expiresAt: now + 1000, ...changes };
}
