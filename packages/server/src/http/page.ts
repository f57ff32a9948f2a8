/** What all pages share: their language, their context, their links, and how HTML becomes an answer. */
import { type Client, one } from '@symbolon/provider';
import type { Asker } from '../ui/asker.tsx';
import { negotiate } from '../ui/negotiate.ts';
import type { PageContext } from '../ui/page-context.ts';
import { translated } from '../ui/translate.ts';
import { type BrowserCookie, setCookie, setState, showsState } from './browser.ts';
import type { Call, Reply } from './call.ts';
import { csrfToken } from './csrf.ts';
import { type Beside, pageHeaders } from './headers.ts';

/** The language a person chose on a page of ours; it goes before what the client asked for, and travels along. */
function chosenLanguage(call: Call): string | undefined {
  const own = call.request.form === undefined ? undefined : call.request.form.ui_locales;
  const value = own ?? call.request.query.ui_locales;
  return typeof value === 'string' && value !== '' && value.length <= 254 ? value : undefined;
}

/** The context of a page; `uiLocales` is what the client asked for, `query` the page's own address if it can be opened again. */
export function pageContext(call: Call, uiLocales?: string, query?: string): PageContext {
  const { tenant } = call;
  const locales = translated(tenant.op.settings.locales);
  const accept = call.request.headers['accept-language'];
  const locale = negotiate(
    chosenLanguage(call) ?? uiLocales,
    typeof accept === 'string' ? accept : undefined,
    locales.length === 0 ? ['en'] : locales,
  );
  const { name, logo } = tenant;
  return {
    assets: tenant.assets,
    locale,
    locales,
    tenant: logo === undefined ? { name } : { name, logo },
    ...(query === undefined ? undefined : { query }),
  };
}

/** The address of a page of ours; the language chosen on our pages travels along. */
export function ownLink(call: Call, path: string, query: Readonly<Record<string, string>> = {}): string {
  const language = chosenLanguage(call);
  const search = String(new URLSearchParams(language === undefined ? query : { ...query, ui_locales: language }));
  return `${call.tenant.base}/${path}${search === '' ? '' : `?${search}`}`;
}

/** The hidden fields of a form of ours. */
export function hiddenFields(call: Call, browser: BrowserCookie, fields: Readonly<Record<string, string>> = {}): Record<string, string> {
  const language = chosenLanguage(call);
  return { ...fields, csrf: csrfToken(call, browser), ...(language === undefined ? undefined : { ui_locales: language }) };
}

/** The id of the request a page is about, from its form or its address. */
export function requestId(call: Call): string | undefined {
  return one(call.request.form ?? call.request.query, 'request');
}

export function page(
  call: Call,
  html: string,
  options: Beside & { readonly status?: number; readonly cookie?: BrowserCookie } = {},
): Reply {
  const headers = pageHeaders(call.tenant, options);
  if (options.cookie !== undefined) headers['set-cookie'] = setCookie(call.tenant, options.cookie);
  return { status: options.status ?? 200, headers, body: html };
}

/** The answer, with the state of the browser where our page's script finds it (Session Management section 3); nothing when it is there already. */
export function withState(call: Call, reply: Reply, state: string): Reply {
  if (showsState(call.tenant, call.request.headers.cookie?.toString(), state)) return reply;
  return { ...reply, headers: { ...reply.headers, 'set-cookie': setState(call.tenant, state) } };
}

/** A client as pages show it. */
export function askerOf(client: Client): Asker {
  return {
    name: client.client_name ?? client.client_id,
    ...(client.logo_uri === undefined ? undefined : { logo: client.logo_uri }),
    ...(client.policy_uri === undefined ? undefined : { policyUri: client.policy_uri }),
    ...(client.tos_uri === undefined ? undefined : { tosUri: client.tos_uri }),
  };
}
