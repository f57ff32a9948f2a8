/**
 * Whether a client that registers itself may be what it says: the rules every client has to follow, and those for clients that no operator has
 * looked at. RFC 7591 section 3.2.2 for the errors, OpenID Connect Registration sections 2 and 5.
 */
import type { Fetch } from '../fetch.ts';
import type { Provider } from '../op.ts';
import { type ClientMetadata, grantTypesOf, type MetadataFault, type Registered } from '../registration/metadata.ts';
import { newClient, withDefaults } from '../registration.ts';
import type { Registration } from '../settings.ts';
import { OAuthError } from '../wire/error.ts';
import { splitScope } from '../wire/scope.ts';

/** What a client was given already, by whoever could: it may keep that. */
export type Held = Pick<Registered, 'grant_types' | 'scopes'>;

/**
 * The client that this metadata stands for. Throws invalid_redirect_uri or invalid_client_metadata with the first thing that is wrong. Its
 * sector is asked for at last, so that what is wrong anyway makes no request.
 */
export async function judged(op: Provider, registration: Registration, metadata: ClientMetadata, held?: Held): Promise<Registered> {
  const limited = metadata.scope === undefined ? withinScopes(op, registration, metadata, held) : metadata;
  const made = newClient(op.settings, limited);
  if ('faults' in made) throw asError(made.faults);
  const refusal = grantRefusal(registration, limited, held) ?? scopeRefusal(registration, made.client, held) ?? schemeRefusal(limited);
  if (refusal !== undefined) throw refusal;
  await checkSector(op.fetch, limited);
  return made.client;
}

/** Left unsaid, the scopes are the usual ones, as far as they are to be had. */
function withinScopes(op: Provider, registration: Registration, metadata: ClientMetadata, held: Held | undefined): ClientMetadata {
  const usual = withDefaults(op.settings, metadata).scopes;
  return { ...metadata, scope: usual.filter((name) => mayHave(registration, held).has(name)).join(' ') };
}

function mayHave({ scopes }: Registration, held: Held | undefined): ReadonlySet<string> {
  return new Set([...scopes, ...(held?.scopes ?? [])]);
}

function asError([first]: readonly MetadataFault[]): OAuthError {
  const code = first?.member === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata';
  const which = first?.index === undefined ? '' : ` ${first.index + 1}`;
  return new OAuthError(code, first === undefined ? 'the metadata is wrong' : `${first.member}${which}: ${first.message}; ${first.fix}`);
}

function grantRefusal(registration: Registration, metadata: ClientMetadata, held: Held | undefined): OAuthError | undefined {
  const refused = grantTypesOf(metadata).find(
    (name) => !registration.grantTypes.includes(name) && held?.grant_types.includes(name) !== true,
  );
  if (refused === undefined) return undefined;
  return invalid(`grant_types: ${refused} is not for clients that register themselves`);
}

function scopeRefusal(registration: Registration, { scopes }: Registered, held: Held | undefined): OAuthError | undefined {
  const may = mayHave(registration, held);
  const refused = scopes.find((name) => !may.has(name));
  return refused === undefined ? undefined : invalid(`scope: ${refused} is not for clients that register themselves`);
}

/** OpenID Connect Registration section 2. An operator may let a web application sit on her own machine; a stranger's does not sit there. */
function schemeRefusal({
  application_type = 'web',
  redirect_uris = [],
  initiate_login_uri,
  scope = '',
}: ClientMetadata): OAuthError | undefined {
  if (initiate_login_uri !== undefined && !isHttps(initiate_login_uri)) return invalid('initiate_login_uri: must be https');
  if (splitScope(scope).length > 100) return invalid('scope: has more than 100 names');
  const index = application_type === 'web' ? redirect_uris.findIndex((uri) => !isHttps(uri)) : -1;
  if (index === -1) return undefined;
  return new OAuthError('invalid_redirect_uri', `redirect_uris ${index + 1}: must be https for application_type web`);
}

function isHttps(uri: string): boolean {
  return /^https:/i.test(uri);
}

/** OpenID Connect Registration section 5: the list of the sector's host vouches for the redirect URIs, else anybody could join it. */
async function checkSector(fetch: Fetch, { sector_identifier_uri, redirect_uris = [] }: ClientMetadata): Promise<void> {
  if (sector_identifier_uri === undefined) return;
  const listed = await listedAt(fetch, sector_identifier_uri);
  if (listed === undefined) throw invalid('sector_identifier_uri: could not be fetched as a JSON list of redirect URIs');
  const missing = redirect_uris.findIndex((uri) => !listed.includes(uri));
  if (missing !== -1) throw invalid(`sector_identifier_uri: its list does not have redirect_uris ${missing + 1}`);
}

async function listedAt(fetch: Fetch, uri: string): Promise<readonly unknown[] | undefined> {
  try {
    const response = await fetch(uri, { headers: { accept: 'application/json' } });
    const list: unknown = response.status === 200 ? await response.json() : undefined;
    return Array.isArray(list) ? list : undefined;
  } catch {
    // The guard has told the log.
    return undefined;
  }
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description);
}
