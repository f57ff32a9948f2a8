/** Errors in front of a person: what happened, what to change, and the trace id that finds it in the log. Never a redirect. */
import type { OAuthError } from '@symbolon/provider';
import type { Call, Reply } from '../http/call.ts';
import { page, pageContext } from './page.ts';
import { errorPage } from './pages/error.tsx';
import { messagePage } from './pages/message.tsx';

export function errorReply(call: Call, error: Pick<OAuthError, 'code' | 'description' | 'status'>): Reply {
  const view = { code: error.code, description: error.description, traceId: call.traceId };
  return page(call, errorPage(view, pageContext(call)), { status: error.status === 401 ? 400 : error.status });
}

/** A form that did not come from a page of ours, or from one that is out of date (403). Nothing happened. */
export function forgedReply(call: Call): Reply {
  return page(call, messagePage({ notice: 'pageExpired', next: `${call.tenant.base}/home` }, pageContext(call)), { status: 403 });
}
