/** The frame of the conformance suite: what a backend hands over, and how a test gets an empty one. */
import type { Account } from '../accounts.ts';
import type { Store } from '../store.ts';
import { now, sampleAccount, sampleAuthentication } from './samples.ts';

export type Backend = {
  readonly store: Store;
  readonly addAccount: (account: Account) => Promise<void>;
  readonly setActive: (sub: string, active: boolean) => Promise<void>;
  /** The same data through another connection, as another process would see it. Races are run over both. */
  readonly second?: Store;
  readonly close: () => Promise<void>;
};

export type Runner = {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
};

export type Test = (name: string, body: (backend: Backend) => Promise<void>) => void;

export function suite(options: Runner & { readonly open: () => Promise<Backend> }): Test {
  return (name, body) =>
    options.it(name, async () => {
      const backend = await options.open();
      try {
        await body(backend);
      } finally {
        await backend.close();
      }
    });
}

/** Runs an act `times` times at once, alternating between both handles on the data. */
export function race<T>(backend: Backend, times: number, act: (store: Store, index: number) => Promise<T>): Promise<T[]> {
  const second = backend.second ?? backend.store;
  return Promise.all(Array.from({ length: times }, (_, index) => act(index % 2 === 0 ? backend.store : second, index)));
}

/** Alice, signed in in `browser`: the session that sample approvals come from. */
export async function signedIn({ store, addAccount }: Backend): Promise<void> {
  await addAccount(sampleAccount());
  await store.sessions.authenticate(undefined, 'browser', sampleAuthentication(), now);
}

export function count<T>(values: readonly T[], wanted: T): number {
  return values.filter((value) => value === wanted).length;
}
