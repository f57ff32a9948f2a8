/** One mistake in the configuration file, or one thing in it that is not in effect yet, and how both are shown on a terminal. */

/** Both counted from 1. */
export type Place = { readonly line: number; readonly column: number };

export type Finding = Place & {
  /** Where in the tree, such as `tenants[0].clients[2].redirect_uris[0]`; empty for the file as a whole. */
  readonly path: string;
  /** The reason. Never the value of a secret, nor any value that could be one. */
  readonly message: string;
  /** What to do; empty when nothing is to be done. */
  readonly fix: string;
};

export type Path = readonly (string | number)[];

/** Spells a path; keys that are not plain names are quoted and cut, because anything may stand in a key. */
export function spellPath(path: Path): string {
  return path.map(spellSegment).join('').replace(/^\./, '');
}

function spellSegment(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`;
  return isPlainName(segment) ? `.${segment}` : '["..."]';
}

/** Whether a text from the file looks like a name, and may therefore be repeated in a finding. */
export function isPlainName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/.test(text);
}

/** By line; what was found twice at one place (through two aliases of one anchor) is kept once. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.line}:${finding.column}:${finding.message}`;
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** The text for the terminal: one paragraph a finding, `file:line:column` first, so that editors can jump there. */
export function format(findings: readonly Finding[], file: string): string {
  return findings.map((finding) => paragraph(finding, file)).join('\n');
}

function paragraph({ line, column, path, message, fix }: Finding, file: string): string {
  const text = `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
  return fix === '' ? text : `${text}\n    ${fix}`;
}
