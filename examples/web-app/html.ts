/** HTML from template literals: whatever is put in is escaped, unless it was made here too. */

export type Html = { readonly html: string };

type Value = Html | string | number | undefined | readonly Value[];

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function render(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'object') return 'html' in value ? value.html : value.map(render).join('');
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Text between tags and in quoted attributes is safe; it is not for URLs of unknown schemes, scripts or styles. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: parts.reduce((text, part, at) => text + render(values[at - 1]) + part) };
}
