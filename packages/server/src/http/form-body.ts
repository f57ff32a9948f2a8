/** Bodies: forms and JSON are handed on as text for the core to parse; anything else is read up to the limit and ignored. */
import { OAuthError } from '@symbolon/provider';
import type { FastifyInstance } from 'fastify';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Kept apart from a form, which is a text. */
export type JsonBody = { readonly json: string };

export function jsonOf(body: unknown): string | undefined {
  return typeof body === 'object' && body !== null && 'json' in body && typeof body.json === 'string' ? body.json : undefined;
}

export function readForm(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_, body, done) => {
    try {
      done(null, utf8.decode(body as Buffer));
    } catch {
      done(new OAuthError('invalid_request', 'the body is not UTF-8'), undefined);
    }
  });
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => {
    try {
      done(null, { json: utf8.decode(body as Buffer) } satisfies JsonBody);
    } catch {
      done(new OAuthError('invalid_request', 'the body is not UTF-8'), undefined);
    }
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, __, done) => done(null, undefined));
}
