/**
 * A way through an upstream and back: what it is for, and what is remembered until the person returns. It is bound to the browser it began in
 * and to the upstream, serves once, and is sealed, because it holds the PKCE verifier.
 */
import { createHash } from 'node:crypto';
import type { UpstreamSession } from '@symbolon/provider';
import type { IdentityKey } from '../store.ts';
import type { Tenant } from '../tenant.ts';
import type { Profile } from './profile.ts';

export type Passage = {
  readonly upstream: string;
  /** The authorization request it is a sign-in for; without one, people land at the upstream's landing page. */
  readonly request?: string;
  /** The proof that waits for this sign-in (see `confirm.ts`). */
  readonly proof?: string;
  /** Somebody who is signed in and wants what comes back to be hers, from the page of her links. */
  readonly linkTo?: { readonly sid: string; readonly sub: string };
  /** Epoch seconds: a sign-in there that is older does not count (OpenID Connect Core section 3.1.2.1, prompt=login and max_age). */
  readonly notBefore?: number;
};

/** Somebody who came back and was let through by the claim rules. */
export type Visit = {
  readonly passage: Passage;
  readonly key: IdentityKey;
  readonly profile: Profile;
  readonly authTime?: number;
  /** What a session of hers here rests on. */
  readonly session: UpstreamSession;
  /** Whoever has her address never proved it: then it may be somebody else's account, made to keep her out. */
  readonly unproven?: true;
  /** What she has been asked already. */
  readonly answered?: Answered;
};

/**
 * `switching`: she wants to be somebody else in this browser. `reviewed`: she has seen what will be her account. `separate`: the account with
 * her address, which nobody has proved, is not hers.
 */
export type Answered = { readonly switching?: true; readonly reviewed?: true; readonly separate?: true };

type Kept = { readonly passage: Passage; readonly login: string };

/** Seconds: for the way to the upstream, the person's sign-in there, and the way back. */
const loginLifetime = 900;
/** Seconds: for a password or another sign-in. */
const proofLifetime = 600;

export async function keepLogin(tenant: Tenant, browser: string, state: string, kept: Kept): Promise<void> {
  const { op, store } = tenant;
  const data = op.vault.seal(JSON.stringify(kept));
  await store.waits.add({ kind: 'login', hash: hashOf(state), browser, data, expiresAt: op.now() + loginLifetime });
}

/** Once; undefined for a state that is unknown, used, too old, or another browser's. */
export async function takeLogin({ op, store }: Tenant, browser: string, state: string): Promise<Kept | undefined> {
  const data = await store.waits.take('login', hashOf(state), browser, op.now());
  return data === undefined ? undefined : (JSON.parse(op.vault.open(data)) as Kept);
}

/** Keeps a visit until control is proved; answers the secret that names it. */
export async function keepProof({ op, store }: Tenant, browser: string, visit: Visit): Promise<string> {
  const proof = op.random(32);
  const data = op.vault.seal(JSON.stringify(visit));
  const wait = { kind: 'proof', hash: hashOf(proof), browser, data, identity: visit.key, expiresAt: op.now() + proofLifetime } as const;
  await store.waits.add(wait);
  return proof;
}

export async function findProof({ op, store }: Tenant, browser: string, proof: string): Promise<Visit | undefined> {
  return visitOf(op, await store.waits.find('proof', hashOf(proof), browser, op.now()));
}

export async function takeProof({ op, store }: Tenant, browser: string, proof: string): Promise<Visit | undefined> {
  return visitOf(op, await store.waits.take('proof', hashOf(proof), browser, op.now()));
}

function visitOf({ vault }: Tenant['op'], data: string | undefined): Visit | undefined {
  return data === undefined ? undefined : (JSON.parse(vault.open(data)) as Visit);
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
