/**
 * Paths into a claim's value: the child steps of JSONPath (RFC 9535 section 2.5.1), by name and by index, and nothing else of it: no
 * wildcard, filter or expression, so that looking costs as many steps as are written.
 */
import type { Json } from '../accounts.ts';

export type JsonPath = readonly (string | number)[];

const longest = 256;
const deepest = 16;
const first = /^(?:\$(?=[.[])\.?)?/;
const step = /^(?:\.?([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,4})\]|\['([^'\\]{1,128})'\])/;

/** `$.department.units[0]['cost centre']`, with or without `$.`; undefined when it is no such path. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (text.length > longest) return undefined;
  const steps: (string | number)[] = [];
  let rest = text.replace(first, '');
  while (rest !== '') {
    const [whole, plain, index, quoted] = step.exec(rest) ?? [];
    const name = plain ?? quoted;
    if (whole === undefined || (steps.length === 0 && rest.startsWith('.')) || steps.length === deepest) return undefined;
    if (steps.length > 0 && plain !== undefined && !whole.startsWith('.')) return undefined;
    steps.push(name ?? Number(index));
    rest = rest.slice(whole.length);
  }
  return steps.length === 0 ? undefined : steps;
}

/** What stands there; undefined when nothing does. Own members only, so that no path leads into a prototype. */
export function follow(value: Json | undefined, path: JsonPath): Json | undefined {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (Array.isArray(at) !== (typeof key === 'number') || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string | number, Json>>)[key];
  }
  return at;
}
