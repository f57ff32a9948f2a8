/**
 * Reads docs/integrate/*.http, in the form of Visual Studio Code's REST Client: variables (`@name = value`), then requests behind `###`, each
 * with `# @name`, `# @prompt` where a person brings a value, a request line whose query may go on over lines, headers, and a form over lines.
 */

export type HttpRequest = {
  readonly name: string;
  /** What stands behind `###`. */
  readonly title: string;
  /** A variable that a person fills in, and what she is told. */
  readonly prompt?: { readonly name: string; readonly text: string };
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Form-encoded, on one line. */
  readonly body?: string;
};

export type HttpFile = {
  /** The comment at the top. */
  readonly about: string;
  readonly variables: readonly (readonly [name: string, value: string])[];
  readonly requests: readonly HttpRequest[];
};

/** Throws when a request has no name or no request line. */
export function readHttpFile(text: string): HttpFile {
  const [head = '', ...parts] = text.split(/^### /m);
  const about = [...head.matchAll(/^#(?: (.*))?$/gm)].map(([, line = '']) => line).join('\n');
  const variables = [...head.matchAll(/^@(\w+) = (.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const);
  return { about, variables, requests: parts.map(readRequest) };
}

function readRequest(part: string): HttpRequest {
  const [title = '', ...lines] = part.trimEnd().split('\n');
  const settings = lines.filter((line) => line.startsWith('#')).join('\n');
  const rest = lines.filter((line) => !line.startsWith('#'));
  const blank = rest.indexOf('');
  const head = blank === -1 ? rest : rest.slice(0, blank);
  const first = head.filter((line, index) => index === 0 || /^\s/.test(line)).map((line) => line.trim());
  const [, method, url] = /^(GET|POST) (\S+)$/.exec(first.join('')) ?? [];
  const name = /@name (\w+)/.exec(settings)?.[1];
  if (name === undefined || method === undefined || url === undefined) throw new Error(`not a request: ${title}`);
  const [, asked, text] = /@prompt (\w+) (.*)/.exec(settings) ?? [];
  return {
    name,
    title,
    ...(asked === undefined ? undefined : { prompt: { name: asked, text: text ?? '' } }),
    method,
    url,
    headers: head.slice(first.length).map(headerOf),
    ...(blank === -1 ? undefined : { body: rest.slice(blank + 1).join('') }),
  };
}

function headerOf(line: string): readonly [string, string] {
  const colon = line.indexOf(': ');
  if (colon === -1) throw new Error(`not a header: ${line}`);
  return [line.slice(0, colon), line.slice(colon + 2)];
}

/** A member of an earlier answer, as the file names it: `{{tokens.response.body.$.access_token}}`. */
export const fromAnswer = /\{\{(\w+)\.response\.body\.\$\.(\w+)\}\}/g;
