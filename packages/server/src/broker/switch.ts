/** The answer to the question whether somebody wants to be somebody else in this browser. */
import { one } from '@symbolon/provider';
import type { Call, Reply } from '../http/call.ts';
import type { OwnForm } from '../http/csrf.ts';
import { landingOf } from './enter.ts';
import { takeProof } from './passage.ts';
import { gone, openUpstream } from './prove.ts';
import { settle } from './settle.ts';

/** POST /auth/oidc/switch */
export async function submitSwitch(call: Call, { browser, form }: OwnForm): Promise<Reply> {
  const visit = await takeProof(call.tenant, browser.hash, one(form, 'proof') ?? '');
  const upstream = visit && openUpstream(call, visit);
  if (visit === undefined || upstream === undefined) throw gone();
  if (one(form, 'action') === 'switch')
    return settle(call, browser, upstream, { ...visit, answered: { ...visit.answered, switching: true } });
  return { status: 303, headers: { location: await landingOf(call.tenant, upstream), 'cache-control': 'no-store' }, body: '' };
}
