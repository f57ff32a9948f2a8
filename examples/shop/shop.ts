/**
 * A shop that lets a bank network say who its customers are: a button, the account selector, an answer that is a signed JWT, and the claims it brought.
 * Everything OpenID Connect in it is the relying-party kit; what differs between sandbox and production is how the shop proves who it is.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ClientCertificate,
  certificateFetch,
  cookieSessions,
  handlers,
  nodeHandler,
  type ProviderSettings,
  relyingParty,
} from '@symbolon/relying-party';
import { page, stylesheet } from './page.ts';

export type ShopOptions = {
  /** Of the network. */
  readonly issuer: string;
  readonly client_id: string;
  /** In the sandbox a secret; in production the certificate that the network issued for the shop's request. */
  readonly proof: { readonly client_secret: string } | { readonly certificate: ClientCertificate };
  /** At least 32 random characters: they seal the cookies. */
  readonly secret: string;
  /** 0 takes any free port. */
  readonly port: number;
};

const scope = 'openid profile email address payment_details';

/** As the shop is registered: requests are pushed, and whatever comes back is signed with PS256. */
function settingsOf({ issuer, client_id, proof }: ShopOptions): ProviderSettings {
  return {
    issuer,
    client_id,
    scope,
    response_mode: 'jwt',
    require_pushed_authorization_requests: true,
    authorization_signed_response_alg: 'PS256',
    id_token_signed_response_alg: 'PS256',
    userinfo: 'never',
    claims: {
      name: { required: true, type: 'string' },
      email: { type: 'string' },
      address: { type: 'object' },
      payment_details: { type: 'object', to: 'account' },
    },
    ...('certificate' in proof
      ? { token_endpoint_auth_method: 'tls_client_auth', fetch: certificateFetch(proof.certificate) }
      : { client_secret: proof.client_secret }),
  };
}

/** Starts it on 127.0.0.1. In the network its redirect URI is `URL/jwt`, its `origin_url` `URL/login`, its post-logout redirect URI `URL/`. */
export async function startShop(options: ShopOptions): Promise<{ url: string; close: () => Promise<void> }> {
  const { issuer, client_id, secret, port } = options;
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const settings = settingsOf(options);
  const rp = relyingParty({ redirectUri: `${url}/jwt`, providers: async (id) => (id === 'network' ? settings : undefined) });
  const sessions = cookieSessions({ secrets: [secret], origin: url });
  const selection = {
    path: '/login',
    url: `${issuer}/auth/select-accounts`,
    client_id,
    scope,
    // The one issuer this shop believes. A shop of several networks knows several.
    providerOf: (iss: string) => (iss === issuer ? 'network' : undefined),
  };
  const handle = nodeHandler(handlers({ rp, secrets: [secret], sessions, selection }));

  server.on('request', async (request, response) => {
    try {
      if (await handle(request, response)) return;
      if (request.url === '/style.css') return void response.setHeader('content-type', 'text/css').end(stylesheet);
      const session = await sessions.find(new Request(url, { headers: cookieOf(request) }));
      response.setHeader('content-type', 'text/html; charset=utf-8').setHeader('cache-control', 'no-store');
      response.setHeader(
        'content-security-policy',
        `default-src 'none'; style-src 'self'; script-src ${new URL(issuer).origin}; base-uri 'none'`,
      );
      response.end(page({ issuer, client_id, origin_url: `${url}/login` }, session));
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

function cookieOf({ headers: { cookie = '' } }: IncomingMessage): { readonly cookie: string } {
  return { cookie };
}
