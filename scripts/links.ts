/**
 * Ends with 1 when a relative link in a Markdown file of this repository leads to no file, or to no heading of a Markdown file:
 * `node scripts/links.ts`. Addresses elsewhere are not asked.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const notOurs = /(^|\/)(node_modules|dist|\.git|\.symbolon)(\/|$)/;

const files = globSync('**/*.md', { cwd: root, exclude: (name) => notOurs.test(name.replaceAll('\\', '/')) }).map((file) =>
  file.replaceAll('\\', '/'),
);

/** Without code, in which brackets mean something else. */
function prose(file: string): string {
  return readFileSync(join(root, file), 'utf8')
    .replace(/^ *(```|~~~)[\s\S]*?^ *\1.*$/gm, '')
    .replace(/`[^`\n]*`/g, '``');
}

/** Targets of `[text](target)`, `![text](target)` and `[name]: target` that are not on another host. */
function relativeLinks(file: string): readonly string[] {
  const found = prose(file).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: *(\S+)/gm);
  return [...found].map((match) => match[1] ?? match[2] ?? '').filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/** The ids that headings get: lower case, dashes for blanks, no punctuation; one that is there already gets a number. */
function headingIds(file: string): ReadonlySet<string> {
  const text = readFileSync(join(root, file), 'utf8').replace(/^ *(```|~~~)[\s\S]*?^ *\1.*$/gm, '');
  const ids = new Set<string>();
  for (const [, title = ''] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const id = title
      .toLowerCase()
      .replace(/\]\([^)]*\)/g, '')
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let free = id;
    for (let number = 1; ids.has(free); number++) free = `${id}-${number}`;
    ids.add(free);
  }
  return ids;
}

/** What is wrong with a link; undefined when nothing is. */
function problem(file: string, link: string): string | undefined {
  const [path = '', id] = link.split('#').map(decodeURIComponent);
  const target = path === '' ? file : posix.join(posix.dirname(file), path);
  if (target.startsWith('..') || !existsSync(join(root, target))) return `${file}: there is no ${target}`;
  if (id === undefined || !target.endsWith('.md') || headingIds(target).has(id)) return undefined;
  return `${file}: ${target} has no heading #${id}`;
}

const links = files.flatMap((file) => relativeLinks(file).map((link) => ({ file, link })));
const problems = new Set(links.map(({ file, link }) => problem(file, link)).filter((text) => text !== undefined));
for (const text of problems) process.stderr.write(`${text}\n`);
process.stdout.write(`${links.length} links in ${files.length} files\n`);
if (problems.size > 0) process.exitCode = 1;
