/** Which language a page is in: lookup of RFC 4647 section 3.4 over `ui_locales` (OpenID Connect Core 3.1.2.1) and Accept-Language. */

/** Longer than any registered tag; what is longer is refused before it costs anything. */
const longestRange = 64;
const languageRange = /^[a-z]{1,8}(-[a-z0-9]{1,8})*$/i;
/** Nobody reads more languages than this; a longer list is somebody trying our patience. */
const longest = 20;

type Weighted = { readonly range: string; readonly quality: number };

function weighted(part: string): Weighted {
  const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim());
  const q = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
  const quality = q === undefined ? 1 : Number.parseFloat(q);
  return { range, quality: Number.isNaN(quality) ? 0 : quality };
}

/** RFC 9110 section 12.5.4, most wanted first; `q=0` means "not this one". */
function accepted(header: string): readonly string[] {
  const wanted = header.split(',', longest).map(weighted);
  return wanted
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ range }) => range);
}

/** Shortens the range from its end until it is one of `locales`; a single letter left at the end goes with what it introduced. */
function lookup(range: string, locales: readonly string[]): string | undefined {
  if (range.length > longestRange || !languageRange.test(range)) return undefined;
  for (let rest = range.toLowerCase(); rest !== ''; rest = rest.replace(/(^|-)[a-z0-9]+$/, '').replace(/-[a-z0-9]$/, '')) {
    const found = locales.find((locale) => locale.toLowerCase() === rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The first of what the request, then the browser, prefers that is among `locales`; else the first of `locales`.
 * `uiLocales` is space-separated, `acceptLanguage` a header's value. Nothing a client or browser sends is an error.
 */
export function negotiate(uiLocales: string | undefined, acceptLanguage: string | undefined, locales: readonly string[]): string {
  for (const range of [...(uiLocales ?? '').split(' ', longest), ...accepted(acceptLanguage ?? '')]) {
    const found = lookup(range, locales);
    if (found !== undefined) return found;
  }
  return locales[0] ?? 'en';
}
