/** Runs a server until it is told to stop. */
import { start } from '../compose.ts';
import type { Config } from '../config/config.ts';
import { createLogger } from '../logger.ts';

/** Starts, and stops gracefully on SIGINT and SIGTERM: no new connections, requests under way are finished, commits are flushed. */
export async function serve(config: Config, ready: (url: string) => void): Promise<void> {
  const logger = createLogger(process.env.SYMBOLON_LOG_LEVEL ?? 'info');
  const server = await start(config, logger);
  const stop = async (signal: string) => {
    logger.info({ signal }, 'stopping');
    await server.close();
    process.exit(0);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  ready(server.url);
}

/** What a person at a terminal should read when a server does not start. */
export function startFailure(error: unknown, listen: { readonly host: string; readonly port: number }): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return `something already listens on ${listen.host}:${listen.port}; stop it, or choose another port`;
  return `the server did not start: ${error instanceof Error ? error.message : String(error)}`;
}
