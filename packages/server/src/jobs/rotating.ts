/** Signing keys are replaced by schedule: any process may do it, and one does. */

import { dueRotations } from '../keys/rotation.ts';
import type { Tenant } from '../tenant.ts';
import type { Log } from './log.ts';
import { repeat } from './repeat.ts';

const everyMilliseconds = 3_600_000;

type Rotated = Pick<Tenant, 'id' | 'keys' | 'store' | 'op'>;

/** Rotates what is due every hour until stopped; stopping waits for the work under way. */
export function startRotating(tenants: readonly Rotated[], logger: Log): () => Promise<void> {
  return repeat(everyMilliseconds, async () => {
    for (const tenant of tenants) {
      try {
        await rotateDue(tenant, logger);
      } catch (error) {
        logger.warn({ err: error, tenant: tenant.id }, 'the rotation of keys failed; it is tried again in an hour');
      }
    }
  });
}

/** Makes the successors that are due and removes the keys nothing counts on any more. */
export async function rotateDue({ id, keys, store, op }: Rotated, logger: Log): Promise<void> {
  const due = dueRotations(await store.keys.list(), op.settings.signing, op.now());
  for (const { kid, alg, usedFrom } of due.follow)
    if (await keys.follow(kid, alg, usedFrom)) logger.info({ tenant: id, kid, alg, usedFrom }, 'a signing key has got its successor');
  for (const kid of due.remove)
    if (await store.keys.remove(kid)) logger.info({ tenant: id, kid }, 'a signing key is not published any more');
}
