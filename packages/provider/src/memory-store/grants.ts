/** Grants in memory. */
import type { Grants } from '../store.ts';
import { grantAlive, type Memory } from './memory.ts';

export function memoryGrants(memory: Memory): Grants {
  return {
    open: async (grant, access, refresh) => {
      if (memory.grants.has(grant.id)) throw new Error('a grant with this id is there already');
      const stage = memory.requests.get(grant.request ?? grant.id)?.stage;
      const revoked = stage === 'replayed' || stage === 'denied';
      const family = refresh && { hash: refresh.familyHash, generation: 0, rotatedAt: 0, expiresAt: refresh.expiresAt };
      memory.grants.set(grant.id, { grant, revoked, family });
      memory.access.set(access.hash, access);
    },
    list: async (sub, now) => {
      const own = [...memory.grants.values()].filter((stored) => stored.grant.sub === sub && grantAlive(stored, now));
      return own.map((stored) => stored.grant).sort((a, b) => b.createdAt - a.createdAt);
    },
    revoke: async (id, now) => {
      const stored = memory.grants.get(id);
      if (stored === undefined || !grantAlive(stored, now)) return false;
      stored.revoked = true;
      return true;
    },
  };
}
