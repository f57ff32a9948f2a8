/** What the memory store remembers, and the questions several of its interfaces ask. */
import type { Account } from '../accounts.ts';
import type { Client } from '../client.ts';
import type { Approval, Grant, NewAccessToken, PendingRequest, Session, UpstreamSession } from '../store.ts';

export type StoredRequest = {
  request: PendingRequest;
  stage: 'pending' | 'approved' | 'denied' | 'redeemed' | 'replayed';
  approval: Approval | undefined;
  /** pending: the person's time is up; approved: the code's; redeemed: a second use is no longer noticed. */
  diesAt: number;
};

export type Family = { readonly hash: string; generation: number; rotatedAt: number; expiresAt: number };

export type StoredGrant = { grant: Grant; revoked: boolean; readonly family: Family | undefined };

export type StoredSession = { session: Session; browser: string; upstreamSession?: UpstreamSession | undefined };

export type StoredConsent = { readonly sub: string; readonly client_id: string; scopes: readonly string[]; at: number };

export type Memory = {
  readonly accounts: (sub: string) => Account | undefined;
  readonly clients: Map<string, Client>;
  readonly requests: Map<string, StoredRequest>;
  readonly grants: Map<string, StoredGrant>;
  readonly access: Map<string, NewAccessToken>;
  readonly sessions: Map<string, StoredSession>;
  consents: StoredConsent[];
};

/** Dead when now >= expiresAt, here and everywhere. */
export function grantAlive(stored: StoredGrant, now: number): boolean {
  return !stored.revoked && now < stored.grant.expiresAt;
}

/** A code comes to nothing, and so does a grant that is being opened from it just now: it finds the mark. */
export function endCode(stored: StoredRequest): void {
  if (stored.stage === 'approved') stored.stage = 'denied';
  else if (stored.stage === 'redeemed') stored.stage = 'replayed';
}

/** An access token lives when its own time is not up and the grant it hangs on, if any, lives. */
export function accessAlive(memory: Memory, access: NewAccessToken, now: number): boolean {
  if (now >= access.expiresAt) return false;
  if (access.grantId === undefined) return true;
  const stored = memory.grants.get(access.grantId);
  return stored !== undefined && grantAlive(stored, now);
}
