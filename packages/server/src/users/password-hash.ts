/**
 * Stored password hashes as we and others write them: PHC strings (argon2, scrypt, pbkdf2), bcrypt's and passlib's modular form,
 * Django's form. What is read here may come from an import file, so every parameter is bounded: no hash costs more than
 * about a second or 256 MiB, and none is so short that a guess could match it.
 */
import type { Argon2Algorithm } from 'node:crypto';

export type PasswordHash =
  | {
      readonly kind: 'argon2';
      readonly variant: Argon2Algorithm;
      /** KiB. */
      readonly memory: number;
      readonly passes: number;
      readonly parallelism: number;
      readonly salt: Buffer;
      readonly tag: Buffer;
    }
  | { readonly kind: 'bcrypt'; readonly text: string }
  | { readonly kind: 'scrypt'; readonly N: number; readonly r: number; readonly p: number; readonly salt: Buffer; readonly tag: Buffer }
  | {
      readonly kind: 'pbkdf2';
      readonly digest: 'sha1' | 'sha256' | 'sha512';
      readonly iterations: number;
      readonly salt: Buffer;
      readonly tag: Buffer;
    };

const mebibyte = 1024 * 1024;
const maximumText = 512;
const maximumMemory = 256 * mebibyte;
/** Octets filled over all passes or lanes: what costs the time. */
const maximumWork = 1024 * mebibyte;
const maximumIterations = 2_000_000;
const maximumLanes = 16;
const maximumBcryptCost = 14;
const shortestTag = 16;
const longestTag = 64;

const argon2Form = /^\$(argon2id|argon2i|argon2d)\$v=19\$m=(\d{1,8}),t=(\d{1,8}),p=(\d{1,4})\$([^$]+)\$([^$]+)$/;
const bcryptForm = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const scryptForm = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})\$([^$]+)\$([^$]+)$/;
const pbkdf2Form = /^\$pbkdf2(-sha1|-sha256|-sha512)?\$(?:i=)?(\d{1,9})(?:,l=\d{1,3})?\$([^$]+)\$([^$]+)$/;
const djangoForm = /^pbkdf2_(sha1|sha256|sha512)\$(\d{1,9})\$([^$]+)\$([^$]+)$/;

/** The hash that a text spells, or undefined when its form is unknown or its parameters are out of bounds. Never throws. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  if (text.length > maximumText) return undefined;
  return argon2(text) ?? bcrypt(text) ?? scrypt(text) ?? pbkdf2(text) ?? django(text);
}

function argon2(text: string): PasswordHash | undefined {
  const [, variant, m = '', t = '', p = '', salt = '', tag = ''] = argon2Form.exec(text) ?? [];
  if (variant === undefined) return undefined;
  const [memory, passes, parallelism] = [Number(m), Number(t), Number(p)];
  if (passes < 1 || parallelism < 1 || parallelism > maximumLanes || memory < 8 * parallelism) return undefined;
  if (memory * 1024 > maximumMemory || memory * 1024 * passes > maximumWork) return undefined;
  const parts = { salt: base64(salt), tag: base64(tag) };
  if (parts.salt.length < 8 || !sound(parts)) return undefined;
  return { kind: 'argon2', variant: variant as Argon2Algorithm, memory, passes, parallelism, ...parts };
}

function bcrypt(text: string): PasswordHash | undefined {
  const cost = Number(bcryptForm.exec(text)?.[1]);
  return cost >= 4 && cost <= maximumBcryptCost ? { kind: 'bcrypt', text } : undefined;
}

function scrypt(text: string): PasswordHash | undefined {
  const [, ln = '', blocks = '', lanes = '', salt = '', tag = ''] = scryptForm.exec(text) ?? [];
  const [N, r, p] = [2 ** Number(ln), Number(blocks), Number(lanes)];
  if (N < 2 || r < 1 || p < 1 || p > maximumLanes || 128 * N * r > maximumMemory || 128 * N * r * p > maximumWork) return undefined;
  const parts = { salt: base64(salt), tag: base64(tag) };
  return sound(parts) ? { kind: 'scrypt', N, r, p, ...parts } : undefined;
}

function pbkdf2(text: string): PasswordHash | undefined {
  const [, digest = '-sha1', iterations = '', salt = '', tag = ''] = pbkdf2Form.exec(text) ?? [];
  return iterated(digest.slice(1), iterations, { salt: base64(salt), tag: base64(tag) });
}

/** Django's salt is the text itself, not base64. */
function django(text: string): PasswordHash | undefined {
  const [, digest = '', iterations = '', salt = '', tag = ''] = djangoForm.exec(text) ?? [];
  return iterated(digest, iterations, { salt: Buffer.from(salt), tag: base64(tag) });
}

type Parts = { readonly salt: Buffer; readonly tag: Buffer };

function iterated(digest: string, count: string, parts: Parts): PasswordHash | undefined {
  const iterations = Number(count);
  if (iterations < 1 || iterations > maximumIterations || !sound(parts)) return undefined;
  return { kind: 'pbkdf2', digest: digest as 'sha1' | 'sha256' | 'sha512', iterations, ...parts };
}

function sound({ salt, tag }: Parts): boolean {
  return salt.length > 0 && tag.length >= shortestTag && tag.length <= longestTag;
}

/** Base64 with or without padding, also passlib's spelling with a dot for the plus; empty when it is anything else. */
function base64(text: string): Buffer {
  return /^[A-Za-z0-9+/.]+={0,2}$/.test(text) ? Buffer.from(text.replaceAll('.', '+'), 'base64') : Buffer.alloc(0);
}
