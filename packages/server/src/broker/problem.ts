/**
 * When a sign-in through an upstream comes to nothing: the page for the person, the reason for the log. What the upstream said goes to the
 * log alone; what she is told is whose it is to mend, and how to go on.
 */
import { RelyingPartyError } from '@symbolon/relying-party';
import type { Call, Reply } from '../http/call.ts';
import { ownLink, page, pageContext } from '../http/page.ts';
import type { UpstreamConfig } from '../upstream.ts';
import { type Problem, problemPage } from './pages/problem.tsx';
import type { Passage } from './passage.ts';

const statuses: Readonly<Record<Problem, number>> = {
  unknown: 404,
  unavailable: 503,
  misconfigured: 502,
  refused: 400,
  denied: 403,
  claims: 403,
  taken: 403,
  linkedElsewhere: 403,
  unregistered: 403,
  disabled: 403,
  stale: 403,
};

const problems: Readonly<Partial<Record<RelyingPartyError['kind'], Problem>>> = {
  provider_unknown: 'unknown',
  provider_unavailable: 'unavailable',
  discovery_invalid: 'misconfigured',
  settings_invalid: 'misconfigured',
  request_refused: 'misconfigured',
  token_refused: 'misconfigured',
  answer_error: 'misconfigured',
  denied: 'denied',
  claims: 'claims',
};

export type Details = {
  readonly upstream?: UpstreamConfig;
  readonly passage?: Passage;
  /** For the log. */
  readonly reason?: string;
  /** In English, as they name claims: for whoever mends it at the upstream. */
  readonly faults?: readonly string[];
};

/** Nobody there: no such upstream, or none that anybody may sign in through. Never a redirect. */
export function unknownUpstream(call: Call): Reply {
  return problemReply(call, 'unknown', {});
}

/** What a connector threw. Throws everything that is not the upstream's. */
export function failureReply(call: Call, error: unknown, details: Details): Reply {
  if (!(error instanceof RelyingPartyError)) throw error;
  const said = error.error === undefined ? '' : ` (${error.error}: ${error.error_description ?? ''})`;
  return problemReply(call, problems[error.kind] ?? 'refused', { ...details, reason: `${error.message}${said}` });
}

export function problemReply(call: Call, problem: Problem, { upstream, passage, reason = problem, faults = [] }: Details): Reply {
  if (upstream !== undefined) call.tenant.op.emit({ type: 'upstream.refused', upstream: upstream.id, kind: problem, reason });
  const request = passage?.request;
  const target: Readonly<Record<string, string>> = request === undefined ? {} : { request };
  const back = request === undefined ? ownLink(call, 'home') : ownLink(call, 'login', { ...target, choose: 'yes' });
  const view = {
    problem,
    traceId: call.traceId,
    back,
    faults,
    ...(upstream === undefined
      ? {}
      : {
          name: upstream.name,
          retry: ownLink(call, `auth/oidc/start/${upstream.id}`, target),
          ...(upstream.support === undefined ? {} : { support: upstream.support }),
        }),
  };
  return page(call, problemPage(view, pageContext(call, undefined, undefined)), { status: statuses[problem] });
}
