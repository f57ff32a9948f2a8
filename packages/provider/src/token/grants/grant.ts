/** What a grant type is: an authenticated token request in, an Issuance out. Shared phases are outside it and cannot be forgotten. */
import type { Account } from '../../accounts.ts';
import type { Client } from '../../client.ts';
import type { CoreRequest } from '../../exchange.ts';
import type { Provider } from '../../op.ts';
import { OAuthError } from '../../wire/error.ts';
import type { Parameters } from '../../wire/parameters.ts';
import type { Issuance } from '../issuance.ts';
import type { Sender } from '../sender.ts';

export type TokenCall = { readonly client: Client; readonly form: Parameters; readonly request: CoreRequest; readonly sender: Sender };
export type GrantType = (op: Provider, call: TokenCall) => Promise<Issuance>;

/** The account, if it may still be given anything. Throws invalid_grant for a disabled or removed one. */
export function alive(account: Account | undefined): Account {
  if (account?.active === true) return account;
  throw new OAuthError('invalid_grant', 'the account is not available', {
    diagnostic: account === undefined ? 'account removed' : 'account disabled',
  });
}
