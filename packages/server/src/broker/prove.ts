/** Control of an account has been proved: what has waited for it becomes the account's own. */
import { OAuthError, type Proof } from '@symbolon/provider';
import type { BrowserCookie } from '../http/browser.ts';
import type { Call, Reply } from '../http/call.ts';
import type { User } from '../store.ts';
import type { UpstreamConfig } from '../upstream.ts';
import { enter } from './enter.ts';
import { takeProof, type Visit } from './passage.ts';
import { problemReply } from './problem.ts';

/**
 * The identity that waits becomes its own, and the person goes where she was going.
 * The proof is worth nothing for an account that does not have the address, nor a second time.
 */
export async function proved(call: Call, browser: BrowserCookie, proof: string, user: User, by: Omit<Proof, 'sub'>): Promise<Reply> {
  const { op, store } = call.tenant;
  const visit = await takeProof(call.tenant, browser.hash, proof);
  const upstream = visit && openUpstream(call, visit);
  if (visit === undefined || upstream === undefined) throw gone();
  const { passage, key, profile } = visit;
  const holds = await isHolder(call, visit, user);
  if (!holds || !(await store.identities.link(user.sub, key, profile.given, op.now())))
    return problemReply(call, 'taken', { upstream, passage, reason: holds ? 'linked meanwhile' : 'proved another account' });
  op.emit({ type: 'identity.linked', upstream: upstream.id, sub: user.sub });
  return enter(call, browser, upstream, visit, { sub: user.sub, ...by });
}

/** Looked up again: an address may have changed hands since the question was asked. */
export async function isHolder({ tenant }: Call, { profile }: Visit, user: User): Promise<boolean> {
  const holders = profile.email === undefined ? [] : await tenant.store.users.findByEmail(profile.email);
  return holders.some(({ sub }) => sub === user.sub);
}

/** The upstream of a visit, while people may come from it. */
export function openUpstream({ tenant }: Call, { key }: Visit): UpstreamConfig | undefined {
  return tenant.upstreams.find(({ id, enabled }) => id === key.upstream && enabled);
}

export function gone(): OAuthError {
  return new OAuthError('invalid_request', 'this is finished, has expired or was started in another browser; start again', {
    reason: 'request_gone',
  });
}
