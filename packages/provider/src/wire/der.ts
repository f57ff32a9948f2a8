/**
 * Reading DER (ITU-T X.690), as far as certificates and certificate requests need it: definite lengths only, and nothing beyond the end. Node
 * reads certificates, but tells their names as text that can be read in two ways, and no certificate requests at all.
 */

export type DerValue = {
  /** The identifier octet, such as 0x30 for a SEQUENCE. */
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length, as it was signed. */
  readonly whole: Buffer;
};

export const derTag = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, sequence: 0x30, set: 0x31 } as const;

/** The one value that these octets are. Throws a TypeError when they are not, or something follows. */
export function readDer(octets: Buffer): DerValue {
  const value = valueAt(octets, 0);
  if (value.whole.length !== octets.length) throw new TypeError('something follows the value');
  return value;
}

/** The values inside a constructed value. Throws a TypeError when it is not constructed, or they do not fill it. */
export function derParts({ tag, content }: DerValue): readonly DerValue[] {
  if ((tag & 0x20) === 0) throw new TypeError('a value that should have parts has none');
  const parts: DerValue[] = [];
  for (let at = 0; at < content.length; ) {
    const part = valueAt(content, at);
    parts.push(part);
    at += part.whole.length;
  }
  return parts;
}

/** The value, if it has this tag. Throws a TypeError else, also where there is none. */
export function derExpect(value: DerValue | undefined, tag: number): DerValue {
  if (value?.tag !== tag) throw new TypeError(`expected the tag ${tag}, found ${value?.tag ?? 'nothing'}`);
  return value;
}

/** An OBJECT IDENTIFIER in dotted decimals. */
export function derOid(value: DerValue | undefined): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of derExpect(value, derTag.oid).content) {
    if (arc > 2 ** 40) throw new TypeError('an object identifier is too large');
    arc = arc * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}

function valueAt(octets: Buffer, at: number): DerValue {
  const tag = octets[at];
  const first = octets[at + 1];
  if (tag === undefined || first === undefined) throw new TypeError('the data ends inside a value');
  if ((tag & 0x1f) === 0x1f) throw new TypeError('a tag is of a form that certificates do not have');
  const { start, length } = first < 0x80 ? { start: at + 2, length: first } : longLength(octets, at + 2, first & 0x7f);
  if (start + length > octets.length) throw new TypeError('the data ends inside a value');
  return { tag, content: octets.subarray(start, start + length), whole: octets.subarray(at, start + length) };
}

function longLength(octets: Buffer, at: number, count: number): { readonly start: number; readonly length: number } {
  if (count === 0 || count > 3 || at + count > octets.length) throw new TypeError('a length is not DER');
  const length = octets.readUIntBE(at, count);
  if (length < 0x80 || octets[at] === 0) throw new TypeError('a length is not in its shortest form');
  return { start: at + count, length };
}
