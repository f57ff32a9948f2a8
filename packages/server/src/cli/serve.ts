/** Runs a server until it is told to stop. */
import { start } from '../compose.ts';
import type { Config } from '../config/config.ts';
import { createLogger } from '../logger.ts';
import { reasonOf } from './failure.ts';

/**
 * Starts, and stops gracefully on SIGINT and SIGTERM: no new connections, requests under way are finished, commits are flushed. `logLevel`
 * is pino's. Throws what a person at a terminal should read when the server does not start.
 */
export async function serve(config: Config, logLevel: string, ready: (url: string) => void): Promise<void> {
  const { server, logger } = await started(config, logLevel);
  const stop = async (signal: string) => {
    logger.info({ signal }, 'stopping');
    try {
      await server.close();
      process.exit(0);
    } catch (error) {
      logger.error({ err: error }, 'stopping failed');
      process.exit(1);
    }
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  ready(server.url);
}

async function started(config: Config, logLevel: string) {
  try {
    const logger = createLogger(logLevel);
    return { server: await start(config, logger), logger };
  } catch (error) {
    throw new Error(startFailure(error, config.server.listen), { cause: error });
  }
}

function startFailure(error: unknown, listen: Config['server']['listen']): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return `something already listens on ${listen.host}:${listen.port}; stop it, or choose another port`;
  return `the server did not start: ${reasonOf(error)}`;
}
