/**
 * Passwords as a credential: argon2id (RFC 9106) in PHC string format, with the parameters OWASP asks for at least; hashes of
 * other systems are verified too and replaced at the first sign-in. Input is normalised (NFKC, NIST SP 800-63B section 5.1.1.2),
 * so that every keyboard gives the same octets, and limited before it costs anything.
 */
import { argon2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { OAuthError } from '@symbolon/provider';
import { parsePasswordHash } from './password-hash.ts';
import { makesHash } from './password-work.ts';

export type PasswordProblem = 'empty' | 'too_long' | 'forbidden_character';

const parameters = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const saltLength = 16;
const tagLength = 32;
/** UTF-8 octets after normalisation. */
const maximum = 1024;
/** UTF-16 code units before it: decomposed letters are longer than what they become. */
const maximumRaw = 4 * maximum;

const argon2Job = promisify(argon2);

/** Why a text cannot be a password here: nothing in it, more than 1024 octets, or NUL or half a surrogate pair in it. */
export function passwordProblem(password: string): PasswordProblem | undefined {
  const prepared = prepare(password);
  return typeof prepared === 'string' ? prepared : undefined;
}

/** Why a text may not become a password: as above, or shorter than 8 characters (NIST SP 800-63B section 5.1.1.2). */
export function newPasswordProblem(password: string): PasswordProblem | 'too_short' | undefined {
  return passwordProblem(password) ?? ([...password.normalize('NFKC')].length < 8 ? 'too_short' : undefined);
}

function prepare(password: string): Buffer | PasswordProblem {
  if (password === '') return 'empty';
  if (password.length > maximumRaw) return 'too_long';
  if (password.includes('\0') || !password.isWellFormed()) return 'forbidden_character';
  const octets = Buffer.from(password.normalize('NFKC'));
  return octets.length > maximum ? 'too_long' : octets;
}

/** Hash of a new password as a PHC string. Throws invalid_request when it has a `passwordProblem`. Costs 10 ms of a core, 19 MiB. */
export async function hashPassword(password: string): Promise<string> {
  const message = prepare(password);
  if (typeof message === 'string') throw new OAuthError('invalid_request', `the password cannot be used: ${message}`);
  const nonce = randomBytes(saltLength);
  return phc(nonce, await argon2Job('argon2id', { ...parameters, message, nonce, tagLength }));
}

function phc(salt: Buffer, tag: Buffer): string {
  const { memory, passes, parallelism } = parameters;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
}

/** PHC strings have no padding. */
function base64(octets: Buffer): string {
  return octets.toString('base64').replace(/=+$/, '');
}

/** What an unknown person's password is compared with: nobody knows a password for it, and it costs what a real one costs. */
const nobody = phc(randomBytes(saltLength), randomBytes(tagLength));

/**
 * Whether the password makes the hash. Without a hash, or with one we cannot read, the same work is done and the answer is no,
 * so that time does not tell who exists. A text that cannot be a password is refused at once, whoever it is for.
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const message = prepare(password);
  if (typeof message === 'string') return false;
  const known = hash === undefined ? undefined : parsePasswordHash(hash);
  const compared = known ?? parsePasswordHash(nobody);
  const same = compared !== undefined && (await makesHash(message, compared));
  return same && known !== undefined;
}

/** Whether a hash is weaker than what we make today, or of another kind, and should be replaced while the password is at hand. */
export function needsRehash(hash: string): boolean {
  const known = parsePasswordHash(hash);
  if (known?.kind !== 'argon2' || known.variant !== 'argon2id') return true;
  return known.memory < parameters.memory || known.passes < parameters.passes || known.tag.length < tagLength;
}

/** Whether an imported hash is of a form we verify, with parameters we are willing to pay for. */
export function isPasswordHash(hash: string): boolean {
  return parsePasswordHash(hash) !== undefined;
}
