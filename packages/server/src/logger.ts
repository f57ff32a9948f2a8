/** Structured logs. No query, no header and no body is ever logged: that is where the secrets are. */
import type { FastifyBaseLogger } from 'fastify';
import { pino } from 'pino';

export function createLogger(level: string): FastifyBaseLogger {
  return pino({
    level,
    base: null,
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { req: (request: { method?: string; id?: string }) => ({ method: request.method, id: request.id }) },
  });
}
