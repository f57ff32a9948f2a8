/** What a page handler gets and gives: plain values, like the core's. The framework's objects stay in app.ts. */
import type { CoreRequest } from '@symbolon/provider';
import type { Tenant } from '../tenant.ts';
import type { BrowserCookie } from './browser.ts';

export type Call = {
  readonly tenant: Tenant;
  readonly request: CoreRequest;
  readonly browser: BrowserCookie | undefined;
  /** What stands in the address where its route has a name; decoded, and as hostile as everything. */
  readonly path: Readonly<Record<string, string>>;
  /** Shown on error pages and written in the log, so that the two find each other. */
  readonly traceId: string;
};

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Buffer;
};

export type PageHandler = (call: Call) => Reply | Promise<Reply>;

/** To another page of ours, always with GET and without the body (RFC 9700 section 4.12). */
export function seeOther(location: string, headers: Readonly<Record<string, string | string[]>> = {}): Reply {
  return { status: 303, headers: { location, 'cache-control': 'no-store', ...headers }, body: '' };
}
