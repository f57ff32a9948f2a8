/**
 * LISTEN on a connection of its own, made again when it breaks. What happened while there was none is unknown, so after every
 * connecting all tenants are reported as changed.
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

export function postgresWatch(url: string): PostgresWatch {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let delay = firstDelay;

  const again = (broken: pg.Client) => {
    if (client !== broken) return;
    client = undefined;
    timer = setTimeout(connect, delay).unref();
    delay = Math.min(delay * 2, longestDelay);
    broken.end().catch(() => {});
  };
  const connect = () => {
    const fresh = new pg.Client({ connectionString: url, keepAlive: true });
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
