/** Rows to the values of the port and back. */
import type { Account, Grant, NewAccessToken } from '@symbolon/provider';
import type { Schema } from './schema.ts';

type GrantRow = Pick<Schema['grants'], 'id' | 'client_id' | 'sub' | 'data' | 'expires_at'>;

/** What a grant keeps in no column of its own. */
export function grantData({ id: _id, client_id: _client, sub: _sub, expiresAt: _expires, ...data }: Grant): string {
  return JSON.stringify(data);
}

export function toGrant({ id, client_id, sub, data, expires_at }: GrantRow): Grant {
  const kept: Omit<Grant, 'id' | 'client_id' | 'sub' | 'expiresAt'> = JSON.parse(data);
  return { ...kept, id, client_id, sub, expiresAt: expires_at };
}

export function toAccount(data: string | null): Account | undefined {
  return data === null ? undefined : (JSON.parse(data) as Account);
}

/** The columns of an access token by parameter name. */
export type AccessParams = {
  readonly tenant: string;
  readonly hash: string;
  readonly grant_id: string | null;
  readonly token_client: string;
  readonly token_scopes: string | null;
  readonly issued_at: number;
  readonly token_expires: number;
};

export function accessParams(tenant: string, access: Omit<NewAccessToken, 'grantId'>, grantId: string | undefined): AccessParams {
  return {
    tenant,
    hash: access.hash,
    grant_id: grantId ?? null,
    token_client: access.client_id,
    token_scopes: access.scopes === undefined ? null : JSON.stringify(access.scopes),
    issued_at: access.issuedAt,
    token_expires: access.expiresAt,
  };
}
