/** The tree as plain values, with what stands behind `${NAME}` and `file:PATH` put in and what is known to be wrong left out. */
import { isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import { keyText, type Tree } from './tree.ts';

export type Reading = {
  /** What takes the place of a text node. */
  readonly texts: ReadonlyMap<Node, string>;
  /**
   * Nodes that have a finding already: their value is `undefined`, under a key that is there. So a check can tell what is
   * missing from what is wrong, and says nothing about the second.
   */
  readonly spoiled: ReadonlySet<unknown>;
  /** For a mapping with misspelled keys, the keys that were meant: there, but wrong. */
  readonly meant: ReadonlyMap<unknown, readonly string[]>;
};

/** JSON values and `undefined`; the tree's bounds were checked when it was opened, so this ends. */
export function plainOf(tree: Tree, reading: Reading): unknown {
  const convert = (item: unknown): unknown => {
    const node = tree.follow(item);
    if (reading.spoiled.has(item) || reading.spoiled.has(node)) return undefined;
    if (isScalar(node)) return reading.texts.get(node) ?? node.value;
    if (isSeq(node)) return node.items.map(convert);
    if (isMap(node)) return { ...missing(node), ...Object.fromEntries(node.items.flatMap(entry)) };
    return null;
  };
  const missing = (node: Node): object => Object.fromEntries((reading.meant.get(node) ?? []).map((key) => [key, undefined]));
  const entry = (pair: unknown): [string, unknown][] => {
    const key = isPair(pair) ? keyText(pair.key) : undefined;
    return isPair(pair) && key !== undefined ? [[key, convert(pair.value)]] : [];
  };
  return convert(tree.root);
}
