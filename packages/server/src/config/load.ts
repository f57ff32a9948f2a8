/**
 * Reads `symbolon.yaml`: text -> tree with places -> values (environment, secret files) -> shape -> checks -> defaults. Every step says
 * all it finds and leaves what it found out of the next, so that all mistakes are reported at once and each once.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { askedUrls } from './asked-urls.ts';
import { unreachable } from './certificates.ts';
import { checkFile } from './checks/all.ts';
import type { Config } from './config.ts';
import { complete } from './defaults.ts';
import { type Finding, inOrder, type Path, spellPath } from './finding.ts';
import { notYet, unshown } from './not-yet.ts';
import { plainOf, type Reading } from './plain.ts';
import { keyPlaceOf, nodeAt, placeOf } from './positions.ts';
import type { Draft, File } from './schema.ts';
import { codeOf } from './secret-file.ts';
import { type Misfit, misfits } from './shape.ts';
import { maxLength, openTree, type Tree } from './tree.ts';
import { readValues, type Sources, type Values } from './values.ts';

/** A URL of the file that the server itself will ask. */
export type Asked = Pick<Finding, 'line' | 'column' | 'path'> & { readonly url: string };

/** `findings` and `pending` (accepted, but not yet in effect) are sorted by line. */
export type Loaded =
  | { readonly ok: true; readonly config: Config; readonly pending: readonly Finding[]; readonly asked: readonly Asked[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Reads and checks the configuration file; a file that cannot be read is a finding too. */
export async function load(path: string, env: Sources['env']): Promise<Loaded> {
  const read = await readText(path);
  return typeof read === 'string' ? parse(read, { baseDirectory: dirname(resolve(path)), env }) : read;
}

async function readText(path: string): Promise<string | Loaded> {
  try {
    if ((await stat(path)).size > maxLength) return refused('the file is over 10 MB', 'keep users and clients in the database instead');
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') return refused('the file is not UTF-8 text', 'save it as UTF-8');
    return codeOf(error) === 'ENOENT'
      ? refused('there is no such file', 'name one with -c FILE, or write one: docs/operate/running.md')
      : refused(`the file cannot be read (${codeOf(error)})`, 'check who may read it');
  }
}

/** Checks a configuration given as text; relative paths in it are relative to `baseDirectory`. */
export function parse(text: string, sources: Sources): Loaded {
  const { tree, findings } = openTree(text);
  if (!tree) return { ok: false, findings: inOrder(findings) };
  const values = readValues(tree, sources);
  const shape = checkShape(tree, values);
  const value = plainOf(tree, { ...values, ...shape });
  const all = inOrder([...findings, ...values.findings, ...shape.findings, ...checkMeaning(tree, value, sources)]);
  if (all.length > 0) return { ok: false, findings: all };
  // No finding: the value has the schema's shape.
  const file = value as File;
  const pending = [...notYet(file), ...unreachable(file), ...unshown(file, sources.baseDirectory)].map(({ path, message, fix }) =>
    findingAt(tree, path, message, fix),
  );
  const asked = askedUrls(file).map(({ path, value }) => ({ ...placeOf(tree, path), path: spellPath(path), url: String(value) }));
  return { ok: true, config: complete(file, sources.baseDirectory), pending: inOrder(pending), asked };
}

type Shape = Pick<Reading, 'spoiled' | 'meant'> & { readonly findings: readonly Finding[] };

/** What does not fit the schema, without what has a finding already, and what the checks that follow have to leave out. */
function checkShape(tree: Tree, values: Values): Shape {
  const spoiled = new Set(values.spoiled);
  const all = misfits(plainOf(tree, { ...values, spoiled: new Set(), meant: new Map() }));
  const meant = meantKeys(tree, all);
  const findings = all.flatMap(({ path, unknown, message, fix }) => {
    if (unknown) return [{ ...keyPlaceOf(tree, path), path: spellPath(unknown.shown), message, fix }];
    const node = nodeAt(tree, path);
    if (values.spoiled.has(node) || isMeant(tree, meant, path)) return [];
    if (node) spoiled.add(node);
    return [findingAt(tree, path, message, fix)];
  });
  return { spoiled, meant, findings };
}

function meantKeys(tree: Tree, all: readonly Misfit[]): Map<unknown, readonly string[]> {
  const meant = new Map<unknown, readonly string[]>();
  for (const { path, unknown } of all) {
    const mapping = nodeAt(tree, path.slice(0, -1));
    if (unknown?.meant !== undefined) meant.set(mapping, [...(meant.get(mapping) ?? []), unknown.meant]);
  }
  return meant;
}

/** Whether a key that seems to be missing stands there misspelled. */
function isMeant(tree: Tree, meant: Shape['meant'], path: Path): boolean {
  const keys = meant.get(nodeAt(tree, path.slice(0, -1)));
  return nodeAt(tree, path) === undefined && keys !== undefined && keys.includes(String(path.at(-1)));
}

function checkMeaning(tree: Tree, value: unknown, { baseDirectory }: Sources): readonly Finding[] {
  const findings: Finding[] = [];
  // Whatever did not fit the schema is left out of the value.
  if (typeof value === 'object' && value !== null)
    checkFile(value as Draft<File>, baseDirectory, (path, message, fix) => findings.push(findingAt(tree, path, message, fix)));
  return findings;
}

function findingAt(tree: Tree, path: Path, message: string, fix: string): Finding {
  return { ...placeOf(tree, path), path: spellPath(path), message, fix };
}

function refused(message: string, fix: string): Loaded {
  return { ok: false, findings: [{ line: 1, column: 1, path: '', message, fix }] };
}
