/** The row of an access token, as three statements write it. */
import type { AccessParams } from './rows.ts';
import type { Schema } from './schema.ts';

export function accessValues(p: AccessParams): Schema['access_tokens'] {
  return {
    tenant: p.tenant,
    hash: p.hash,
    grant_id: p.grant_id,
    client_id: p.token_client,
    scopes: p.token_scopes,
    issued_at: p.issued_at,
    expires_at: p.token_expires,
  };
}
