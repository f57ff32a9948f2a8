/** The file's text as a tree of YAML 1.2 nodes that keep their places, with aliases resolved and their growth bounded. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { Finding, Place } from './finding.ts';
import { syntaxFinding } from './syntax.ts';

export type Tree = {
  readonly document: Document;
  readonly root: Node | undefined;
  /** The node itself, or what an alias stands for; undefined when its anchor does not exist. */
  readonly follow: (node: unknown) => Node | undefined;
  readonly place: (node: unknown) => Place;
};

/** Characters of a file; more is somebody's mistake. */
export const maxLength = 10 * 1024 * 1024;
/** Nodes after aliases are replaced by what they stand for; the tree is walked several times. */
const maxNodes = 1_000_000;
const maxDepth = 64;

/** Reads the text. `tree` is missing when nothing more can be said about it; repeated keys and unknown anchors leave it usable. */
export function openTree(text: string): { readonly tree?: Tree; readonly findings: readonly Finding[] } {
  if (text.length > maxLength) return { findings: [whole('the file is over 10 MB', 'keep users and clients in the database instead')] };
  try {
    return readTree(text);
  } catch (error) {
    if (error instanceof RangeError) return { findings: [tooDeep] };
    throw error;
  }
}

function readTree(text: string): { readonly tree?: Tree; readonly findings: readonly Finding[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const problems = [...document.errors, ...document.warnings];
  const findings = firstOfLine(problems.map((problem) => syntaxFinding(problem.code, placeAt(lines, problem.pos[0]))));
  if (problems.some(({ code }) => code !== 'DUPLICATE_KEY')) return { findings };
  if (!isNode(document.contents)) return { findings: [...findings, empty] };
  const tree = treeOf(document, lines);
  const bounded = boundFault(tree);
  return bounded ? { findings: [...findings, bounded] } : { tree, findings };
}

/** A parser that lost its way complains several times at one place. */
function firstOfLine(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding, index) => findings.findIndex(({ line }) => line === finding.line) === index);
}

function treeOf(document: Document, lines: LineCounter): Tree {
  const targets = aliasTargets(document);
  const follow = (node: unknown): Node | undefined => (isAlias(node) ? targets.get(node) : isNode(node) ? node : undefined);
  const place = (node: unknown): Place => placeAt(lines, isNode(node) ? (node.range?.[0] ?? 0) : 0);
  return { document, root: follow(document.contents), follow, place };
}

function aliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

type Measure = { readonly size: number; readonly height: number };

/** Every node is measured once, aliases counted as what they stand for: a bomb is found without being unfolded. */
function boundFault(tree: Tree): Finding | undefined {
  const measures = new Map<Node, Measure>();
  const open = new Set<Node>();
  const measure = (item: unknown): Measure => {
    const node = tree.follow(item);
    if (!node) return { size: 1, height: 1 };
    if (open.has(node)) return { size: 1, height: Number.POSITIVE_INFINITY };
    const known = measures.get(node);
    if (known) return known;
    open.add(node);
    const result = childrenOf(node).map(measure).reduce(around, { size: 1, height: 1 });
    open.delete(node);
    measures.set(node, result);
    return result;
  };
  const { size, height } = measure(tree.root);
  if (height > maxDepth) return tooDeep;
  return size > maxNodes ? whole('aliases unfold to more than a million values', 'repeat less') : undefined;
}

function around(parent: Measure, child: Measure): Measure {
  return { size: parent.size + child.size, height: Math.max(parent.height, child.height + 1) };
}

function childrenOf(node: unknown): readonly unknown[] {
  if (isSeq(node)) return node.items;
  if (isMap(node)) return node.items.map((pair) => (isPair(pair) ? pair.value : undefined));
  return [];
}

/** The text of a key; undefined for keys that are lists or mappings. */
export function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function whole(message: string, fix: string): Finding {
  return { line: 1, column: 1, path: '', message, fix };
}

const empty = whole('the file is empty', 'start with a `tenants:` list; docs/operate/configuration.md shows one');
const tooDeep = whole('the file nests deeper than 64 levels, or an alias contains itself', 'write it flatter');
