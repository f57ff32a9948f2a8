/** Single values on their way in: `${NAME}` from the environment, `file:PATH` for secrets, numbers that JSON can carry. */
import { isAlias, isPair, isScalar, isSeq, type Scalar, visit } from 'yaml';
import { type Finding, type Path, spellPath } from './finding.ts';
import { isSecretPath, secretFromFile } from './secret-file.ts';
import { keyText, type Tree } from './tree.ts';

export type Sources = { readonly baseDirectory: string; readonly env: Readonly<Record<string, string | undefined>> };

export type Values = {
  readonly texts: ReadonlyMap<Scalar, string>;
  readonly spoiled: ReadonlySet<unknown>;
  readonly findings: readonly Finding[];
};

type Fault = { readonly message: string; readonly fix: string };
type Result = { readonly text: string } | Fault;

/** Looks at every single value once, whatever number of aliases leads to it. */
export function readValues(tree: Tree, sources: Sources): Values {
  const texts = new Map<Scalar, string>();
  const spoiled = new Set<unknown>();
  const findings: Finding[] = [];
  const refuse = (node: unknown, at: Path, fault: Fault): void => {
    spoiled.add(node);
    findings.push({ ...tree.place(node), path: spellPath(at), message: fault.message, fix: fault.fix });
  };
  visit(tree.document, (key, node, ancestors) => {
    if (isPair(node) && keyText(node.key) === undefined) refuse(node.key, pathOf(ancestors), keyFault);
    if (key === 'key') return visit.SKIP;
    if (isAlias(node) && !tree.follow(node)) refuse(node, pathOf([...ancestors, node]), aliasFault);
    if (!isScalar(node)) return undefined;
    const at = pathOf([...ancestors, node]);
    const result = resolveValue(node, at, sources);
    if ('message' in result) refuse(node, at, result);
    else if (result.text !== node.value && typeof node.value === 'string') texts.set(node, result.text);
    return undefined;
  });
  return { texts, spoiled, findings };
}

function resolveValue(node: Scalar, at: Path, sources: Sources): Result {
  if (typeof node.value === 'number') return numberFault(node.value) ?? { text: '' };
  if (typeof node.value !== 'string') return { text: '' };
  const expanded = expand(node.value, sources.env);
  return 'text' in expanded && isSecretPath(at) && expanded.text.startsWith('file:')
    ? secretFromFile(expanded.text, sources.baseDirectory)
    : expanded;
}

/** `${NAME}` anywhere in a text; `$${NAME}` stays what it is, with one dollar sign less. */
function expand(text: string, env: Sources['env']): Result {
  const missing = new Set<string>();
  const expanded = text.replace(/\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole: string, dollar: string, name: string) => {
    if (dollar !== '') return whole.slice(1);
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value === undefined) missing.add(name);
    return value ?? '';
  });
  if (missing.size === 0) return { text: expanded };
  const names = [...missing].join(', ');
  return {
    message: `the environment variable ${names} is not set`,
    fix: `set ${names} before the start, or write $\${...} when no variable is meant`,
  };
}

function numberFault(value: number): Fault | undefined {
  if (!Number.isFinite(value)) return { message: 'this number has no value in JSON', fix: 'put it in quotes' };
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return { message: 'this number has more digits than can be kept exactly', fix: 'put it in quotes' };
  return undefined;
}

const keyFault: Fault = { message: 'a key must be a text', fix: 'write a name before the colon; put values with { } [ ] in quotes' };
const aliasFault: Fault = {
  message: 'this alias (*...) has no anchor above it',
  fix: 'put the anchor (&...) above, or the value in quotes',
};

function pathOf(ancestors: readonly unknown[]): Path {
  return ancestors.flatMap((node, index): Path => {
    if (isPair(node)) return [keyText(node.key) ?? '?'];
    return isSeq(node) && index + 1 < ancestors.length ? [node.items.indexOf(ancestors[index + 1])] : [];
  });
}
