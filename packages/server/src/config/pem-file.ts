/** Files with PEM text that the configuration names: certificates and their keys. Read once, before anything is served. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { codeOf } from './secret-file.ts';

const maxBytes = 1_048_576;

/** The text of a file, its path relative to the configuration file; or why there is none. */
export function pemFile(path: string, baseDirectory: string): { readonly text: string } | { readonly message: string } {
  try {
    const whole = resolve(baseDirectory, path);
    const { size } = statSync(whole);
    return size > maxBytes ? { message: 'names a file of more than 1 MiB' } : { text: readFileSync(whole, 'utf8') };
  } catch (error) {
    return { message: `names a file that cannot be read (${codeOf(error)})` };
  }
}

/** Each certificate of a text, as PEM, without what stands around it. */
export function certificatesIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
}
