/**
 * The authorization code grant (RFC 6749 section 4.1.3). The store's gate burns the code first; whoever presents a code without being
 * entitled to it has thereby ended it. A code used twice takes back what its first use gave (section 4.1.2).
 */
import { lifetimeOf } from '../../active-client.ts';
import { type Client, claimsPlaced } from '../../client.ts';
import type { Provider } from '../../op.ts';
import type { ApprovedRequest, Grant } from '../../store.ts';
import { OAuthError } from '../../wire/error.ts';
import { sha256 } from '../../wire/hashes.ts';
import { one, required } from '../../wire/parameters.ts';
import { checkVerifier } from '../../wire/pkce.ts';
import { intersect } from '../../wire/scope.ts';
import { draftAccessToken } from '../access-token.ts';
import { checkResources, narrowed, readResources } from '../audience.ts';
import type { Issuance } from '../issuance.ts';
import { familyHashOf, newFamily, wantsRefreshToken, writeRefreshToken } from '../refresh-token.ts';
import { refreshBinding, type Sender } from '../sender.ts';
import { alive, type TokenCall } from './grant.ts';

export async function authorizationCode(op: Provider, { client, form, sender }: TokenCall): Promise<Issuance> {
  const code = required(form, 'code');
  const redirect_uri = one(form, 'redirect_uri');
  const verifier = one(form, 'code_verifier');
  const resources = await readResources(op, client, form);
  const { request, account: found } = await redeem(op, client, code);
  checkRequest(client, request, redirect_uri);
  checkVerifier(request.parameters.code_challenge, verifier);
  checkKey(request, sender);
  await checkResources(op, client, resources ?? request.parameters.resources);
  const account = alive(found, client);

  const scopes = intersect(request.approval.scopes, client.scopes);
  const access = draftAccessToken(op, client, {
    audience: narrowed(resources, request.parameters),
    confirmation: sender.confirmation,
  });
  const family = wantsRefreshToken(client, scopes) ? newFamily(op) : undefined;
  const refreshLife = family === undefined ? 0 : lifetimeOf(op, client, 'refreshToken');
  const offline = family !== undefined && scopes.includes('offline_access') && client.policy.offlineAccess !== 'session';
  const grant: Grant = {
    ...grantOf(request, scopes, op.now(), access.row.expiresAt, refreshLife),
    ...refreshBinding(client, sender),
    ...(offline ? undefined : { endsWithSession: true }),
  };
  const refresh = family === undefined ? undefined : { familyHash: familyHashOf(family), expiresAt: grant.expiresAt };
  await op.store.grants.open(grant, { ...access.row, grantId: grant.id }, refresh);

  const { nonce } = request.parameters;
  return {
    client: claimsPlaced(client, request.parameters.scopeClaims),
    access,
    scopes,
    ...(family === undefined ? undefined : { refreshToken: writeRefreshToken(op.vault, family, 0) }),
    person: nonce === undefined ? { grant, account } : { grant, account, nonce },
  };
}

/** Codes are remembered after their use as long as the access token they gave may live, so that a second use is noticed. */
function replayWindow(op: Provider, client: Client): number {
  return Math.max(3600, lifetimeOf(op, client, 'accessToken'));
}

async function redeem(op: Provider, client: Client, code: string) {
  const redemption = await op.store.requests.redeem(sha256(code), replayWindow(op, client), op.now());
  if (redemption.outcome === 'redeemed') return redemption;
  if (redemption.outcome === 'replayed') {
    const { client_id, approval } = redemption.request;
    op.emit({ type: 'code.replayed', client_id, sub: approval.sub });
    throw new OAuthError('invalid_grant', 'the code was used before; the tokens it gave are revoked');
  }
  throw new OAuthError('invalid_grant', 'the code is unknown or expired');
}

function checkRequest(client: Client, request: ApprovedRequest, redirect_uri: string | undefined): void {
  if (request.client_id !== client.client_id)
    throw new OAuthError('invalid_grant', 'the code is unknown or expired', {
      diagnostic: `code of ${request.client_id} presented by ${client.client_id}`,
    });
  if (redirect_uri === undefined && !request.parameters.redirect_uri_sent) return;
  if (redirect_uri !== request.parameters.redirect_uri)
    throw new OAuthError('invalid_grant', 'redirect_uri differs from the one of the authorization request');
}

/** RFC 9449 section 10. */
function checkKey({ parameters: { dpop_jkt } }: ApprovedRequest, { proven }: Sender): void {
  if (dpop_jkt !== undefined && dpop_jkt !== proven.jkt)
    throw new OAuthError('invalid_grant', 'the code is bound to a DPoP key that this request does not prove');
}

function grantOf(request: ApprovedRequest, scopes: readonly string[], now: number, accessExpiresAt: number, refreshLife: number): Grant {
  const { approval, parameters } = request;
  const grant: Grant = {
    id: request.id,
    client_id: request.client_id,
    sub: approval.sub,
    sid: approval.sid,
    scopes,
    authTime: approval.authTime,
    amr: approval.amr,
    ...(parameters.resources && { resources: parameters.resources }),
    ...(parameters.claims && { claims: parameters.claims }),
    createdAt: now,
    expiresAt: Math.max(accessExpiresAt, now + refreshLife),
  };
  return approval.acr === undefined ? grant : { ...grant, acr: approval.acr };
}
