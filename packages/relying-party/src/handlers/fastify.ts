/** The handlers as a plugin for Fastify 5. */
import type { IncomingMessage } from 'node:http';
import type { Handlers } from './handlers.ts';
import { formOf, requestOf } from './node.ts';

/** As much of Fastify as the plugin touches, so that the kit does not depend on it. */
type App = {
  readonly hasContentTypeParser: (type: string) => boolean;
  readonly addContentTypeParser: (
    type: string,
    options: { parseAs: 'string'; bodyLimit: number },
    parser: (request: unknown, body: string, done: (error: null, body: string) => void) => void,
  ) => unknown;
  readonly route: (route: {
    method: ['GET', 'POST'];
    url: string;
    handler: (request: { readonly raw: IncomingMessage; readonly body: unknown }, reply: Reply) => Promise<unknown>;
  }) => unknown;
};

type Reply = {
  readonly status: (status: number) => unknown;
  readonly header: (name: string, value: string) => unknown;
  readonly send: (body: Buffer) => unknown;
};

const form = 'application/x-www-form-urlencoded';

/** `app.register(fastifyPlugin(...))`, without a prefix. A parser of forms that the application has is used. */
export function fastifyPlugin({ paths, handle }: Handlers): (app: App) => Promise<void> {
  return async (app) => {
    if (!app.hasContentTypeParser(form))
      app.addContentTypeParser(form, { parseAs: 'string', bodyLimit: 64 * 1024 }, (_, body, done) => done(null, body));
    for (const url of paths)
      app.route({
        method: ['GET', 'POST'],
        url,
        handler: async ({ raw, body }, reply) => {
          const request = await requestOf(Object.assign(raw, { body: formOf(body) }));
          const answer = (request && (await handle(request))) ?? new Response(null, { status: 404 });
          reply.status(answer.status);
          for (const [name, value] of answer.headers) reply.header(name, value);
          return reply.send(Buffer.from(await answer.arrayBuffer()));
        },
      });
  };
}
