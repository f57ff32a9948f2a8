/** Client secrets: how they are kept, and `client_secret_basic` and `client_secret_post` (RFC 6749 section 2.3.1). */
import { type Client, type ClientSecret, type SigningMember, signingMembers } from '../client.ts';
import type { Vault } from '../keys.ts';
import { OAuthError } from '../wire/error.ts';
import { sameText } from '../wire/hashes.ts';
import { one } from '../wire/parameters.ts';
import type { AuthMethod, Presented } from './method.ts';

/** Shorter secrets are refused wherever a client is registered: a fast digest is only safe over what nobody can guess. */
export const minimumSecretLength = 32;

type Keeper = Pick<Client, 'client_id' | SigningMember> & Partial<Pick<Client, 'token_endpoint_auth_method'>>;

/** Whether something this client does needs the value of its secret, not only to compare it. */
export function needsValue(client: Omit<Keeper, 'client_id'>): boolean {
  return client.token_endpoint_auth_method === 'client_secret_jwt' || signingMembers.some((member) => client[member] === 'HS256');
}

/** How a secret is kept. The value itself is sealed beside its digest only where HS256 needs it (OpenID Connect Core sections 9 and 10.1). */
export function keepSecret(vault: Vault, client: Keeper, secret: string): ClientSecret {
  const digest = digestOf(vault, client.client_id, secret);
  return needsValue(client) ? { digest, sealed: vault.seal(secret) } : { digest };
}

/** Basic and post carry the same secret, so a client registered for one may use the other. */
const satisfies = ['client_secret_basic', 'client_secret_post'] as const;

export const clientSecretPost: AuthMethod = {
  satisfies,
  read: (_, form) => {
    const secret = one(form, 'client_secret');
    if (secret === undefined) return undefined;
    const client_id = one(form, 'client_id');
    if (client_id === undefined) throw new OAuthError('invalid_client', 'client_id is missing beside client_secret');
    return presented([client_id], [secret]);
  },
};

const basicForm = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;

/**
 * RFC 6749 section 2.3.1 wants id and secret form-encoded before base64; many clients send them raw. What they decode to is tried first,
 * the raw text after it: both are the client's own, so nothing is given away.
 */
export const clientSecretBasic: AuthMethod = {
  satisfies,
  read: (request) => {
    const header = request.headers.authorization;
    if (typeof header !== 'string') return undefined;
    const encoded = basicForm.exec(header)?.[1];
    if (encoded === undefined) throw new OAuthError('invalid_client', 'the Authorization header is not Basic credentials');
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon === -1) throw new OAuthError('invalid_client', 'the Basic credentials have no colon');
    return presented(decodings(text.slice(0, colon)), decodings(text.slice(colon + 1)));
  },
};

function presented(client_ids: readonly string[], secrets: readonly string[]): Presented {
  return {
    client_ids,
    holds: ({ vault }, client) => {
      // Every secret against every kept one, whatever matched before: the time tells nothing.
      const matches = secrets.map((secret) => secretMatches(vault, client, client?.client_id ?? client_ids[0] ?? '', secret));
      return matches.includes(true);
    },
  };
}

/** Whether one of the client's secrets is the one presented. Takes the same time for an unknown client. */
function secretMatches(vault: Vault, client: Client | undefined, client_id: string, secret: string): boolean {
  const digest = digestOf(vault, client_id, secret);
  const kept = client !== undefined && client.secrets.length > 0 ? client.secrets : decoy;
  const matches = kept.map((one) => sameText(one.digest, digest));
  return matches.includes(true) && kept !== decoy;
}

/** Whether this is a secret of the client. */
export function holdsSecret(vault: Vault, client: Client, secret: string): boolean {
  return secretMatches(vault, client, client.client_id, secret);
}

const decoy: readonly ClientSecret[] = [{ digest: 'A'.repeat(43) }];

function digestOf(vault: Vault, client_id: string, secret: string): string {
  return vault.mac('client-secret', `${client_id}\n${secret}`).toString('base64url');
}

function decodings(raw: string): readonly string[] {
  if (raw.includes('\0')) throw new OAuthError('invalid_client', 'the Basic credentials have a NUL character');
  const decoded = formDecode(raw);
  if (decoded?.includes('\0') === true) throw new OAuthError('invalid_client', 'the Basic credentials have a NUL character');
  return decoded === undefined || decoded === raw ? [raw] : [decoded, raw];
}

function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
