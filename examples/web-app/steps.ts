/**
 * What happened between this application, the browser and the provider, kept so that the page can show it. Whatever would
 * let somebody act as the person or the application is cut short before it is kept.
 */
import type { CustomFetch, CustomFetchOptions } from 'openid-client';

export type Step = {
  readonly title: string;
  /** Who spoke: the browser on our behalf, or this server by itself. */
  readonly channel: 'browser' | 'server';
  readonly at: Date;
  readonly request: string;
  readonly response: string;
};

export type Steps = Step[];

/** A sign-in takes about six; the oldest go first, so that a session that refreshes all day stays small. */
const most = 30;
const longest = 6000;

const telling = new Set(['code', 'access_token', 'refresh_token', 'id_token', 'id_token_hint', 'code_verifier']);

function shorten(name: string, value: string): string {
  if (name === 'client_secret') return '(hidden)';
  return telling.has(name) && value.length > 12 ? `${value.slice(0, 8)}… (${value.length} characters)` : value;
}

export function addStep(steps: Steps, step: Omit<Step, 'at'>): void {
  steps.push({ ...step, at: new Date() });
  if (steps.length > most) steps.shift();
}

/** One parameter a line, in the order they were sent. */
export function showParameters(parameters: URLSearchParams): string {
  return [...parameters].map(([name, value]) => `${name} = ${shorten(name, value)}`).join('\n');
}

/** The address without its parameters, then the parameters. */
export function showUrl(method: string, url: URL): string {
  return `${method} ${url.origin}${url.pathname}\n${showParameters(url.searchParams)}`.trim();
}

function showAuthorization(value: string): string {
  const [scheme, credentials = ''] = value.split(' ');
  return scheme === 'Basic' ? 'Basic (client_id and client_secret, hidden)' : `${scheme} ${shorten('access_token', credentials)}`;
}

function showRequest(url: string, init: CustomFetchOptions): string {
  const authorization = new Headers(init.headers).get('authorization');
  const lines = [showUrl(init.method, new URL(url))];
  if (authorization) lines.push(`Authorization: ${showAuthorization(authorization)}`);
  if (init.body) lines.push(showParameters(new URLSearchParams(String(init.body))));
  return lines.join('\n');
}

async function showResponse(response: Response): Promise<string> {
  const text = await response.clone().text();
  return `${response.status} ${response.statusText}\n${showBody(text)}`.trim();
}

function showBody(text: string): string {
  try {
    const shown = JSON.stringify(JSON.parse(text), (name, value) => (typeof value === 'string' ? shorten(name, value) : value), 2);
    return shown.length > longest ? `${shown.slice(0, longest)}\n…` : shown;
  } catch {
    return `(${text.length} characters that are not JSON)`;
  }
}

/** A `fetch` that writes down each request it makes, and its answer, as a step. */
export function recordingFetch(steps: Steps, title: (url: URL) => string): CustomFetch {
  return async (url, init) => {
    // All bodies of these protocols are form parameters, and openid-client has named their type in a header.
    const response = await fetch(url, { ...init, body: init.body ? String(init.body) : null });
    const request = showRequest(url, init);
    addStep(steps, { title: title(new URL(url)), channel: 'server', request, response: await showResponse(response) });
    return response;
  };
}
