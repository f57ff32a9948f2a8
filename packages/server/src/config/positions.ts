/** From a path in the configuration to its place in the file. */
import { isCollection, isMap, isPair, isSeq, type Node, type Pair } from 'yaml';
import type { Path, Place } from './finding.ts';
import { keyText, type Tree } from './tree.ts';

type Spot = { readonly node: Node | undefined; readonly key: unknown };

/** The node at this path, aliases followed; undefined where nothing is written. */
export function nodeAt(tree: Tree, path: Path): Node | undefined {
  return walk(tree, path).spot?.node;
}

/**
 * Where a finding about this path is shown: a single value where it stands, a list or mapping at its key, what is missing at the
 * nearest thing around it that is written. What an alias stands for is shown where its anchor is written.
 */
export function placeOf(tree: Tree, path: Path): Place {
  const { spot, last } = walk(tree, path);
  const { node, key } = spot ?? last;
  const atKey = key !== undefined && (node === undefined || isCollection(node) || isEmpty(node));
  return tree.place(atKey ? key : node);
}

/** Where the key itself stands. */
export function keyPlaceOf(tree: Tree, path: Path): Place {
  const { spot, last } = walk(tree, path);
  return tree.place(spot?.key ?? last.key ?? last.node);
}

function walk(tree: Tree, path: Path): { readonly spot: Spot | undefined; readonly last: Spot } {
  let last: Spot = { node: tree.root, key: undefined };
  for (const segment of path) {
    const next = step(tree, last.node, segment);
    if (!next) return { spot: undefined, last };
    last = next;
  }
  return { spot: last, last };
}

function step(tree: Tree, node: Node | undefined, segment: string | number): Spot | undefined {
  if (isSeq(node)) return segment in node.items ? { node: tree.follow(node.items[Number(segment)]), key: undefined } : undefined;
  const pair = isMap(node) ? pairOf(node.items, String(segment)) : undefined;
  return pair && { node: tree.follow(pair.value), key: pair.key };
}

/** The last of equal keys, which is the one that counts. */
function pairOf(items: readonly unknown[], key: string): Pair | undefined {
  return items.findLast((item): item is Pair => isPair(item) && keyText(item.key) === key);
}

function isEmpty(node: Node): boolean {
  return 'value' in node && node.value === null;
}
