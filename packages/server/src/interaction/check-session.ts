/** The page that applications frame to learn whether somebody signed in or out (OpenID Connect Session Management 1.0 section 3.3). */
import { stateCookieName } from '../http/browser.ts';
import type { Call, Reply } from '../http/call.ts';
import { framedHeaders } from '../http/headers.ts';

/** GET at the check-session endpoint. The same for everybody: what differs, the script finds in the browser. */
export function checkSession({ tenant }: Call): Reply {
  // Tenants are named by letters, digits and hyphens.
  const script = `<script src="${tenant.assets.checkSession}" data-cookie="${stateCookieName(tenant)}"></script>`;
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Session</title>${script}</head><body></body></html>`;
  return { status: 200, headers: framedHeaders(tenant), body };
}
