/** What every check is given to say what it found, and the questions several of them ask. */
import type { Path } from '../finding.ts';

/** A finding about what stands at this path: the reason, and what to do. Never a secret's value in either. */
export type Report = (path: Path, message: string, fix: string) => void;

/** The same report from a place further down the tree. */
export function under(report: Report, ...prefix: Path): Report {
  return (path, message, fix) => report([...prefix, ...path], message, fix);
}

/** Each entry of a list that is readable, with the report for its place. */
export function forEach<Item>(
  list: readonly (Item | undefined)[] | undefined,
  report: Report,
  name: string,
  look: (item: Item, report: Report, index: number) => void,
): void {
  list?.forEach((item, index) => {
    if (item !== undefined) look(item, under(report, name, index), index);
  });
}

/** Reports every value that stands earlier in the list already. */
export function reportRepeated(values: readonly (string | undefined)[], report: (index: number, first: number) => void): void {
  const first = new Map<string, number>();
  values.forEach((value, index) => {
    if (value === undefined) return;
    const earlier = first.get(value);
    if (earlier === undefined) first.set(value, index);
    else report(index, earlier);
  });
}

/** What is written under the key, the default when nothing is, undefined when what is written is wrong. */
export function orDefault<Value>(object: object, key: string, value: Value | undefined, fallback: Value): Value | undefined {
  return Object.hasOwn(object, key) ? value : fallback;
}
