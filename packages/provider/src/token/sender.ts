/**
 * The sender of a token request: which keys it proves, and which of them its tokens are bound to (RFC 9449 section 5, RFC 8705 section 3).
 * Decided once for all grant types, before any of them.
 */
import type { Client } from '../client.ts';
import type { Confirmation } from '../confirmation.ts';
import { provenKey } from '../dpop.ts';
import type { CoreRequest } from '../exchange.ts';
import type { Provider } from '../op.ts';
import type { Grant } from '../store.ts';
import { type ErrorCode, OAuthError } from '../wire/error.ts';

/** `proven`: every key; `confirmation`: those that access tokens are bound to, undefined for bearer tokens. */
export type Sender = { readonly proven: Confirmation; readonly confirmation?: Confirmation };

type Kind = {
  readonly member: keyof Confirmation;
  /** The thumbprint of the key that the request proves, if it does so in this way. */
  readonly read: (op: Provider, client: Client, request: CoreRequest) => string | undefined | Promise<string | undefined>;
  /** Whether every token of the client is to be bound so. */
  readonly required: (client: Client) => boolean;
  /** Whether a key that nobody demands binds too: a proof is made on purpose, a certificate may be there for the connection only. */
  readonly willing: boolean;
  readonly missing: readonly [code: ErrorCode, description: string];
};

const kinds: readonly Kind[] = [
  {
    member: 'jkt',
    read: (op, client, request) => provenKey(op, request, { endpoint: 'token', client }),
    required: (client) => client.dpop_bound_access_tokens === true,
    willing: true,
    missing: ['invalid_dpop_proof', 'the tokens of this client are bound to a key; send a DPoP header that proves one'],
  },
  {
    member: 'x5t#S256',
    read: (_, __, request) => request.certificate?.thumbprint,
    required: (client) => client.tls_client_certificate_bound_access_tokens === true,
    willing: false,
    missing: ['invalid_request', 'the tokens of this client are bound to a certificate; connect with a client certificate'],
  },
];

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the request proves. Throws the kind's own error for a proof that does not hold, or that the client may not leave out. */
export async function senderOf(op: Provider, client: Client, request: CoreRequest): Promise<Sender> {
  const proven: Writable<Confirmation> = {};
  const bound: Writable<Confirmation> = {};
  for (const { member, read, required, willing, missing } of kinds) {
    const key = await read(op, client, request);
    if (key === undefined && required(client)) throw new OAuthError(...missing);
    if (key === undefined) continue;
    proven[member] = key;
    if (willing || required(client)) bound[member] = key;
  }
  return Object.keys(bound).length === 0 ? { proven } : { proven, confirmation: bound };
}

/**
 * What a grant keeps of it: refresh tokens are bound with a client that cannot prove who it is (RFC 9449 section 5, RFC 8705 section 4); any
 * other may change its key.
 */
export function refreshBinding(client: Client, { confirmation }: Sender): Pick<Grant, 'confirmation'> {
  return client.token_endpoint_auth_method === 'none' && confirmation !== undefined ? { confirmation } : {};
}
