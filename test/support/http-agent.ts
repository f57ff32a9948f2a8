/**
 * A browser without script for protocol tests: keeps cookies, follows redirects inside its own origin, stops at the door of any
 * other and tells where it was sent, reads forms and submits them with the headers a browser sends.
 */
import { type CookieJar, createCookieJar } from './cookie-jar.ts';
import { type Form, fillForm, parseForms } from './html-forms.ts';

export type AgentResponse = {
  readonly status: number;
  readonly headers: Headers;
  /** Where this answer came from, after redirects. */
  readonly url: string;
  /** Absolute target of a redirect that was not followed: it leaves the origin. */
  readonly location?: string;
  readonly text: string;
  readonly forms: readonly Form[];
  /** The status of each answer on the way here, this one last. */
  readonly trail: readonly { readonly status: number; readonly url: string }[];
};

export type Submission = {
  /** The id of the button that is pressed; the form is the one that has it. Without, the page's only form is submitted. */
  readonly button?: string;
  readonly fields?: Readonly<Record<string, string | boolean>>;
  /** Headers put over the browser's own: a foreign Origin, none at all with `null`. */
  readonly headers?: Readonly<Record<string, string | null>>;
};

export type Agent = {
  readonly base: string;
  readonly cookies: CookieJar;
  /** `url` may be relative to the base. Throws after 20 redirects. */
  readonly get: (url: string, headers?: Readonly<Record<string, string | null>>) => Promise<AgentResponse>;
  /** Posts form parameters as if a form of our origin had them. */
  readonly post: (
    url: string,
    fields: Readonly<Record<string, string>> | URLSearchParams,
    headers?: Readonly<Record<string, string | null>>,
  ) => Promise<AgentResponse>;
  /** Fills in and submits a form of an answer. Throws when there is no such button or field. */
  readonly submit: (response: AgentResponse, submission?: Submission) => Promise<AgentResponse>;
};

type Send = { method: string; url: URL; headers: Record<string, string>; body: string | undefined };

const mostRedirects = 20;

/** An agent whose home is the origin of `base`. `ask`: another way to it than the built-in one, for https with certificates nobody knows. */
export function createAgent(base: string, cookies: CookieJar = createCookieJar(), ask: typeof fetch = fetch): Agent {
  const origin = new URL(base).origin;
  const resolve = (url: string, from = base): URL => new URL(url, from.endsWith('/') || from !== base ? from : `${from}/`);

  const get: Agent['get'] = (url, headers = {}) =>
    travel(
      { origin, cookies, ask },
      { method: 'GET', url: resolve(url), headers: over({ 'sec-fetch-site': 'none' }, headers), body: undefined },
    );

  const sendForm = (url: URL, fields: URLSearchParams, page: URL, headers: Readonly<Record<string, string | null>>) =>
    travel(
      { origin, cookies, ask },
      {
        method: 'POST',
        url,
        headers: over({ ...formHeaders, ...cameFrom(url, page) }, headers),
        body: fields.toString(),
      },
    );

  return {
    base,
    cookies,
    get,
    post: (url, fields, headers = {}) => sendForm(resolve(url), new URLSearchParams(fields), new URL(base), headers),
    submit: async (response, { button, fields = {}, headers = {} } = {}) => {
      const form = findForm(response, button);
      const pressed = button === undefined ? form.buttons[0] : form.buttons.find(({ id }) => id === button);
      const values = fillForm(form, pressed, fields);
      const page = new URL(response.url);
      const target = form.action === '' ? new URL(page) : new URL(form.action, page);
      if (form.method === 'post') return sendForm(target, values, page, headers);
      target.search = values.toString();
      return get(target.href, { 'sec-fetch-site': cameFrom(target, page)['sec-fetch-site'], ...headers });
    },
  };
}

const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' };

function cameFrom(target: URL, page: URL): { origin: string; 'sec-fetch-site': string } {
  return { origin: page.origin, 'sec-fetch-site': target.origin === page.origin ? 'same-origin' : 'cross-site' };
}

function over(own: Readonly<Record<string, string>>, given: Readonly<Record<string, string | null>>): Record<string, string> {
  const merged: Record<string, string> = {
    accept: 'text/html,application/xhtml+xml',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    ...own,
  };
  for (const [name, value] of Object.entries(given)) {
    if (value === null) delete merged[name.toLowerCase()];
    else merged[name.toLowerCase()] = value;
  }
  return merged;
}

function findForm(response: AgentResponse, button: string | undefined): Form {
  const ids = response.forms.flatMap((form) => form.buttons.map(({ id }) => id));
  const only = response.forms.length === 1 ? response.forms[0] : undefined;
  const form = button === undefined ? only : response.forms.find((each) => each.buttons.some(({ id }) => id === button));
  if (form) return form;
  const wanted = button === undefined ? 'one form' : `a button #${button}`;
  throw new Error(
    `${response.url} (${response.status}) has not ${wanted}; forms ${response.forms.length}, buttons: ${ids.join(', ') || 'none'}`,
  );
}

type Home = { readonly origin: string; readonly cookies: CookieJar; readonly ask: typeof fetch };

async function travel({ origin, cookies, ask }: Home, first: Send): Promise<AgentResponse> {
  const trail: { status: number; url: string }[] = [];
  for (let send = first; trail.length < mostRedirects; ) {
    const { method, url, body } = send;
    const cookie = cookies.header(url);
    const headers = cookie === undefined ? send.headers : { ...send.headers, cookie };
    const response = await ask(url, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body }) });
    cookies.take(url, response.headers);
    trail.push({ status: response.status, url: url.href });
    const location = redirectTarget(response, url);
    if (location?.origin !== origin) return answer(response, url, location, trail);
    await response.body?.cancel();
    send = next(send, response.status, location);
  }
  throw new Error(`more than ${mostRedirects} redirects: ${trail.map(({ url }) => url).join(' ')}`);
}

function redirectTarget(response: Response, url: URL): URL | undefined {
  const location = response.headers.get('location');
  return response.status >= 300 && response.status < 400 && location !== null ? new URL(location, url) : undefined;
}

async function answer(response: Response, url: URL, location: URL | undefined, trail: AgentResponse['trail']): Promise<AgentResponse> {
  const text = await response.text();
  const html = response.headers.get('content-type')?.startsWith('text/html') ?? false;
  const forms = html ? parseForms(text) : [];
  return {
    status: response.status,
    headers: response.headers,
    url: url.href,
    text,
    forms,
    trail,
    ...(location ? { location: location.href } : {}),
  };
}

/** 307 and 308 keep method and body; after all others a browser asks with GET (Fetch section 4.4). */
function next(send: Send, status: number, url: URL): Send {
  if (status === 307 || status === 308 || send.method === 'GET') return { ...send, url };
  const { 'content-type': _, origin: __, ...headers } = send.headers;
  return { method: 'GET', url, headers, body: undefined };
}
