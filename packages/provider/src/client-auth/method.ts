/** What a client authentication method is: a row of the table in authenticate.ts. */
import type { Client, ClientAuthMethod } from '../client.ts';
import type { CoreRequest } from '../exchange.ts';
import type { Provider } from '../op.ts';
import type { Parameters } from '../wire/parameters.ts';

/** What a request presents by one method. */
export type Presented = {
  /** Who the caller says it is; the first that is registered is meant. More than one where encodings differ between clients. */
  readonly client_ids: readonly string[];
  /** Whether it holds for this client. Asked for an unknown one too, and then takes as long. */
  readonly holds: (op: Provider, client: Client | undefined) => boolean | Promise<boolean>;
};

export type AuthMethod = {
  /** The registered methods that it satisfies. */
  readonly satisfies: readonly ClientAuthMethod[];
  /** What the request presents by this method; undefined when it does not use it. */
  readonly read: (request: CoreRequest, form: Parameters) => Presented | undefined;
};
