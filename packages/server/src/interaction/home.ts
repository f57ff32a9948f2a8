/** /home: who am I here? */
import { browserState, sessionsOf, standardScopeClaims } from '@symbolon/provider';
import { known } from '../http/browser.ts';
import { type Call, type Reply, seeOther } from '../http/call.ts';
import { readChoice } from '../http/choice.ts';
import { ownLink, page, pageContext, withState } from '../http/page.ts';
import { openUpstreams } from '../upstream.ts';
import { type HomeView, homePage } from './pages/home.tsx';

/** GET / */
export function showRoot(call: Call): Reply {
  return seeOther(ownLink(call, 'home'));
}

/** GET /home */
export async function showHome(call: Call): Promise<Reply> {
  const sessions = await sessionsOf(call.tenant.op, call.browser && known(call.browser));
  const [session] = sessions;
  const context = pageContext(call, undefined, '');
  const chosen = chosenBefore(call);
  if (session === undefined) return page(call, homePage({ signIn: ownLink(call, 'login'), ...chosen }, context));
  const { username, claims } = session.account;
  const { name, ...others } = claims;
  const shown = Object.entries(others).filter(([claim]) => standardClaims.has(claim));
  const account = { username, claims: Object.fromEntries(shown), ...(typeof name === 'string' ? { name } : undefined) };
  const links = { signOut: ownLink(call, 'sign-out'), sessions: ownLink(call, 'account') };
  const reply = page(call, homePage({ account, ...links, ...chosen }, context));
  // Whoever signed in without an application ends up here.
  return withState(call, reply, browserState(call.tenant.op, sessions));
}

/** Where the account selector sends this browser without asking, and how to be asked again. */
function chosenBefore(call: Call): Pick<HomeView, 'chosen'> {
  const { chosen } = readChoice(call);
  const upstream = openUpstreams(call.tenant.upstreams).find(({ id }) => id === chosen);
  return upstream === undefined ? {} : { chosen: { name: upstream.name, again: ownLink(call, 'login', { choose: 'again' }) } };
}

const standardClaims = new Set(Object.values(standardScopeClaims).flat());
