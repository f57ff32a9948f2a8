/** Errors in front of a person: what happened, what to change, and the trace id that finds it in the log. Never a redirect. */
import type { OAuthError } from '@symbolon/provider';
import type { Call, Reply } from '../http/call.ts';
import { ownLink, page, pageContext, requestId } from '../http/page.ts';
import { errorPage } from './pages/error.tsx';
import { messagePage } from './pages/message.tsx';

export function errorReply(call: Call, error: Pick<OAuthError, 'code' | 'description' | 'status' | 'reason'>): Reply {
  const { code, description, reason } = error;
  const view = { code, description, traceId: call.traceId, ...(reason === undefined ? undefined : { reason }) };
  return page(call, errorPage(view, pageContext(call)), { status: error.status === 401 ? 400 : error.status });
}

/** A form that did not come from a page of ours, or from one that is out of date (403). Nothing happened; a request it was about goes on. */
export function forgedReply(call: Call): Reply {
  const request = requestId(call);
  const next = request === undefined ? ownLink(call, 'home') : ownLink(call, 'continue', { request });
  return page(call, messagePage({ notice: 'pageExpired', next }, pageContext(call)), { status: 403 });
}
