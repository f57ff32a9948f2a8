/**
 * Distinguished names: as text (RFC 4514) and as they stand in a certificate, each brought into one form that is compared letter by letter
 * (RFC 8705 section 2.1.2). Letter case and blanks inside a value count: a CA that tells two names apart by them must be able to.
 */
import { type DerValue, derExpect, derOid, derParts, derTag } from './der.ts';

/** RFC 4514 section 3, RFC 4519, and what certificates of companies and payment services have besides. */
const types: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  TITLE: '2.5.4.12',
  BUSINESSCATEGORY: '2.5.4.15',
  POSTALCODE: '2.5.4.17',
  GIVENNAME: '2.5.4.42',
  DNQUALIFIER: '2.5.4.46',
  ORGANIZATIONIDENTIFIER: '2.5.4.97',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  JURISDICTIONC: '1.3.6.1.4.1.311.60.2.1.3',
};

/** The one form of a name that is written as RFC 4514 has it, such as `CN=shop,O=Example`; undefined when it is not. */
export function distinguishedName(text: string): string | undefined {
  const written = split(text, ',').map((rdn) => split(rdn, '+').map(attribute));
  if (written.some((rdn) => rdn.includes(undefined))) return undefined;
  return oneForm(written.map((rdn) => rdn.filter((pair) => pair !== undefined)));
}

/** The one form of a Name (RFC 5280 section 4.1.2.4). RFC 4514 section 2.1: the last comes first. Throws a TypeError when it is none. */
export function nameOfDer(name: DerValue): string {
  const rdns = derParts(derExpect(name, derTag.sequence)).map((set) => derParts(derExpect(set, derTag.set)).map(attributeOfDer));
  return oneForm(rdns.toReversed());
}

/** A value with every character escaped that RFC 4514 section 2.4 gives a meaning. */
export function escapedValue(value: string): string {
  return value.replace(/[",+;<>\\=]|^[ #]| $/g, (character) => `\\${character}`);
}

type Attribute = { readonly type: string; readonly value: string };

function oneForm(rdns: readonly (readonly Attribute[])[]): string {
  return rdns
    .map((rdn) =>
      rdn
        .map(({ type, value }) => `${type}=${escapedValue(value)}`)
        .sort()
        .join('+'),
    )
    .join(',');
}

/** At a separator that no backslash and no quotation mark takes its meaning from. */
function split(text: string, separator: string): readonly string[] {
  const parts = [''];
  let quoted = false;
  for (const [token] of text.matchAll(/\\.|./gsu)) {
    if (token === '"') quoted = !quoted;
    if (token === separator && !quoted) parts.push('');
    else parts.push(`${parts.pop()}${token}`);
  }
  return parts;
}

/** Around the parts only U+0020 may stand; any other blank belongs to the value, as it does in a certificate. */
function attribute(text: string): Attribute | undefined {
  const [, name = '', written = ''] = /^ *([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+) *= *(.*)$/su.exec(text) ?? [];
  const type = /^\d/.test(name) ? name : types[name.toUpperCase()];
  // A blank at the end belongs to the value only where a backslash is before it.
  const value = written.startsWith('#') ? valueOfHex(written.trim()) : unescaped(written.replace(/(?<!\\) +$/, ''));
  return type === undefined || value === undefined || value === '' ? undefined : { type, value };
}

/** RFC 4514 section 2.4: hexadecimal pairs are octets of UTF-8. Undefined for a character that should have been escaped. */
function unescaped(text: string): string | undefined {
  const body = /^"(.*)"$/su.exec(text)?.[1] ?? text;
  if (body === text && /(?<!\\)(?:\\\\)*["+,;<>]/.test(text)) return undefined;
  const octets = [...body.matchAll(/\\([0-9a-fA-F]{2})|\\(.)|([^\\])|(\\)/gsu)].map(([, pair, escaped, plain, stray]) => {
    if (stray !== undefined) return undefined;
    return pair === undefined ? Buffer.from(escaped ?? plain ?? '') : Buffer.from(pair, 'hex');
  });
  return octets.includes(undefined) ? undefined : utf8(Buffer.concat(octets.filter((one) => one !== undefined)));
}

function valueOfHex(text: string): string | undefined {
  return /^#(?:[0-9a-fA-F]{2})+$/.test(text) ? text.toLowerCase() : undefined;
}

function attributeOfDer(pair: DerValue): Attribute {
  const [type, value, ...more] = derParts(derExpect(pair, derTag.sequence));
  if (value === undefined || more.length > 0) throw new TypeError('an attribute is not a type and a value');
  return { type: derOid(type), value: textOfDer(value) };
}

/** DirectoryString (RFC 5280 appendix A.1) and IA5String; anything else as RFC 4514 section 2.4 has it, in hexadecimal. */
function textOfDer(value: DerValue): string {
  const { tag, content } = value;
  // PrintableString, IA5String, UTF8String
  const text = [0x13, 0x16, 0x0c].includes(tag) ? utf8(content) : tag === 0x1e ? utf16(content) : undefined;
  return text ?? `#${value.whole.toString('hex')}`;
}

function utf8(octets: Buffer): string | undefined {
  const text = octets.toString('utf8');
  return Buffer.from(text).equals(octets) ? text : undefined;
}

function utf16(octets: Buffer): string | undefined {
  return octets.length % 2 === 0 ? Buffer.from(octets).swap16().toString('utf16le') : undefined;
}
