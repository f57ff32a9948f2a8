/** /home: who am I here? */
import { standardScopeClaims } from '@symbolon/provider';
import type { Call, Reply } from '../http/call.ts';
import { page, pageContext } from './page.ts';
import { homePage } from './pages/home.tsx';

export async function showHome(call: Call): Promise<Reply> {
  const { base, op } = call.tenant;
  const sessions =
    call.browser === undefined
      ? []
      : await op.store.sessions.find(call.browser.hash, undefined, op.settings.lifetimes.sessionIdle, op.now());
  const account = sessions[0]?.account;
  const context = pageContext(call, undefined, '');
  if (account === undefined) return page(call, homePage({ signIn: `${base}/login` }, context));
  const { name, ...claims } = account.claims;
  const shown = Object.entries(claims).filter(([claim]) => standardClaims.has(claim));
  const view = { username: account.username, claims: Object.fromEntries(shown), ...(typeof name === 'string' ? { name } : undefined) };
  return page(call, homePage({ account: view, signOut: `${base}/logout` }, context));
}

const standardClaims = new Set(Object.values(standardScopeClaims).flat());
