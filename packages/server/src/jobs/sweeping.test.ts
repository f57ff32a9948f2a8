import { afterEach, expect, it, vi } from 'vitest';
import { createLogger } from '../logger.ts';
import { openStorage } from '../storage/open-storage.ts';
import { startSweeping } from './sweeping.ts';

afterEach(() => vi.useRealTimers());

it('sweeps by the clock it is given', async () => {
  const storage = await openStorage('sqlite::memory:');
  await storage.migrate();
  const late = 4_000_000_000;
  await storage.tenant('main').replay.once('test', 'key', late - 1, 1);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const stop = startSweeping(storage, createLogger('silent'), () => late);
  await vi.advanceTimersByTimeAsync(30_000);
  await stop();
  expect(await storage.sweep(late, 500), 'nothing is left to sweep').toBe(0);
  await storage.close();
});
