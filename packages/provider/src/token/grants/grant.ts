/** What a grant type is: an authenticated token request in, an Issuance out. Shared phases are outside it and cannot be forgotten. */
import { isFor } from '../../access.ts';
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

/** The account, if it may still be given anything by way of this client. Throws invalid_grant for one disabled, removed, or not let in any more. */
export function alive(account: Account | undefined, client: Client): Account {
  if (account?.active !== true)
    throw new OAuthError('invalid_grant', 'the account is not available', {
      diagnostic: account === undefined ? 'account removed' : 'account disabled',
    });
  if (!isFor(client.access, account)) throw new OAuthError('invalid_grant', 'the application is not for this person');
  return account;
}
