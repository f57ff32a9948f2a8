/** Writing DER (ITU-T X.690), as far as a certificate needs it. */
import { derTag } from '@symbolon/provider';

/** A value with this tag over these contents, one after the other. */
export function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return der(derTag.sequence, ...parts);
}

/** A number that is not negative, from its octets. */
export function integer(octets: Buffer): Buffer {
  const first = octets.findIndex((octet) => octet !== 0);
  const shortest = first === -1 ? Buffer.from([0]) : octets.subarray(first);
  return der(derTag.integer, (shortest[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), shortest]) : shortest);
}

/** An OBJECT IDENTIFIER from dotted decimals. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(derTag.oid, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** Octets, all of their bits used. */
export function bits(octets: Buffer): Buffer {
  return der(derTag.bits, Buffer.from([0]), octets);
}

export function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text));
}

/** A moment in epoch seconds, as RFC 5280 section 4.1.2.5 wants it: two digits for the year before 2050, four from then on. */
export function time(seconds: number): Buffer {
  const digits = new Date(seconds * 1000).toISOString().replace(/\D/g, '').slice(0, 14);
  return digits < '2050' ? der(0x17, Buffer.from(`${digits.slice(2)}Z`)) : der(0x18, Buffer.from(`${digits}Z`));
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets = Buffer.from(length.toString(16).padStart(length > 0xff ? (length > 0xffff ? 6 : 4) : 2, '0'), 'hex');
  return [0x80 + octets.length, ...octets];
}

function base128(arc: number): readonly number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift((rest % 128) + 128);
  return octets;
}
