/** Authorization requests in memory: pending -> approved -> redeemed -> replayed, or pending -> denied, each arrow once. */
import type { ApprovedRequest, AuthorizationRequests, Redemption } from '../store.ts';
import type { Memory, StoredRequest } from './memory.ts';

export function memoryRequests(memory: Memory): AuthorizationRequests {
  const { requests } = memory;
  const pending = (id: string, now: number): StoredRequest | undefined => {
    const stored = requests.get(id);
    return stored?.stage === 'pending' && now < stored.diesAt ? stored : undefined;
  };
  const pendingOf = (id: string, browser: string, now: number): StoredRequest | undefined => {
    const stored = pending(id, now);
    return stored?.request.browser === browser ? stored : undefined;
  };
  const pendingFor = (id: string, browser: string, now: number): StoredRequest | undefined => {
    const stored = pending(id, now);
    return (stored?.request.browser ?? browser) === browser ? stored : undefined;
  };
  return {
    push: async (request, approval) => {
      if (requests.has(request.id)) throw new Error('an authorization request with this id is there already');
      if (approval !== undefined && !sessionAlive(memory, approval.sid, request.openedAt)) return false;
      const stage = approval === undefined ? 'pending' : 'approved';
      requests.set(request.id, { request, stage, approval, diesAt: approval?.codeExpiresAt ?? request.expiresAt });
      return true;
    },
    find: async (id, now) => pending(id, now)?.request,
    claim: async (id, browser, expiresAt, now) => {
      const stored = pending(id, now);
      if (stored === undefined || stored.request.browser !== undefined) return false;
      stored.request = { ...stored.request, browser, expiresAt };
      stored.diesAt = expiresAt;
      return true;
    },
    record: async (id, browser, facts, now) => {
      const stored = pendingOf(id, browser, now);
      if (stored === undefined) return false;
      stored.request = { ...stored.request, facts: { ...stored.request.facts, ...facts } };
      return true;
    },
    approve: async (id, browser, approval, now) => {
      const stored = pendingFor(id, browser, now);
      if (stored === undefined || !sessionAlive(memory, approval.sid, now)) return false;
      Object.assign(stored, { stage: 'approved', approval, diesAt: approval.codeExpiresAt });
      return true;
    },
    deny: async (id, browser, now) => {
      const stored = pendingFor(id, browser, now);
      if (stored === undefined) return false;
      stored.stage = 'denied';
      return true;
    },
    redeem: async (codeHash, replayWindow, now) => {
      const stored = [...requests.values()].find((it) => it.approval?.codeHash === codeHash);
      return stored === undefined || now >= stored.diesAt ? { outcome: 'unknown' } : redeem(memory, stored, now + replayWindow);
    },
  };
}

function sessionAlive(memory: Memory, sid: string, now: number): boolean {
  const stored = memory.sessions.get(sid);
  return stored !== undefined && now < stored.session.expiresAt;
}

function redeem(memory: Memory, stored: StoredRequest, noticedUntil: number): Redemption {
  const request = approved(stored);
  if (request === undefined || stored.stage === 'denied' || stored.stage === 'pending') return { outcome: 'unknown' };
  if (stored.stage === 'approved') {
    stored.stage = 'redeemed';
    stored.diesAt = noticedUntil;
    return { outcome: 'redeemed', request, account: memory.accounts(request.approval.sub) };
  }
  // The mark stays on the request, for a grant that is not written yet; one that is written is revoked here.
  stored.stage = 'replayed';
  const grant = memory.grants.get(request.id);
  if (grant !== undefined) grant.revoked = true;
  return { outcome: 'replayed', request };
}

function approved({ request, approval }: StoredRequest): ApprovedRequest | undefined {
  if (approval === undefined) return undefined;
  const { id, client_id, parameters, openedAt, expiresAt } = request;
  return { id, client_id, parameters, openedAt, expiresAt, approval };
}
