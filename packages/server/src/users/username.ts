/**
 * One canonical form for all spellings of a username (UAX 15 for NFKC, Unicode 3.13 for folding), so that registration, sign-in
 * and every limit count User, uSER and full-width variants as one. Price: names that differ only in case, width or the dot of an i
 * cannot coexist, and the joiners that a few scripts use inside words cannot be in a username.
 */

export type UsernameProblem = 'empty' | 'too_long' | 'forbidden_character';
export type UsernameKey = { readonly key: string } | { readonly problem: UsernameProblem };

/** UTF-16 code units of the canonical form; the longest e-mail address (RFC 5321 erratum 1690). */
const maximum = 254;
/** Before normalisation, which is not for the length of what an attacker sends. */
const maximumRaw = 4 * maximum;

/** Controls, formats (zero width, directions), lone surrogates, private use, unassigned, what fonts do not draw, line separators. */
const forbidden = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;

/** The canonical form of a username, or why there is none. The same on every machine: no locale takes part. */
export function usernameKey(username: string): UsernameKey {
  if (username.length > maximumRaw) return { problem: 'too_long' };
  if (forbidden.test(username)) return { problem: 'forbidden_character' };
  const key = fold(fold(username)).replace(/\s+/gu, ' ').trim();
  if (key === '') return { problem: 'empty' };
  if (key.length > maximum) return { problem: 'too_long' };
  return { key };
}

/**
 * Upper case first folds what lower case alone leaves apart: ß and ss, ς and σ, ı and i. The dot above that İ leaves behind goes
 * too, so that I, İ, i and ı are one letter whatever keyboard typed it. Called twice, because ẞ and İ take two steps.
 */
function fold(text: string): string {
  const lower = text.normalize('NFKC').toUpperCase().toLowerCase();
  return lower.replaceAll('i\u0307', 'i').normalize('NFKC');
}
