/** What all targets have in common: a database of their own, a process of their own, and the CPU time of both. */
import { startEmbedded } from '../../test/support/embedded-postgres.ts';
import { freePort, type ServerOptions, startServer } from '../../test/support/process.ts';
import { familyCpu, processCpu } from '../cpu.ts';
import type { RunningTarget, StoreKind } from '../target.ts';

export type Place = { readonly port: number; readonly issuer: string; readonly database: string };

/** Starts a target on a free port. Throws, leaving nothing running, when it does not get ready. */
export async function startTarget(name: string, store: StoreKind, options: (place: Place) => ServerOptions): Promise<RunningTarget> {
  // As durable as it is out of the box, and one for each target, so that its CPU time can be told apart.
  const cluster = store === 'postgres' ? await startEmbedded({ durable: true }) : undefined;
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  try {
    const server = await startServer({ url: issuer, ...options({ port, issuer, database: cluster?.url ?? 'sqlite:./bench.db' }) });
    return {
      name,
      issuer,
      cpu: () => processCpu(server.pid) + (cluster ? familyCpu(cluster.pid) : 0),
      stop: async () => {
        await server.kill('SIGTERM');
        await cluster?.stop();
      },
    };
  } catch (error) {
    await cluster?.stop();
    throw error;
  }
}
