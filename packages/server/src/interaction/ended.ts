/**
 * What a sign-out leaves behind in the browser: cookies, and a reference to what ended, sealed into an address. So the page that tells what became
 * of it can be looked at again, by the person who signed out and nobody else, though nobody is signed in there any more.
 */
import { browserState, sessionsOf } from '@symbolon/provider';
import { clearCookie, known, setState } from '../http/browser.ts';
import type { Call } from '../http/call.ts';

export type EndedReference = {
  readonly sids: readonly string[];
  /** Those of them that were in this browser: their applications' pages can be reached through it. */
  readonly here: readonly string[];
  /** Where the person is going: registered by the application that asked, or the upstream's own sign-out. */
  readonly redirect?: string;
};

type Sealed = EndedReference & { readonly until: number };

/** An address has room for no more. */
const mostSessions = 50;
const lifetime = 3600;

export function sealEnded(call: Call, { sids, here, redirect }: EndedReference): string {
  const { op } = call.tenant;
  const known = { sids: sids.slice(0, mostSessions), here: here.slice(0, mostSessions), until: op.now() + lifetime };
  return op.vault.seal(JSON.stringify({ ended: redirect === undefined ? known : { ...known, redirect } }));
}

/** Undefined for what we did not seal for this use, and for what is older than an hour. */
export function openEnded(call: Call, sealed: string | undefined): EndedReference | undefined {
  const { op } = call.tenant;
  const opened = sealed === undefined ? undefined : openedText(call, sealed);
  if (opened === undefined) return undefined;
  const { ended }: { readonly ended?: Sealed } = JSON.parse(opened);
  return ended !== undefined && op.now() < ended.until ? ended : undefined;
}

function openedText({ tenant }: Call, sealed: string): string | undefined {
  try {
    const text = tenant.op.vault.open(sealed);
    // The vault seals clients' secrets too, and those are no JSON of ours.
    return text.startsWith('{"ended":') ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The browser's cookie goes when nobody is signed in in it any more; its state changes with everybody who signs out. */
export async function signedOutCookies(call: Call, everything: boolean): Promise<readonly string[]> {
  const { tenant } = call;
  if (everything) return [clearCookie(tenant), setState(tenant, undefined)];
  const left = await sessionsOf(tenant.op, call.browser && known(call.browser));
  return [setState(tenant, browserState(tenant.op, left))];
}
