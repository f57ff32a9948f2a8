/**
 * What an approved request is given right at the authorization endpoint (OpenID Connect Core sections 3.1.2.5, 3.2.2.5, 3.3.2.5): a code, tokens,
 * or both. An access token hangs on a grant of its own and not on the code's, which does not exist before the code is redeemed.
 */
import type { Account } from '../accounts.ts';
import { type Client, claimsPlaced } from '../client.ts';
import type { Provider } from '../op.ts';
import type { Approval, Grant, PendingRequest } from '../store.ts';
import { draftAccessToken, writeAccessToken } from '../token/access-token.ts';
import { idToken } from '../token/id-token.ts';
import { intersect } from '../wire/scope.ts';
import type { AnswerFields } from './response-modes.ts';
import { responseTypes } from './response-types.ts';

/** `code` is the value whose hash the approval keeps; it is told only where the response type asks for one. */
export type Given = {
  readonly client: Client;
  readonly account: Account;
  readonly request: Pick<PendingRequest, 'id' | 'parameters'>;
  readonly approval: Approval;
  readonly code: string;
};

/** The parameters of the answer. One store statement when an access token is given, else none. Throws server_error when there is no key. */
export async function frontChannel(op: Provider, given: Given): Promise<AnswerFields> {
  const { client, account } = given;
  // The client may have lost scopes while the person took her time.
  const approval = { ...given.approval, scopes: intersect(given.approval.scopes, client.scopes) };
  const { parameters } = given.request;
  const gives = responseTypes[parameters.response_type];
  const code = gives.code ? { code: given.code } : undefined;
  const token = gives.token ? await accessToken(op, { ...given, approval }) : undefined;
  if (!gives.idToken) return { ...code, ...token };
  const facts = { grant: { ...approval, claims: parameters.claims }, account, scopes: approval.scopes, nonce: parameters.nonce };
  const id_token = await idToken(op, claimsPlaced(client, parameters.scopeClaims), {
    ...facts,
    accessToken: token?.access_token,
    code: code?.code,
  });
  return { ...code, ...token, id_token };
}

/** RFC 6749 section 4.2.2. */
async function accessToken(op: Provider, { client, account, approval, request }: Given) {
  const { codeHash: _, codeExpiresAt: __, ...approved } = approval;
  const access = draftAccessToken(op, client);
  const { issuedAt, expiresAt } = access.row;
  const { resources, claims } = request.parameters;
  const grant: Grant = {
    ...approved,
    ...(resources && { resources }),
    ...(claims && { claims }),
    id: op.random(16),
    request: request.id,
    endsWithSession: true,
    client_id: client.client_id,
    createdAt: issuedAt,
    expiresAt,
  };
  await op.store.grants.open(grant, { ...access.row, grantId: grant.id });
  const { scopes } = grant;
  const access_token = await writeAccessToken(op, { client, access, scopes, person: { grant, account } });
  op.emit({ type: 'tokens.issued', grant_type: 'implicit', client_id: client.client_id, sub: account.sub });
  return { access_token, token_type: 'Bearer', expires_in: String(expiresAt - issuedAt), scope: scopes.join(' ') };
}
