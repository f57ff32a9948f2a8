/**
 * The live session an approval comes from, held until the statement that writes the approval has committed. Whatever ends sessions deletes them
 * first and looks for codes in a later statement: so either the approval finds no session, or the ending waits for it and finds the code.
 * The lock is the weakest that keeps the row from being deleted; approvals do not wait for one another. SQLite writes one verb at a time.
 */
import type { Engine } from './engine.ts';

export type Held = { readonly tenant: string; readonly sid: string; readonly now: number };

export function heldSession({ kysely, dialect }: Engine, p: Held) {
  return kysely
    .selectFrom('sessions')
    .where('tenant', '=', p.tenant)
    .where('sid', '=', p.sid)
    .where('expires_at', '>', p.now)
    .$if(dialect === 'postgres', (query) => query.forKeyShare());
}
