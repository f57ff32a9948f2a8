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
  /** Registered for every response type, one for each family of ID token algorithms. */
  hybrid: { client_id: 'hybrid', client_secret: 'hybrid-secret-0123456789abcdef012345', redirect_uri: callback },
  hybridEs: { client_id: 'hybrid-es', client_secret: 'hybrid-es-secret-0123456789abcdef012', redirect_uri: callback },
  hybridEd: { client_id: 'hybrid-ed', client_secret: 'hybrid-ed-secret-0123456789abcdef012', redirect_uri: callback },
  hybridHs: { client_id: 'hybrid-hs', client_secret: 'hybrid-hs-secret-0123456789abcdef012', redirect_uri: callback },
  /** Wants to know when the person signed in, and not to be told of a sign-in older than a minute. */
  aged: { client_id: 'aged', client_secret: 'aged-secret-0123456789abcdef01234567', redirect_uri: callback },
  /** A page in a browser that has its tokens from the authorization endpoint and nothing from anywhere else. */
  page: { client_id: 'page', redirect_uri: 'http://127.0.0.1:5001/callback' },
} as const satisfies Record<string, ClientUnderTest>;

const policy = 'scope: openid profile email offline_access, policy: { consent: implicit, pkce: optional }';

const hybrids = ", response_types: ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token']";
const pageEntry =
  "      - { client_id: page, token_endpoint_auth_method: none, redirect_uris: ['http://127.0.0.1:5001/callback'], grant_types: [implicit], " +
  "response_types: [id_token, 'id_token token'], scope: openid profile email address phone, policy: { consent: implicit } }\n";

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
    entry(more.hybrid, hybrids),
    entry(more.hybridEs, `${hybrids}, id_token_signed_response_alg: ES256`),
    entry(more.hybridEd, `${hybrids}, id_token_signed_response_alg: EdDSA`),
    entry(more.hybridHs, `${hybrids}, id_token_signed_response_alg: HS256`),
    entry(more.aged, ', default_max_age: 60, require_auth_time: true'),
    pageEntry,
    ...others.map((client) => entry(client)),
  ].join('');
  const anchor = '    clients: &clients\n';
  if (!yaml.includes(anchor)) throw new Error('the example configuration has no list of clients to add to');
  return `${yaml.replace(anchor, anchor + clients)}\n${tenants}`;
}
