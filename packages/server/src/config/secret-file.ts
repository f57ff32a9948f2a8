/** Secrets that stand in files of their own, as container platforms hand them over: `file:PATH`, relative to the configuration file. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Path } from './finding.ts';

const secretKeys = new Set(['client_secret', 'password', 'passwordHash', 'masterKey', 'database']);
const maxBytes = 65536;

/** Whether the value at this path is a secret. A claim of a person never is, whatever its name. */
export function isSecretPath(path: Path): boolean {
  const key = path.at(-1);
  return typeof key === 'string' && secretKeys.has(key) && !path.slice(0, -1).includes('claims');
}

/**
 * The trimmed content of the file, or why there is none. The path is not repeated: a password may happen to start with `file:`.
 * Read synchronously, because it happens once, before anything is served.
 */
export function secretFromFile(
  reference: string,
  baseDirectory: string,
): { readonly text: string } | { readonly message: string; readonly fix: string } {
  try {
    const path = resolve(baseDirectory, reference.slice('file:'.length));
    const { size, isFile } = factsOf(path);
    if (!isFile || size > maxBytes)
      return { message: 'what file: names is not a file of at most 64 KiB', fix: 'name a file with nothing but the secret in it' };
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? { message: 'the file that file: names is empty', fix: 'write the secret into it' } : { text };
  } catch (error) {
    return {
      message: `the file that file: names cannot be read (${codeOf(error)})`,
      fix: 'check the path, which is relative to the configuration file, and who may read it',
    };
  }
}

function factsOf(path: string): { readonly size: number; readonly isFile: boolean } {
  const facts = statSync(path);
  return { size: facts.size, isFile: facts.isFile() };
}

/** The system's short name of a failure, such as ENOENT. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown reason';
}
