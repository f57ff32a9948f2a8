/** What a client authentication method is: a row of the table in authenticate.ts. */
import type { Client, ClientAuthMethod } from '../client.ts';
import type { CoreRequest } from '../exchange.ts';
import type { Provider } from '../op.ts';
import type { Parameters } from '../wire/parameters.ts';

/** Whether what was presented holds; why not, where there is more to say of it than that: for the log only. */
export type Held = boolean | { readonly refused: string };

/** What a request presents by one method. */
export type Presented = {
  /** Who the caller says it is; the first that is registered is meant. More than one where encodings differ between clients. */
  readonly client_ids: readonly string[];
  /** Whether it holds for this client. Asked for an unknown one too, and then takes as long. */
  readonly holds: (op: Provider, client: Client | undefined) => Held | Promise<Held>;
};

export type AuthMethod = {
  /** The registered methods that it satisfies. */
  readonly satisfies: readonly ClientAuthMethod[];
  /** What the request presents by this method; undefined when it does not use it. */
  readonly read: (request: CoreRequest, form: Parameters) => Presented | undefined;
};
