/** /home: who am I here? */
import { browserState, sessionsOf, standardScopeClaims } from '@symbolon/provider';
import { known } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import { ownLink, page, pageContext, withState } from '../http/page.ts';
import { homePage } from './pages/home.tsx';

/** GET / */
export function showRoot(call: Call): Reply {
  return seeOther(ownLink(call, 'home'));
}

/** GET /home */
export async function showHome(call: Call): Promise<Reply> {
  const sessions = await sessionsOf(call.tenant.op, call.browser && known(call.browser));
  const [session] = sessions;
  const context = pageContext(call, undefined, '');
  if (session === undefined) return page(call, homePage({ signIn: ownLink(call, 'login') }, context));
  const { username, claims } = session.account;
  const { name, ...others } = claims;
  const shown = Object.entries(others).filter(([claim]) => standardClaims.has(claim));
  const account = { username, claims: Object.fromEntries(shown), ...(typeof name === 'string' ? { name } : undefined) };
  const reply = page(call, homePage({ account, signOut: ownLink(call, 'sign-out'), sessions: ownLink(call, 'account') }, context));
  // Whoever signed in without an application ends up here.
  return withState(call, reply, browserState(call.tenant.op, sessions));
}

const standardClaims = new Set(Object.values(standardScopeClaims).flat());
