/**
 * Text that others chose (names of clients, tenants, people, scopes), made fit to be shown. Markup is escaped by the renderer;
 * here goes what escaping does not stop: marks that reorder or hide text, and names long enough to push the rest off the page.
 * The price: U+FE0F and the joiners stay, because Persian and emoji need them, so two different names may look the same. Who a
 * client is, is told by its host.
 */

const hidden = /(?!\u200c|\u200d|\ufe0f)[\p{C}\p{Default_Ignorable_Code_Point}]/gu;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;
/** More than three combining marks on one letter climb over the lines around it. */
const piled = /(\p{M}{3})\p{M}+/gu;

/** One line without control, bidirectional, invisible and unpaired characters; empty when nothing visible is left. */
export function cleanText(value: string): string {
  const line = value.replace(/\s+/gu, ' ').replace(hidden, '').replace(piled, '$1').replace(/ +/g, ' ').trim();
  return visible.test(line) ? line : '';
}

/** `cleanText`, cut to `limit` characters (code points), the last of them an ellipsis when something was cut. */
export function safeText(value: string, limit = 80): string {
  const characters = Array.from(cleanText(value.slice(0, limit * 8)));
  return characters.length <= limit
    ? characters.join('')
    : `${characters
        .slice(0, limit - 1)
        .join('')
        .trimEnd()}…`;
}

/** The letter that stands for a name where there is no picture. */
export function initial(name: string): string {
  return (Array.from(safeText(name)).find((character) => /[\p{L}\p{N}]/u.test(character)) ?? '·').toLocaleUpperCase('en');
}
