/** A real PostgreSQL for tests: one that is started for them, or the one that SYMBOLON_TEST_POSTGRES names. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbedded } from './embedded-postgres.ts';

export type TestPostgres = Pick<EmbeddedPostgres, 'url' | 'stop'>;

/** Undefined, after saying why, where no PostgreSQL can be started. */
export async function startPostgres(): Promise<TestPostgres | undefined> {
  const given = process.env.SYMBOLON_TEST_POSTGRES;
  if (given !== undefined && given !== '') return { url: given, stop: async () => {} };
  try {
    return await startEmbedded({ durable: false });
  } catch (error) {
    console.warn('PostgreSQL did not start; its tests are skipped. Name a server in SYMBOLON_TEST_POSTGRES to run them.', error);
    return undefined;
  }
}

/** A database of its own for a test file, on the server at `url`; `drop` throws whoever is still connected out. */
export async function createDatabase(url: string): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const name = `symbolon_${randomBytes(6).toString('hex')}`;
  await execute(url, `create database ${name} template template0`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => execute(url, `drop database if exists ${name} with (force)`) };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
