/**
 * The storage of the product: one set of verbs, written once with Kysely, over SQLite or PostgreSQL (ports: `../store.ts` and the
 * provider's). The folder has a file for each interface, `engine.ts` for what they need of a database, and two engines.
 */
import { sql } from 'kysely';
import type { Storage, TenantStore } from '../store.ts';
import { applied } from './applied.ts';
import { attempts } from './attempts.ts';
import { certificates } from './certificates.ts';
import { clients } from './clients.ts';
import { consents } from './consents.ts';
import type { Engine } from './engine.ts';
import { grants } from './grants.ts';
import { identities } from './identities.ts';
import { initialTokens } from './initial-tokens.ts';
import { keys } from './keys.ts';
import { logouts } from './logouts.ts';
import { migrate } from './migrations/migrate.ts';
import { statement } from './prepare.ts';
import { replay } from './replay.ts';
import { requests } from './requests.ts';
import { sessions } from './sessions.ts';
import { sweeper } from './sweep.ts';
import { tokens } from './tokens.ts';
import { users } from './users.ts';
import { waits } from './waits.ts';

/** `sqlite:FILE`, `sqlite::memory:` or `postgres://...`. Throws on any other URL, and what the database says when it cannot be opened. */
export async function openStorage(url: string): Promise<Storage> {
  return storageOver(await openEngine(url));
}

/** The driver of the other engine is never loaded: it would cost every start 50 ms. */
async function openEngine(url: string): Promise<Engine> {
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length)
    return (await import('./sqlite.ts')).openSqlite(url.slice('sqlite:'.length));
  if (/^postgres(ql)?:\/\//.test(url)) return (await import('./postgres.ts')).openPostgres(url);
  throw new Error('a database is sqlite:FILE, sqlite::memory: or postgres://...');
}

/** For tests that look over an engine's shoulder. */
export function storageOver(engine: Engine): Storage {
  const tenant = tenantStores(engine);
  const alive = statement<object>('ready')(() => ({ compile: () => sql`select 1`.compile(engine.kysely) }));
  return {
    tenant,
    migrate: () => engine.exclusive(migrate),
    ready: async () => {
      await engine.read(alive, {});
    },
    sweep: sweeper(engine),
    watch: engine.watch,
    look: engine.look,
    close: engine.close,
  };
}

/** Statements are declared once for all tenants; a tenant's store is closures over its id. */
function tenantStores(engine: Engine): (id: string) => TenantStore {
  const of = {
    clients: clients(engine),
    requests: requests(engine),
    grants: grants(engine),
    tokens: tokens(engine),
    sessions: sessions(engine),
    consents: consents(engine),
    replay: replay(engine),
    initialTokens: initialTokens(engine),
    users: users(engine),
    keys: keys(engine),
    applied: applied(engine),
    attempts: attempts(engine),
    identities: identities(engine),
    waits: waits(engine),
    logouts: logouts(engine),
    certificates: certificates(engine),
  };
  return (id) => ({
    clients: of.clients(id),
    requests: of.requests(id),
    grants: of.grants(id),
    tokens: of.tokens(id),
    sessions: of.sessions(id),
    consents: of.consents(id),
    replay: of.replay(id),
    initialTokens: of.initialTokens(id),
    users: of.users(id),
    keys: of.keys(id),
    applied: of.applied(id),
    attempts: of.attempts(id),
    identities: of.identities(id),
    waits: of.waits(id),
    logouts: of.logouts(id),
    certificates: of.certificates(id),
  });
}
