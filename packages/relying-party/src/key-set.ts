/** The keys a provider signs with (OpenID Connect Core section 10.1): kept, and fetched again when they are old or one is unknown. */
import type { JWKS } from 'openid-client';
import { RelyingPartyError } from './error.ts';
import type { Provider, RelyingParty } from './relying-party.ts';
import type { Fetch } from './settings.ts';

/** Seconds between fetches of the keys of one provider, however many answers name a key nobody knows. */
const cooldown = 5;
/** Seconds after which keys are fetched again though the one that is wanted is among them: it may have been withdrawn. */
const fresh = 300;

type Dated = { readonly at: number };

export function isFresh(rp: RelyingParty, { at }: Dated): boolean {
  return rp.now() < at + fresh;
}

/** Whether an unknown key is reason enough to ask again. */
export function isRested(rp: RelyingParty, { at }: Dated): boolean {
  return rp.now() >= at + cooldown;
}

/** The keys, with this one among them if the provider has it. Throws as `keysAt` does. */
export async function knownKeys(rp: RelyingParty, { id, metadata, keys, fetch }: Provider, kid?: string): Promise<JWKS> {
  const load = () => keysAt(metadata.jwks_uri, fetch, id);
  const known = keys.peek();
  if (known === undefined || !isFresh(rp, known)) return keys.refresh(load);
  const has = kid === undefined || known.value.keys.some((key) => key.kid === kid);
  return has || !isRested(rp, known) ? known.value : keys.refresh(load);
}

/** The key set at an address. Throws `discovery_invalid` when there is none, `provider_unavailable`. */
export async function keysAt(url: string, fetch: Fetch, provider: string): Promise<JWKS> {
  const response = await fetch(url, {
    method: 'GET',
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'manual',
  });
  const jwks: unknown = response.status === 200 ? await response.json().catch(() => undefined) : undefined;
  if (isKeySet(jwks)) return jwks;
  throw new RelyingPartyError('discovery_invalid', `no key set at jwks_uri (status ${response.status})`, { provider });
}

function isKeySet(value: unknown): value is JWKS {
  return typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys);
}
