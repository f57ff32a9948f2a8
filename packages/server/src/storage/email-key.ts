/**
 * The form under which people are found by e-mail address: every spelling that somebody could take for another one is the same here (Unicode
 * case folding, NFKC, domain in ASCII). Wider than what is the same mailbox, on purpose: finding somebody is a reason to ask, never a proof.
 */
import { domainToASCII } from 'node:url';

const longest = 254;
const forbidden = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Z}]/u;

/** The form of an address; undefined for what is none. */
export function emailKey(email: unknown): string | undefined {
  if (typeof email !== 'string' || email.length > 4 * longest) return undefined;
  const text = fold(fold(email.trim()));
  const at = text.lastIndexOf('@');
  const domain = domainToASCII(text.slice(at + 1));
  if (at < 1 || domain === '' || forbidden.test(text)) return undefined;
  const key = `${text.slice(0, at)}@${domain}`;
  return key.length > longest ? undefined : key;
}

/** Of a person's row: the form of her address, null when she has none. */
export function emailKeyOf(data: string): string | null {
  const { claims } = JSON.parse(data) as { readonly claims?: { readonly email?: unknown } };
  return emailKey(claims?.email) ?? null;
}

/** As for usernames: i with and without a dot, ß and ss, full width and half are one. */
function fold(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('i\u0307', 'i').normalize('NFKC');
}
