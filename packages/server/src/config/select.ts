/** Finds what stands at a place that is written as a pattern: keys from the root with dots between, `*` for every entry of a list. */
import type { Path } from './finding.ts';

export type Found = { readonly path: Path; readonly value: unknown };

export function select(file: unknown, pattern: string): readonly Found[] {
  return walk(file, pattern.split('.'), []);
}

function walk(value: unknown, [key, ...rest]: readonly string[], path: Path): readonly Found[] {
  if (key === undefined) return [{ path, value }];
  if (Array.isArray(value)) return key === '*' ? value.flatMap((item, index) => walk(item, rest, [...path, index])) : [];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return [];
  return walk(Reflect.get(value, key), rest, [...path, key]);
}
