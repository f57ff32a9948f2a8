/**
 * The installation's master key, which seals every key in the database: given (server.masterKey or SYMBOLON_MASTER_KEY), or made
 * at the first start in a file beside the SQLite database. A copy of the database alone opens nothing; a backup needs both.
 */
import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { type FileHandle, link, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

export type MasterKeySource = {
  /** 32 octets in base64, base64url or hex: what the configuration says, else the environment variable. */
  readonly configured: string | undefined;
  /** `sqlite:PATH` with the path resolved, `sqlite::memory:`, or a URL of PostgreSQL. */
  readonly database: string;
};

const keyLength = 32;
const howToMake = 'make one with: openssl rand -base64 32';

/**
 * The master key. Throws with the remedy in the message when the given one is malformed, the file cannot be made, is damaged or
 * can be read by others, or when a database on another machine leaves no place for a file.
 */
export async function loadMasterKey({ configured, database }: MasterKeySource): Promise<KeyObject> {
  if (configured !== undefined && configured !== '') return given(configured.trim());
  if (database === 'sqlite::memory:') return createSecretKey(randomBytes(keyLength));
  if (database.startsWith('sqlite:')) return fromFile(`${database.slice('sqlite:'.length)}.key`);
  throw new Error(`no master key: set server.masterKey or SYMBOLON_MASTER_KEY, the same for every process on this database; ${howToMake}`);
}

/** No passphrases: they invite words, and a mistyped key would be taken for one. */
function given(text: string): KeyObject {
  const key = decode(text);
  if (key) return createSecretKey(key);
  throw new Error(`server.masterKey (or SYMBOLON_MASTER_KEY) is not ${keyLength} octets in base64 or hex; ${howToMake}`);
}

/** Whether a text is a master key as `loadMasterKey` takes it, for who checks a configuration. */
export function isMasterKey(text: string): boolean {
  return decode(text.trim()) !== undefined;
}

function decode(text: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64url') : undefined;
}

async function fromFile(path: string): Promise<KeyObject> {
  return (await read(path)) ?? (await create(path)) ?? damaged(path);
}

async function read(path: string): Promise<KeyObject | undefined> {
  await using file = await openIfThere(path);
  if (!file) return undefined;
  const { mode } = await file.stat();
  const exposed = process.platform !== 'win32' && (mode & 0o077) !== 0;
  if (exposed) throw new Error(`the master key ${path} can be read by others than its owner: chmod 600 ${path}`);
  const key = decode((await file.readFile('utf8')).trim());
  return key ? createSecretKey(key) : damaged(path);
}

function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new Error(`cannot read the master key ${path} (${cause.code}): let the server's user own it, or set server.masterKey`, { cause });
  });
}

function damaged(path: string): never {
  throw new Error(`the master key ${path} is damaged: restore it from a backup; without it the keys in the database cannot be opened`);
}

/**
 * Written whole under another name, flushed, then linked: the name appears with its content or not at all, and of two processes
 * starting at once one links and both read the same.
 */
async function create(path: string): Promise<KeyObject | undefined> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await write(draft, `${randomBytes(keyLength).toString('base64url')}\n`);
    await link(draft, path)
      .catch(unlessTaken)
      .finally(() => unlink(draft));
    await flushFolder(path);
  } catch (cause) {
    throw new Error(`cannot make the master key ${path}: make its folder writable, or set server.masterKey`, { cause });
  }
  return read(path);
}

async function write(path: string, content: string): Promise<void> {
  await using file: FileHandle = await open(path, 'wx', 0o600);
  await file.writeFile(content);
  await file.sync();
}

function unlessTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/** So that the name survives a power cut as surely as the content; Windows has no such call. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using folder: FileHandle = await open(dirname(path), 'r');
  await folder.sync();
}
