/** What is measured: a server with the clients and the people below, driven through what its discovery document says. */

export type StoreKind = 'sqlite' | 'postgres';

export type RunningTarget = {
  readonly name: string;
  readonly issuer: string;
  /** The only scenarios it can play; all when left out. */
  readonly scenarios?: readonly string[];
  /** The upstream it was started with, if it can sign people in through one: answers where a visit ends. It lives in the benchmark's process. */
  readonly upstream?: { readonly id: string; readonly visit: (url: string) => Promise<string> };
  /** Milliseconds of CPU used so far, by the server and by its database. */
  readonly cpu: () => number;
  readonly stop: () => Promise<void>;
};

export type Target = {
  readonly name: string;
  /** `reference`: the issuer of the first target, which runs already; undefined for the first itself. */
  readonly start: (store: StoreKind, reference: string | undefined) => Promise<RunningTarget>;
};

/** How many work at once, each on a connection of its own. */
export const workers = 16;

/** What all of them share, and their names: one for each worker, because a server limits the tries for a name, right ones under way included. */
export const person = { password: 'correct horse battery staple', name: 'Alice Archer', email: 'alice@example.test' };
export const usernames: readonly string[] = Array.from({ length: workers }, (_, worker) => `alice${worker}`);

/** Never called: the load stops at the redirect. */
export const redirect_uri = 'http://127.0.0.1:5999/callback';

/** The code flow, and the same with a refresh token each time. Nobody is asked for consent. */
export const plainClient = { client_id: 'bench', client_secret: 'bench-secret-0123456789abcdef0123456789' };
export const refreshClient = { client_id: 'bench-refresh', client_secret: 'bench-refresh-secret-0123456789abcdef' };
/** Authenticates by its key, and has no secret. */
export const signedClient = { client_id: 'bench-signed' };
export const machineClient = { client_id: 'bench-machine', client_secret: 'bench-machine-secret-0123456789abcdef' };

export const scope = 'openid profile email';
export const machineScope = 'reports';
