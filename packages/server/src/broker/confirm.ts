/** The answer to the question whose account it is: its password, checked as at any sign-in. */
import { one } from '@symbolon/provider';
import type { Call, Reply } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import type { SignIn } from '../users/sign-in.ts';
import { confirmReply } from './ask.ts';
import type { ConfirmProblem } from './pages/confirm.tsx';
import { findProof, takeProof } from './passage.ts';
import { problemReply } from './problem.ts';
import { gone, isHolder, openUpstream, proved } from './prove.ts';
import { settle } from './settle.ts';

/** POST /auth/oidc/confirm */
export async function submitConfirm(call: Call, { browser, form }: OwnForm): Promise<Reply> {
  const { tenant } = call;
  const proof = one(form, 'proof') ?? '';
  const visit = await findProof(tenant, browser.hash, proof);
  const upstream = visit && openUpstream(call, visit);
  if (visit === undefined || upstream === undefined) throw gone();
  if (one(form, 'action') === 'cancel') {
    await takeProof(tenant, browser.hash, proof);
    return problemReply(call, 'denied', { upstream, passage: visit.passage, reason: 'the person did not prove the account' });
  }
  if (one(form, 'action') === 'separate') return notHers(call, browser, proof);
  const [username, password] = [one(form, 'username') ?? '', one(form, 'password') ?? ''];
  const again = (problem: ConfirmProblem, status = 400) =>
    confirmReply(call, browser, upstream, visit, { proof, username, problem, status });
  if (username === '' || password === '') return again('credentialsMissing');
  const result = await tenant.signIn(username, password);
  if (result.outcome === 'refused' || result.outcome === 'throttled') tenant.op.emit({ type: 'authentication.refused', method: 'pwd' });
  const problem = problemOf(result);
  if (problem !== undefined) return again(problem.problem, problem.status);
  if (result.outcome !== 'signed-in' || !(await isHolder(call, visit, result.user))) return again('credentialsWrong');
  return proved(call, browser, proof, result.user, { amr: ['pwd'], credential: result.passwordHash });
}

/** Looked at again by `settle`: it counts only while nobody has proved the address. */
async function notHers(call: Call, browser: OwnForm['browser'], proof: string): Promise<Reply> {
  const visit = await takeProof(call.tenant, browser.hash, proof);
  const upstream = visit && openUpstream(call, visit);
  if (visit === undefined || upstream === undefined) throw gone();
  return settle(call, browser, upstream, { ...visit, answered: { ...visit.answered, separate: true } });
}

function problemOf(result: SignIn): { readonly problem: ConfirmProblem; readonly status: number } | undefined {
  if (result.outcome === 'busy') return { problem: 'busy', status: 503 };
  if (result.outcome === 'throttled') return { problem: 'tooManyAttempts', status: 429 };
  return result.outcome === 'refused' ? { problem: 'credentialsWrong', status: 400 } : undefined;
}
