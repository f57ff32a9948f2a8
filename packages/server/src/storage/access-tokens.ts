/** The row of an access token: written by itself, or as part of the statement that opens a grant or advances a refresh family. */
import type { NewAccessToken } from '@symbolon/provider';
import type { Engine } from './engine.ts';
import { type Statement, statement } from './prepare.ts';
import type { Schema } from './schema.ts';

/** Its columns by parameter name: a statement that writes a grant too needs other names for what both have. */
export type AccessParams = {
  readonly tenant: string;
  readonly hash: string;
  readonly grant_id: string | null;
  readonly token_client: string;
  readonly token_scopes: string | null;
  readonly token_audience: string | null;
  readonly token_confirmation: string | null;
  readonly issued_at: number;
  readonly token_expires: number;
};

export function insertAccess({ kysely }: Engine): Statement<AccessParams, unknown> {
  return statement<AccessParams>('access.insert')((p) => kysely.insertInto('access_tokens').values(accessValues(p)));
}

export function accessValues(p: AccessParams): Schema['access_tokens'] {
  return {
    tenant: p.tenant,
    hash: p.hash,
    grant_id: p.grant_id,
    client_id: p.token_client,
    scopes: p.token_scopes,
    audience: p.token_audience,
    confirmation: p.token_confirmation,
    issued_at: p.issued_at,
    expires_at: p.token_expires,
  };
}

export function accessParams(tenant: string, access: Omit<NewAccessToken, 'grantId'>, grantId: string | undefined): AccessParams {
  return {
    tenant,
    hash: access.hash,
    grant_id: grantId ?? null,
    token_client: access.client_id,
    token_scopes: access.scopes === undefined ? null : JSON.stringify(access.scopes),
    token_audience: access.audience === undefined ? null : JSON.stringify(access.audience),
    token_confirmation: access.confirmation === undefined ? null : JSON.stringify(access.confirmation),
    issued_at: access.issuedAt,
    token_expires: access.expiresAt,
  };
}
