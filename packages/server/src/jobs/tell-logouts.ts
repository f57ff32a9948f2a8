/**
 * Sends what waits in the outbox of sign-outs (OpenID Connect Back-Channel Logout 1.0): each client in turn, many clients at once, again and
 * again for a day. At least once: who dies while sending leaves a claim that runs out, and somebody else sends it again, under the same jti.
 */
import { heard, tellLogout } from '@symbolon/provider';
import type { Logout } from '../store.ts';
import type { Tenant } from '../tenant.ts';
import { repeat } from './repeat.ts';

type Surroundings = {
  readonly tenants: readonly Tenant[];
  /** Told of faults of ours; the notice is sent again later. */
  readonly fault: (error: unknown) => void;
};

/** How often the outbox is looked at, in milliseconds: other processes write into it too. */
const every = 1000;
/** Requests at once, in this process. Each is one client's, so a slow one takes one place and not the others'. */
const atOnce = 16;
/** Seconds after which whoever claimed a notice is taken for dead; longer than a request of ours may last. */
const lease = 10;
/** Seconds after which a client that cannot be told has long ended its session by itself. */
const patience = 86_400;
const longestPause = 900;

/** Seconds to wait after so many attempts: twice as long each time, up to a quarter of an hour, and never the same for all who wait. */
function pauseAfter(attempts: number, chance = Math.random()): number {
  const usual = Math.min(2 ** Math.min(attempts, 10), longestPause);
  return Math.max(1, Math.round(usual * (0.75 + chance / 2)));
}

/** Sends until stopped; stopping waits for the requests under way. */
export function startTellingLogouts({ tenants, fault }: Surroundings): () => Promise<void> {
  const sending = new Map<string, Promise<void>>();
  let stopped = false;

  const begin = (tenant: Tenant, notice: Logout) => {
    const client = JSON.stringify([tenant.id, notice.client_id]);
    if (stopped || sending.size >= atOnce || sending.has(client)) return;
    const sent = tell(tenant, notice, fault)
      .finally(() => sending.delete(client))
      // There is a place free, and this client's next may go. After a fault that would be to run against the wall again.
      .then(() => look(tenant), fault);
    sending.set(client, sent);
  };
  const look = async (tenant: Tenant) => {
    try {
      if (stopped || sending.size >= atOnce) return;
      for (const notice of await tenant.store.logouts.due(tenant.op.now())) begin(tenant, notice);
    } catch (error) {
      fault(error);
    }
  };
  const stopLooking = repeat(every, async () => {
    await Promise.all(tenants.map(look));
  });
  return async () => {
    stopped = true;
    await Promise.all([stopLooking(), ...sending.values()]);
  };
}

/** One attempt at one notice, if nobody else is at it. */
async function tell({ op, store }: Tenant, notice: Logout, fault: Surroundings['fault']): Promise<void> {
  const { client_id, sid } = notice;
  if (!(await store.logouts.claim(notice, op.now() + lease, op.now()))) return;
  const attempts = notice.attempts + 1;
  const client = await store.clients.find(client_id);
  const uri = client?.disabled === false ? client.backchannel_logout_uri : undefined;
  if (client === undefined || uri === undefined) {
    await store.logouts.settle(notice, { state: 'silent' }, op.now());
    return;
  }
  const status = await tellLogout(op, client, uri, { ...notice, refused: refusedAt(notice) }).catch((error: unknown) => {
    fault(error);
    return 0;
  });
  const now = op.now();
  if (heard(status)) {
    if (await store.logouts.settle(notice, { state: 'told', status }, now)) op.emit({ type: 'logout.told', client_id, sid, attempts });
    return;
  }
  const over = now - notice.endedAt >= patience;
  const outcome = over ? { state: 'given_up' as const, status } : { state: 'waiting' as const, status, nextAt: now + pauseAfter(attempts) };
  if (await store.logouts.settle(notice, outcome, now))
    op.emit({ type: over ? 'logout.given_up' : 'logout.failed', client_id, sid, attempts, status });
}

/** The attempt that the client answered, and refused (4xx); 0 when the last one was not answered so. */
function refusedAt({ attempts, lastStatus = 0 }: Logout): number {
  return lastStatus >= 400 && lastStatus < 500 ? attempts : 0;
}
