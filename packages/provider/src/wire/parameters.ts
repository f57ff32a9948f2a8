/**
 * Request parameters (RFC 6749 section 3.1 and appendix B): a name given twice is an error when somebody reads it, an empty
 * value counts as left out, what is not UTF-8 is refused instead of being replaced.
 */
import { OAuthError } from './error.ts';

/** Values by name, in the order they came; made without a prototype, so that no name is special. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

const maximum = 200;

/** Decodes a query string or a form body. Throws invalid_request on bad percent-encoding, bad UTF-8 or too many parameters. */
export function parseParameters(encoded: string): Parameters {
  const parameters: Record<string, string | string[]> = Object.create(null);
  if (encoded === '') return parameters;
  const pairs = encoded.split('&');
  if (pairs.length > maximum) throw new OAuthError('invalid_request', `more than ${maximum} parameters`);
  for (const pair of pairs) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    const value = at === -1 ? '' : decode(pair.slice(at + 1));
    const known = parameters[name];
    if (known === undefined) parameters[name] = value;
    else if (typeof known === 'string') parameters[name] = [known, value];
    else known.push(value);
  }
  return parameters;
}

function decode(text: string): string {
  const decoded = decodeOctets(text);
  // No parameter needs it, and not every database can hold it.
  if (decoded.includes('\0')) throw new OAuthError('invalid_request', 'a parameter has a NUL character');
  return decoded;
}

function decodeOctets(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw new OAuthError('invalid_request', 'a parameter is not percent-encoded UTF-8');
  }
}

/** The value of a parameter that may be given once; undefined when absent or empty. Throws invalid_request when given twice. */
export function one(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new OAuthError('invalid_request', `${name} is given more than once`);
  return value;
}

/** The values of a parameter that may be repeated, each once; empty values count for nothing. */
export function many(parameters: Parameters, name: string): readonly string[] {
  return [...new Set([parameters[name] ?? []].flat().filter((value) => value !== ''))];
}

/** As `one`, for a parameter the request cannot do without. */
export function required(parameters: Parameters, name: string): string {
  const value = one(parameters, name);
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing`);
  return value;
}
