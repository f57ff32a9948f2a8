/** The handlers as middleware for Express 4 and 5, and for whatever else calls `(request, response, next)`. */
import type { ServerResponse } from 'node:http';
import type { Handlers } from './handlers.ts';
import { type NodeRequest, nodeHandler } from './node.ts';

/** Use it at the root (`app.use(expressMiddleware(...))`), before or after a parser of forms. */
export function expressMiddleware(
  handlers: Handlers,
): (request: NodeRequest, response: ServerResponse, next: (error?: unknown) => void) => void {
  const handle = nodeHandler(handlers);
  return (request, response, next) => {
    handle(request, response).then(
      (handled) => (handled ? undefined : next()),
      (error: unknown) => next(error),
    );
  };
}
