/**
 * The kit's handlers on the servers people have: node:http, Express, Fastify and a web-standard one. The same way each time, as a browser
 * goes it: sign-in, session, sign-out; and an answer that is posted.
 */
import { createServer } from 'node:http';
import {
  type CookieSessions,
  cookieSessions,
  expressMiddleware,
  fastifyPlugin,
  type Handlers,
  handlers,
  nodeHandler,
} from '@symbolon/relying-party';
import express from 'express';
import fastify from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAgent } from './support/http-agent.ts';
import { applicationOf, settingsOf } from './support/kit.ts';
import { freePort } from './support/process.ts';
import { type ScriptedProvider, startScriptedProvider } from './support/scripted-provider.ts';

type Application = { readonly kit: Handlers; readonly sessions: CookieSessions };
type Start = (application: Application, port: number) => Promise<() => Promise<unknown>>;

const secrets = ['0123456789abcdef0123456789abcdef'];
let provider: ScriptedProvider;

beforeAll(async () => {
  provider = await startScriptedProvider({ sub: 'ann' });
});
beforeEach(() => {
  provider.script = {};
});
afterAll(() => provider.close());

async function who({ sessions }: Application, cookie = ''): Promise<string> {
  return (await sessions.find(new Request('http://localhost/', { headers: { cookie } })))?.sub ?? 'nobody';
}

function onExpress(...before: readonly express.RequestHandler[]): Start {
  return (application, port) => {
    const app = express();
    for (const each of before) app.use(each);
    app.use(expressMiddleware(application.kit));
    app.get('/home', (request, response) => void who(application, request.headers.cookie).then((name) => response.send(name)));
    app.post('/other', express.urlencoded({ extended: false }), (request, response) => void response.json(request.body));
    return new Promise((resolve) => {
      const server = app.listen(port, '127.0.0.1', () => resolve(async () => server.close()));
    });
  };
}

const servers: Readonly<Record<string, Start>> = {
  'node:http': async (application, port) => {
    const handle = nodeHandler(application.kit);
    const server = createServer(async (request, response) => {
      if (await handle(request, response)) return;
      if (request.url === '/home') return void response.end(await who(application, request.headers.cookie));
      response.setHeader('content-type', 'application/json');
      let body = '';
      for await (const chunk of request) body += chunk;
      response.end(JSON.stringify(Object.fromEntries(new URLSearchParams(body))));
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return async () => server.close();
  },
  Express: onExpress(),
  'Express with a parser of forms': onExpress(express.urlencoded({ extended: true })),
  Fastify: async (application, port) => {
    const app = fastify();
    await app.register(fastifyPlugin(application.kit));
    app.get('/home', (request) => who(application, request.headers.cookie));
    // The parser stays inside the plugin: what the application does with its own forms is its own.
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    app.post('/other', async (request) => request.body);
    await app.listen({ port, host: '127.0.0.1' });
    return () => app.close();
  },
};

describe.each(Object.entries(servers))('the kit on %s', (_, start) => {
  let origin = '';
  let close: () => Promise<unknown>;

  beforeAll(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const rp = applicationOf({ partner: settingsOf(provider) }, { redirectUri: `${origin}/auth/callback` });
    const sessions = cookieSessions({ secrets, origin });
    const startOptions = (request: Request) =>
      new URL(request.url).searchParams.has('posted') ? ({ response_mode: 'form_post' } as const) : {};
    close = await start({ kit: handlers({ rp, secrets, sessions, landing: '/home', startOptions }), sessions }, port);
  });
  afterAll(() => close());

  it('signs a person in, knows her, and signs her out', async () => {
    const agent = createAgent(origin);
    const answer = await provider.visit((await agent.get('/auth/login/partner')).location ?? '');
    expect((await agent.get(answer)).text).toBe('ann');
    const gone = await agent.post('/auth/logout', {});
    expect(gone.location).toMatch(`${provider.issuer}/logout?`);
    expect((await agent.get('/home')).text).toBe('nobody');
  });

  it('takes an answer that is posted', async () => {
    const agent = createAgent(origin);
    const answer = new URL(await provider.visit((await agent.get('/auth/login/partner?posted=')).location ?? ''));
    expect((await agent.post('/auth/callback', answer.searchParams, { origin: provider.issuer })).text).toBe('ann');
  });

  it('answers with a page where something went wrong, and leaves other paths and their forms alone', async () => {
    const agent = createAgent(origin);
    const refused = await agent.get('/auth/callback?code=x&state=y');
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('not begun in this browser')]);
    expect((await agent.get('/auth/login/nobody')).status).toBe(404);
    const other = await agent.post('/other', { a: '1', b: '2' });
    expect(JSON.parse(other.text)).toEqual({ a: '1', b: '2' });
    expect((await agent.post('/auth/callback', { code: 'x'.repeat(200_000) })).status).toBe(413);
  });
});
