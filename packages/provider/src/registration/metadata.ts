/** What is said of a client when it is registered (RFC 7591 section 2), what its tenant can give it, and what is wrong with it. */
import type { Client } from '../client.ts';
import type { Policy } from '../policy.ts';
import type { ScopeDefinition, Settings } from '../settings.ts';

/** Everything but the secret: only an operator may choose one, everybody else is given one. */
export type Registered = Omit<Client, 'secrets' | 'registration'>;

type Unsaid<T> = { readonly [Member in keyof T]?: T[Member] | undefined };

/** Pages that people are sent to or shown; those behind `initiate_login_uri` are not in effect yet, but may be said. */
export const pages = ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'initiate_login_uri', 'origin_url', 'jwks_uri'] as const;

/** Members by their registered names, with the scope as one text. */
export type ClientMetadata = Pick<Client, 'client_id'> &
  Unsaid<Omit<Registered, 'client_id' | 'scopes' | 'policy' | 'claims' | 'access' | 'disabled'>> &
  Unsaid<Record<(typeof pages)[number], string>> & { readonly scope?: string | undefined; readonly policy?: Partial<Policy> | undefined };

/** What a tenant offers its clients. */
export type Offer = Pick<Settings, 'signing' | 'policies' | 'mtls' | 'productionByKey'> & {
  readonly scopes: readonly Pick<ScopeDefinition, 'name'>[];
};

export type MetadataFault = {
  readonly member: string;
  /** Which entry, where the member is a list. */
  readonly index?: number;
  /** Other members, or settings of the tenant, without which this would be right. */
  readonly because: readonly string[];
  /** Said of the member, fit to be shown to whoever registers. Never repeats a URI. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
  /** A scope that nobody knows, for callers who can guess which one was meant. */
  readonly unknown?: string;
};

export function methodOf({ token_endpoint_auth_method }: ClientMetadata): Client['token_endpoint_auth_method'] {
  return token_endpoint_auth_method ?? 'client_secret_basic';
}

export function grantTypesOf({ grant_types }: ClientMetadata): readonly string[] {
  return grant_types ?? ['authorization_code', 'refresh_token'];
}
