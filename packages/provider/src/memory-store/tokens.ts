/**
 * Tokens in memory. A refresh token is (family, generation): the family keeps only its current generation, so one row holds the
 * whole chain and telling a lost answer (`again`) from a stolen token (`reused`) is arithmetic.
 */
import { isProven } from '../confirmation.ts';
import type { RefreshUse, Rotation, Tokens } from '../store.ts';
import { accessAlive, type Family, grantAlive, type Memory, type StoredGrant } from './memory.ts';

export function memoryTokens(memory: Memory): Tokens {
  return {
    add: async (access) => {
      memory.access.set(access.hash, access);
    },
    findAccess: async (hash, now) => {
      const access = memory.access.get(hash);
      if (access === undefined || !accessAlive(memory, access, now)) return undefined;
      const grant = access.grantId === undefined ? undefined : memory.grants.get(access.grantId)?.grant;
      return { ...access, grant, account: grant && memory.accounts(grant.sub) };
    },
    findRefresh: async (familyHash, generation, grace, now) => {
      const [stored, family] = find(memory, familyHash, now) ?? [];
      if (stored === undefined || family === undefined) return undefined;
      const usable = generation === family.generation || inGrace(family, generation, grace, now);
      return usable ? stored.grant : undefined;
    },
    rotate: async (use, now) => rotate(memory, use, now),
    revokeAccess: async (hash, client_id, now) => {
      const access = memory.access.get(hash);
      if (access === undefined || access.client_id !== client_id || !accessAlive(memory, access, now)) return false;
      return memory.access.delete(hash);
    },
  };
}

function rotate(memory: Memory, use: RefreshUse, now: number): Rotation {
  const [stored, family] = find(memory, use.familyHash, now) ?? [];
  if (stored === undefined || family === undefined || stored.grant.client_id !== use.client_id) return { outcome: 'unknown' };
  if (!isProven(stored.grant.confirmation, use.proven)) return { outcome: 'otherKey', grant: stored.grant };
  // A generation that was never given out cannot have been stolen from anybody.
  if (use.generation > family.generation) return { outcome: 'unknown' };
  if (use.generation === family.generation) {
    family.generation += 1;
    family.rotatedAt = now;
    return renew(memory, stored, family, use, 'rotated');
  }
  if (inGrace(family, use.generation, use.grace, now)) return renew(memory, stored, family, use, 'again');
  stored.revoked = true;
  return { outcome: 'reused', grant: stored.grant };
}

function renew(memory: Memory, stored: StoredGrant, family: Family, use: RefreshUse, outcome: 'rotated' | 'again'): Rotation {
  family.expiresAt = use.expiresAt;
  const expiresAt = Math.max(stored.grant.expiresAt, use.expiresAt, use.access.expiresAt);
  stored.grant = { ...stored.grant, expiresAt };
  memory.access.set(use.access.hash, { ...use.access, grantId: stored.grant.id });
  return { outcome, grant: stored.grant, account: memory.accounts(stored.grant.sub) };
}

function find(memory: Memory, familyHash: string, now: number): readonly [StoredGrant, Family] | undefined {
  for (const stored of memory.grants.values()) {
    const { family } = stored;
    if (family?.hash === familyHash) return grantAlive(stored, now) && now < family.expiresAt ? [stored, family] : undefined;
  }
  return undefined;
}

function inGrace(family: Family, generation: number, grace: number, now: number): boolean {
  return generation === family.generation - 1 && now < family.rotatedAt + grace;
}
