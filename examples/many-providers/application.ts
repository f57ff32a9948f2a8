/**
 * An application that people come to from several providers: one link for each, one callback for all. Everything OpenID Connect in it is the
 * relying-party kit; what is left is a page.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CookieSession, cookieSessions, handlers, nodeHandler, type ProviderSettings, relyingParty } from '@symbolon/relying-party';

export type ApplicationOptions = {
  /** By the name in the link: /auth/login/NAME. */
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  /** At least 32 random characters: they seal the cookies. */
  readonly secret: string;
  /** 0 takes any free port. */
  readonly port: number;
};

/** Starts it on 127.0.0.1. Its redirect URI, at each provider, is `URL/callback`; its post-logout redirect URI `URL/`. */
export async function startApplication({
  providers,
  secret,
  port,
}: ApplicationOptions): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const rp = relyingParty({
    redirectUri: `${url}/callback`,
    providers: async (id) => (Object.hasOwn(providers, id) ? providers[id] : undefined),
  });
  const sessions = cookieSessions({ secrets: [secret], origin: url });
  const handle = nodeHandler(handlers({ rp, secrets: [secret], sessions }));

  server.on('request', async (request, response) => {
    try {
      if (await handle(request, response)) return;
      const session = await sessions.find(asRequest(request, url));
      response.setHeader('content-type', 'text/html; charset=utf-8').setHeader('cache-control', 'no-store');
      response.setHeader('content-security-policy', "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
      response.end(page(Object.keys(providers), session));
    } catch (error) {
      console.error(error);
      response.writeHead(500).end();
    }
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, close };
}

function asRequest(request: IncomingMessage, url: string): Request {
  return new Request(url, { headers: { cookie: request.headers.cookie ?? '' } });
}

function page(providers: readonly string[], session: CookieSession | undefined): string {
  const head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Many providers</title><h1>Many providers</h1>';
  if (session === undefined) {
    const links = providers.map((id) => `<li><a id="login-${escaped(id)}" href="/auth/login/${encodeURIComponent(id)}">${escaped(id)}</a>`);
    return `${head}<p>Sign in with<ul>${links.join('')}</ul>`;
  }
  const rows = Object.entries(session.attributes).map(([name, value]) => `<dt>${escaped(name)}<dd>${escaped(JSON.stringify(value))}`);
  return `${head}<p id="who">${escaped(session.sub)} of ${escaped(session.issuer)}<dl>${rows.join('')}</dl>
<form method="post" action="/auth/logout"><button id="logout">Sign out</button></form>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
