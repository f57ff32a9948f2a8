/**
 * LISTEN on a connection of its own, made again when it breaks. It may also be dead without a word (a firewall forgot it, a machine
 * vanished), and then it would be silent as when nothing happens: so it is asked now and then. What happened while there was none is
 * unknown: all tenants are reported as changed when a connection is found dead, at every failure to make another, and after connecting. So
 * nobody believes a copy much longer than `every` and `patience`, or `longestDelay` and `patience`, whether or not there is a way to the database.
 */
import pg from 'pg';
import { watchers } from './watchers.ts';

const firstDelay = 100;
const longestDelay = 5_000;

export type PostgresWatch = {
  readonly add: (changed: (tenant: string | undefined) => void) => () => void;
  readonly tell: (tenant: string) => void;
  readonly stop: () => Promise<void>;
};

/** Milliseconds between two questions, and how long one may wait for its answer, as connecting may. */
export type Pulse = { readonly every: number; readonly patience: number };

const usual: Pulse = { every: 15_000, patience: 5_000 };

export function postgresWatch(url: string, { every, patience }: Pulse = usual): PostgresWatch {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let delay = firstDelay;

  const again = (broken: pg.Client) => {
    if (client !== broken) return;
    client = undefined;
    clearTimeout(timer);
    timer = setTimeout(connect, delay).unref();
    delay = Math.min(delay * 2, longestDelay);
    broken.end().catch(() => {});
    all.tell(undefined);
  };
  const connect = () => {
    const fresh = new pg.Client({
      connectionString: url,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: patience,
      query_timeout: patience,
    });
    client = fresh;
    fresh.on('error', () => again(fresh));
    fresh.on('end', () => again(fresh));
    fresh.on('notification', ({ payload }) => all.tell(payload));
    listen(fresh).catch(() => again(fresh));
  };
  const listen = async (fresh: pg.Client) => {
    await fresh.connect();
    await fresh.query('listen symbolon');
    delay = firstDelay;
    all.tell(undefined);
    askLater(fresh);
  };
  const askLater = (open: pg.Client) => {
    if (client !== open) return;
    timer = setTimeout(() => {
      open.query('select 1').then(
        () => askLater(open),
        () => again(open),
      );
    }, every).unref();
  };
  const stop = async () => {
    clearTimeout(timer);
    const open = client;
    client = undefined;
    await open?.end().catch(() => {});
  };
  const all = watchers(connect, stop);
  return { add: all.add, tell: all.tell, stop };
}
