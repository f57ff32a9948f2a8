/** The work behind a password hash: whether these octets make this hash. None of it runs on the event loop. */
import { argon2, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { PasswordHash } from './password-hash.ts';

const argon2Job = promisify(argon2);
const pbkdf2Job = promisify(pbkdf2);

/** Whether the octets make the hash; compared in constant time. */
export async function makesHash(message: Buffer, hash: PasswordHash): Promise<boolean> {
  if (hash.kind === 'bcrypt') return bcryptInWorker(message.toString('utf8'), hash.text);
  const tag = await derive(message, hash);
  return timingSafeEqual(tag, hash.tag);
}

function derive(message: Buffer, hash: Exclude<PasswordHash, { kind: 'bcrypt' }>): Promise<Buffer> {
  const tagLength = hash.tag.length;
  if (hash.kind === 'pbkdf2') return pbkdf2Job(message, hash.salt, hash.iterations, tagLength, hash.digest);
  if (hash.kind === 'scrypt') return scryptJob(message, hash);
  const { memory, passes, parallelism, salt: nonce } = hash;
  return argon2Job(hash.variant, { message, nonce, memory, passes, parallelism, tagLength });
}

/** By hand, because promisify takes the overload without options. `maxmem` is what the algorithm needs; the parser has bounded it. */
function scryptJob(message: Buffer, { N, r, p, salt, tag }: Extract<PasswordHash, { kind: 'scrypt' }>): Promise<Buffer> {
  const options = { N, r, p, maxmem: 128 * r * (N + p + 2) };
  return new Promise((resolve, reject) => {
    scrypt(message, salt, tag.length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/**
 * bcrypt is JavaScript and would hold the event loop for a tenth of a second and more, so it gets a thread of its own: 30 ms on
 * top, once for each imported person, because her hash is replaced at the first sign-in.
 */
function bcryptInWorker(password: string, hash: string): Promise<boolean> {
  const here = import.meta.url;
  const file = new URL(`./bcrypt-worker${here.slice(here.lastIndexOf('.'))}`, here);
  const worker = new Worker(file, { workerData: { password, hash }, execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once('message', (same) => resolve(same === true));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the bcrypt thread ended without an answer')));
  });
}
