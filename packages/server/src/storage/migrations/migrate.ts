/**
 * Brings the schema up to date inside one transaction that the engine runs alone, so that of several processes starting at once one
 * migrates and the others find the work done.
 */
import type { Transaction } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Schema } from '../schema.ts';
import { firstTables } from './0001-first-tables.ts';
import { attempts } from './0002-attempts.ts';
import { audience } from './0003-audience.ts';
import { confirmation } from './0004-confirmation.ts';
import { certificates } from './0005-certificates.ts';
import { broker } from './0006-broker.ts';
import { logouts } from './0007-logouts.ts';
import { keyRotation } from './0009-key-rotation.ts';
import { initialTokens } from './0010-initial-tokens.ts';
import { upstreamSessions } from './0011-upstream-sessions.ts';
import { choices } from './0012-choices.ts';

const migrations: Readonly<Record<string, Migration>> = {
  '0001-first-tables': firstTables,
  '0002-attempts': attempts,
  '0003-audience': audience,
  '0004-confirmation': confirmation,
  '0005-certificates': certificates,
  '0006-broker': broker,
  '0007-logouts': logouts,
  '0009-key-rotation': keyRotation,
  '0010-initial-tokens': initialTokens,
  '0011-upstream-sessions': upstreamSessions,
  '0012-choices': choices,
};

export const migrationNames: readonly string[] = Object.keys(migrations);

/** Answers the names of the migrations it ran; throws the first one's error, and then nothing has changed. */
export async function migrate(transaction: Transaction<Schema>): Promise<readonly string[]> {
  const migrator = new Migrator({ db: transaction, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return (results ?? []).map((result) => result.migrationName);
}
