/** The record every function takes first: which providers there are, where answers come to, what is known about them, and the ways out. */
import type { JWKS } from 'openid-client';
import { discover, discoveryAddress, type ProviderMetadata } from './discovery.ts';
import { RelyingPartyError } from './error.ts';
import { guarded } from './guarded-fetch.ts';
import { type Kept, kept } from './kept.ts';
import type { Fetch, ProviderSettings } from './settings.ts';

export type RelyingPartyOptions = {
  /** Asked at each step; undefined for one that is unknown or disabled. Rejections pass through. */
  readonly providers: (id: string) => Promise<ProviderSettings | undefined>;
  /** The one callback, for all providers: an absolute address without query and fragment. */
  readonly redirectUri: string;
  readonly fetch?: Fetch;
  /** Epoch seconds. */
  readonly now?: () => number;
  /** Seconds that one request to a provider may take; 3.5 when not said. */
  readonly timeout?: number;
  /** Seconds between `start` and `finish`; 900 when not said. */
  readonly loginLifetime?: number;
};

/** A provider as one call sees it. */
export type Provider = {
  readonly id: string;
  readonly settings: ProviderSettings;
  readonly metadata: ProviderMetadata;
  readonly keys: Kept<JWKS>;
  readonly fetch: Fetch;
};

export type RelyingParty = {
  readonly redirectUri: string;
  readonly now: () => number;
  readonly timeout: number;
  readonly loginLifetime: number;
  /** Throws `provider_unknown`, `provider_unavailable`, `discovery_invalid`, `settings_invalid`. */
  readonly provider: (id: string) => Promise<Provider>;
};

const metadataLifetimes = { fresh: 600, lastGood: 24 * 3600, failure: 5 };
/** When keys are fetched again, configuration.ts says. */
const keyLifetimes = { fresh: 0, lastGood: 24 * 3600, failure: 5 };

type Known = { readonly address: string; readonly metadata: Kept<ProviderMetadata>; readonly keys: Kept<JWKS> };

/** Makes the record. Throws a TypeError for a redirect URI that cannot be one. */
export function relyingParty(options: RelyingPartyOptions): RelyingParty {
  const { providers, redirectUri, timeout = 3.5, loginLifetime = 900 } = options;
  const url = URL.parse(redirectUri);
  if (url === null || url.search !== '' || url.hash !== '' || !/^https?:$/.test(url.protocol))
    throw new TypeError('redirectUri must be an absolute http or https address without query and fragment');
  const now = options.now ?? (() => Math.floor(Date.now() / 1000));
  const known = new Map<string, Known>();
  return {
    redirectUri,
    now,
    timeout,
    loginLifetime,
    provider: async (id) => {
      const settings = await providers(id);
      if (settings === undefined) throw new RelyingPartyError('provider_unknown', 'no such provider', { provider: id });
      const fetch = guarded(id, settings.fetch ?? options.fetch ?? globalThis.fetch, timeout);
      const { metadata, keys } = knownOf(known, id, settings, now);
      return { id, settings, metadata: await metadata.get(() => discover(id, settings, fetch)), keys, fetch };
    },
  };
}

/** What is known about a provider is forgotten when its settings point elsewhere. */
function knownOf(known: Map<string, Known>, id: string, settings: ProviderSettings, now: () => number): Known {
  const address = `${settings.issuer} ${discoveryAddress(settings)}`;
  const found = known.get(id);
  if (found?.address === address) return found;
  const made = { address, metadata: kept<ProviderMetadata>(metadataLifetimes, now), keys: kept<JWKS>(keyLifetimes, now) };
  known.set(id, made);
  return made;
}
