/** The facts that steps record on a pending request. Each returns to `resume`; no step knows another. */
import type { Provider } from '../op.ts';
import type { PendingRequest, Session, UpstreamSession } from '../store.ts';
import { scopesToConsent } from './claims-request.ts';

/** How somebody proved who she is: `amr` by RFC 8176. */
export type Proof = {
  readonly sub: string;
  readonly amr: readonly string[];
  readonly acr?: string;
  readonly credential?: string;
  /** The kind of browser, in words of ours, for the person to recognise it by. */
  readonly device?: string;
  /** Epoch seconds; now, when left out. Earlier, where somebody else saw her sign in. */
  readonly authTime?: number;
  /** Who saw her sign in, where it was not us. */
  readonly upstream?: string;
  /** Her session there, whose end ends the one here. */
  readonly upstreamSession?: UpstreamSession;
};

/**
 * Signs a person in in this browser, whose cookie becomes `next` (a hash): a session planted before is worth nothing after. Answers the sid;
 * undefined when the account or its credential was changed since it was checked.
 */
export async function signIn(op: Provider, previous: string | undefined, next: string, proof: Proof): Promise<string | undefined> {
  const now = op.now();
  const { authTime = now, upstream } = proof;
  // A sign-in that was handed over ends when it would have ended; an upstream vouches for the person anew, however long she has been signed in there.
  const expiresAt = (upstream === undefined ? authTime : now) + op.settings.lifetimes.session;
  const authentication = { ...proof, sid: op.random(16), authTime, expiresAt };
  const sid = await op.store.sessions.authenticate(previous, next, authentication, now);
  if (sid !== undefined) op.emit({ type: 'session.started', sid, sub: proof.sub, amr: proof.amr });
  return sid;
}

/** The person signed in for this request. The request must already belong to the browser's new cookie (see `signIn`). */
export function recordLogin(op: Provider, request: Pick<PendingRequest, 'id'>, browser: string, sid: string): Promise<boolean> {
  return op.store.requests.record(request.id, browser, { sid, login: sid }, op.now());
}

/** The person chose one of the browser's accounts. */
export function recordSelection(op: Provider, request: PendingRequest, browser: string, sid: string): Promise<boolean> {
  return op.store.requests.record(request.id, browser, { sid, selected: sid }, op.now());
}

/** The person allowed the scopes of this request, and for the next time too. */
export async function recordConsent(op: Provider, request: PendingRequest, browser: string, session: Session): Promise<boolean> {
  await op.store.consents.remember(session.sub, request.client_id, scopesToConsent(request.parameters), op.now());
  return op.store.requests.record(request.id, browser, { sid: session.sid, consent: session.sid }, op.now());
}
