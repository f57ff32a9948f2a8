/** `op`: this provider, for one tenant. Every function of the core takes it first; nothing else is ambient. */
import type { Authorities } from './authorities.ts';
import type { RemoteKeys } from './client-keys/remote-keys.ts';
import type { Event } from './events.ts';
import type { Fetch } from './fetch.ts';
import type { KeyRing, Vault } from './keys.ts';
import type { People } from './people.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store.ts';

export type Provider = {
  readonly settings: Settings;
  readonly store: Store;
  readonly keys: KeyRing;
  readonly vault: Vault;
  readonly people: People;
  /** Who stands behind client certificates; left out where no certificate authority is trusted. */
  readonly authorities?: Authorities;
  readonly fetch: Fetch;
  /** The key sets that clients publish. */
  readonly remoteKeys: RemoteKeys;
  /** Epoch seconds. */
  readonly now: () => number;
  /** Unpredictable bytes, base64url. */
  readonly random: (bytes: number) => string;
  /** What happened, for logs, audit and metrics. Never throws, never waits. */
  readonly emit: (event: Event) => void;
};
