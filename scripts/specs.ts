/**
 * Writes docs/specs.md: which test shows which criterion. `node scripts/specs.ts --check` writes nothing, and ends with 1 when it is stale.
 *
 * The name of a test begins with the ids it shows ("A15, A16: ..."), or that of a `describe` around it does. Two catalogues use the same
 * ids; which one is meant, the folder says (test/conformance/, test/security/), else the word in the title of a `describe`.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { parseSync } from '@swc/core';

const sections = {
  conformance: 'Conformance criteria',
  security: 'Attacks withstood',
  storage: 'Storage suite, on every engine',
  unit: 'Unit tests',
} as const;

type Section = keyof typeof sections;
type Spec = { readonly section: Section; readonly id: string; readonly test: string; readonly file: string };
/** What the `describe`s around a test say. */
type Around = { readonly file: string; readonly titles: readonly string[] };
type Node = { readonly type: string; readonly [key: string]: unknown };

const root = new URL('../', import.meta.url);
const suite = 'packages/provider/src/conformance/';
const sources = ['packages/*/src/**/*.test.{ts,tsx}', `${suite}*.ts`, 'test/**/*.test.{ts,tsx}', 'examples/*/*.test.ts', 'bench/*.test.ts'];

const id = '[A-Z](?:[A-Z0-9]-[0-9]{1,3}|[0-9]{1,3})';
const named = new RegExp(`^(${id}(?:(?:,| and)? ${id})*)(?: in part)?: *(.*)$`, 's');

function specsOf(file: string): readonly Spec[] {
  const tree = parseSync(readFileSync(new URL(file, root), 'utf8'), { syntax: 'typescript', tsx: file.endsWith('x'), target: 'es2024' });
  return walk(tree, { file, titles: [] });
}

function walk(value: unknown, around: Around): readonly Spec[] {
  if (Array.isArray(value)) return value.flatMap((item) => walk(item, around));
  if (!isNode(value)) return typeof value === 'object' && value !== null ? Object.values(value).flatMap((item) => walk(item, around)) : [];
  const call = callOf(value);
  if (call === undefined) return Object.values(value).flatMap((item) => walk(item, around));
  if (call.name === 'describe') return call.rest.flatMap((item) => walk(item, { ...around, titles: [call.title, ...around.titles] }));
  return testSpecs(call, around);
}

type Call = {
  readonly name: 'describe' | 'test';
  readonly title: string;
  readonly rows: readonly Node[];
  readonly rest: readonly unknown[];
};

/** `it('title', ...)`, `it.each(rows)('title', ...)` and the like; undefined for any other node. */
function callOf(node: Node): Call | undefined {
  if (node.type !== 'CallExpression' || !isNode(node.callee)) return undefined;
  const name = nameOf(node.callee);
  const [first, ...rest] = argumentsOf(node);
  const title = textOf(first);
  if (name === undefined || title === undefined) return undefined;
  return { name: name === 'describe' ? 'describe' : 'test', title, rows: rowsOf(node.callee), rest };
}

/** The `it` at the root of `it`, `it.skipIf(...)`, `it.each(...)`. */
function nameOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return ['describe', 'it', 'test'].find((name) => name === node.value);
  const inner = node.type === 'MemberExpression' ? node.object : node.type === 'CallExpression' ? node.callee : undefined;
  return isNode(inner) ? nameOf(inner) : undefined;
}

/** The rows of `it.each([...])`, when they are written there. */
function rowsOf(callee: Node): readonly Node[] {
  const [table] = callee.type === 'CallExpression' ? argumentsOf(callee) : [];
  return table?.type === 'ArrayExpression' ? expressions(table.elements) : [];
}

function testSpecs({ title, rows }: Call, { file, titles }: Around): readonly Spec[] {
  const section = sectionOf(file, titles);
  // A table of tests may have the id in its first column.
  const fromRows = title.startsWith('%s: ') ? rows.map((row) => textOf(expressions(row.elements)[0])) : [];
  const own = named.exec(title);
  const inherited = titles.map((text) => named.exec(text)).find((found) => found !== null);
  const listed = own?.[1] ?? inherited?.[1] ?? fromRows.filter((text) => text !== undefined).join(' ');
  const ids = new Set(listed.match(new RegExp(id, 'g')));
  return [...ids].map((one) => ({ section, id: one, test: withoutPlaces(own?.[2] ?? title.replace(/^%s: /, '')), file }));
}

/** What a row of a table puts into the title becomes an ellipsis, as in a template; one at the end says nothing. */
function withoutPlaces(title: string): string {
  return title.replace(/%[sdifjoO#$]/g, '…').replace(/[:,]? ?…$/, '');
}

function sectionOf(file: string, titles: readonly string[]): Section {
  if (file.startsWith(suite)) return 'storage';
  const folder = /^test\/(conformance|security)\//.exec(file)?.[1];
  const word =
    folder ?? titles.map((title) => /\b(conformance|security)\b/i.exec(title)?.[1]?.toLowerCase()).find((it) => it !== undefined);
  return word === 'conformance' || word === 'security' ? word : 'unit';
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function argumentsOf(call: Node): readonly Node[] {
  return expressions(call.arguments);
}

/** Arguments and elements of arrays are wrapped once. */
function expressions(list: unknown): readonly Node[] {
  return Array.isArray(list) ? list.map((item) => item?.expression).filter(isNode) : [];
}

/** A title in quotation marks or backticks; what is computed in it becomes an ellipsis. */
function textOf(node: Node | undefined): string | undefined {
  if (node?.type === 'StringLiteral') return String(node.value);
  if (node?.type === 'TsAsExpression' && isNode(node.expression)) return textOf(node.expression);
  if (node?.type !== 'TemplateLiteral' || !Array.isArray(node.quasis)) return undefined;
  return node.quasis.map((part: { readonly cooked: string }) => part.cooked).join('…');
}

function table(section: Section, specs: readonly Spec[]): string {
  const rows = specs
    .filter((spec) => spec.section === section)
    .map(({ id: one, test, file }) => `| ${one} | ${cell(test)} | [${file}](../${file}) |`);
  return rows.length === 0
    ? ''
    : `\n## ${sections[section]}\n\n| id | the test says | file |\n|---|---|---|\n${[...new Set(rows)].join('\n')}\n`;
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;').trim();
}

const files = globSync(sources, { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const compare = new Intl.Collator('en', { numeric: true }).compare;
const specs = files.flatMap(specsOf).sort((a, b) => compare(a.id, b.id) || compare(a.file, b.file));
const head = `# What is shown, and by which test

Generated by \`node scripts/specs.ts\` from the names of the tests; not to be edited. An id stands for one criterion or one attack.
`;
const tables = (Object.keys(sections) as Section[]).map((section) => table(section, specs));
const text = head + tables.join('');
const place = new URL('docs/specs.md', root);
const stale = readFileSync(place, 'utf8') !== text;
if (process.argv[2] !== '--check') writeFileSync(place, text);
else if (stale) {
  process.stderr.write('docs/specs.md is stale: npm run specs\n');
  process.exitCode = 1;
}
process.stdout.write(`${specs.length} entries from ${files.length} files\n`);
