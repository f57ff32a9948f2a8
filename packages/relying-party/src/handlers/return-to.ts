/** Where a person wanted to go before she signed in: a path of this application and nothing else, however it is written. */

/** It travels in a cookie, of which there may be five beside a session; servers refuse more than 16 KiB of headers. */
const longest = 700;
/** Backslash, control characters and blanks: browsers drop or turn them, so that what was checked is not what is gone to. */
const treacherous = /[\\\p{Cc}\p{Z}]/u;

/** Path, query and fragment if they are of this origin; else the fallback. */
export function returnTo(wanted: string | null, origin: string, fallback: string): string {
  if (wanted === null || wanted.length > longest || !wanted.startsWith('/') || wanted.startsWith('//') || treacherous.test(wanted))
    return fallback;
  const url = URL.parse(wanted, origin);
  // A path such as /..//host becomes //host when it is resolved, which would be another host the next time.
  if (url === null || url.origin !== origin || url.pathname.startsWith('//')) return fallback;
  return `${url.pathname}${url.search}${url.hash}`;
}
