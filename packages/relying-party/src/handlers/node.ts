/** node:http in front of handlers that know Request and Response only. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handlers } from './handlers.ts';

/** An answer with an ID token or a logout token in it is far shorter. */
const longestBody = 64 * 1024;

/** What node:http and everything built on it hand over; a framework may have read the body, or changed the address, before. */
export type NodeRequest = IncomingMessage & { readonly body?: unknown; readonly originalUrl?: string };

/** Answers true when the request was one of the kit's; another's body is not touched. Rejects as `handle` does. */
export function nodeHandler({ owns, handle }: Handlers): (request: NodeRequest, response: ServerResponse) => Promise<boolean> {
  return async (request, response) => {
    if (!owns(addressOf(request).pathname)) return false;
    const given = await requestOf(request);
    const answer = given === undefined ? new Response(null, { status: 413 }) : await handle(given);
    if (answer === undefined) return false;
    await send(response, answer);
    return true;
  };
}

/** Undefined when its body is too long. The host is nobody's business here: the kit knows its origin from the redirect URI. */
export async function requestOf(request: NodeRequest): Promise<Request | undefined> {
  const { method = 'GET' } = request;
  const body = method === 'POST' && isForm(request) ? await bodyOf(request) : '';
  if (body === undefined) return undefined;
  return new Request(addressOf(request), {
    method: method === 'HEAD' ? 'GET' : method,
    headers: headersOf(request),
    ...(body === '' ? {} : { body }),
  });
}

function addressOf({ url = '/', originalUrl = url }: NodeRequest): URL {
  return (originalUrl.startsWith('/') ? URL.parse(`http://localhost${originalUrl}`) : null) ?? new URL('http://localhost/');
}

/** Whatever else is posted is not ours to read. */
function isForm({ headers }: IncomingMessage): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
}

function headersOf({ headers }: IncomingMessage): Headers {
  const kept = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return new Headers(kept);
}

async function bodyOf(request: NodeRequest): Promise<string | undefined> {
  if (request.body !== undefined) return formOf(request.body);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > longestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What a framework made of a form, as a form again; parameters given twice stay twice. */
export function formOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null) return '';
  const pairs = Object.entries(body).flatMap(([name, value]): [string, string][] =>
    (Array.isArray(value) ? value : [value]).map((each) => [name, String(each)]),
  );
  return new URLSearchParams(pairs).toString();
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value);
  // Added to what the application has set already.
  for (const cookie of answer.headers.getSetCookie()) response.appendHeader('set-cookie', cookie);
  response.end(Buffer.from(await answer.arrayBuffer()));
}
