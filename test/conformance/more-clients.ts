/** Clients that the protocol tests need beside those of the example configuration: other algorithms, other secrets, a callback that listens. */
import type { ClientUnderTest } from '../support/client.ts';
import { exampleConfiguration } from '../support/symbolon.ts';

const callback = 'http://127.0.0.1:5000/callback';

export const more = {
  ps256: { client_id: 'ps256', client_secret: 'ps256-secret-0123456789abcdef0123456', redirect_uri: callback },
  eddsa: { client_id: 'eddsa', client_secret: 'eddsa-secret-0123456789abcdef0123456', redirect_uri: callback },
  /** Registered for client_secret_post; its secret has a percent sign that is no escape. */
  poster: { client_id: 'poster', client_secret: 'poster-100%-secret-0123456789abcdef0', redirect_uri: callback },
  /** Its id and secret change under form encoding, and the secret has an escape that is one only to who decodes it. */
  odd: { client_id: 'odd:client', client_secret: 's+e%41cr/et:with=odd&characters~0123456789', redirect_uri: callback },
  /** Several redirect URIs, each with a query. */
  queries: {
    client_id: 'queries',
    client_secret: 'queries-secret-0123456789abcdef01234',
    redirect_uri: `${callback}?dummy1=lorem&dummy2=ipsum`,
  },
} as const satisfies Record<string, ClientUnderTest>;

const policy = 'scope: openid profile email offline_access, policy: { consent: implicit, pkce: optional }';

function entry({ client_id, client_secret, redirect_uri }: ClientUnderTest, more = ''): string {
  const quoted = [client_id, client_secret, redirect_uri].map((text) => JSON.stringify(text));
  return `      - { client_id: ${quoted[0]}, client_secret: ${quoted[1]}, redirect_uris: [${quoted[2]}], ${policy}${more} }\n`;
}

/** The example configuration with these clients, `others`, and `tenants` (YAML text of whole list entries) behind its own. */
export async function extendedConfiguration({ others = [] as readonly ClientUnderTest[], tenants = '' } = {}): Promise<string> {
  const yaml = await exampleConfiguration();
  const clients = [
    entry(more.ps256, ', id_token_signed_response_alg: PS256'),
    entry(more.eddsa, ', id_token_signed_response_alg: EdDSA'),
    entry(more.poster, ', token_endpoint_auth_method: client_secret_post'),
    entry(more.odd),
    entry(more.queries),
    ...others.map((client) => entry(client)),
  ].join('');
  const anchor = '    clients: &clients\n';
  if (!yaml.includes(anchor)) throw new Error('the example configuration has no list of clients to add to');
  return `${yaml.replace(anchor, anchor + clients)}\n${tenants}`;
}
