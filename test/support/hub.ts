/**
 * A tenant that people reach through partners: our server with upstreams on loopback, and a person's way there and back, hop by hop. The
 * partners are whatever the test brings: a scripted provider, one that is not ours, or ours.
 */
import { type Agent, type AgentResponse, createAgent } from './http-agent.ts';
import type { ScriptedProvider } from './scripted-provider.ts';
import { startSymbolon, type TestServer, type TestServerOptions } from './symbolon.ts';

export type HubOptions = {
  readonly upstreams: readonly Readonly<Record<string, unknown>>[];
  readonly users?: readonly object[];
  readonly clients?: readonly object[];
  readonly tenants?: readonly object[];
  readonly tenant?: object;
  readonly server?: TestServerOptions;
};

/** What scripted providers know their only client by. */
export const asKit = { client_id: 'kit', client_secret: 'a secret of /+= the partner', token_endpoint_auth_method: 'client_secret_post' };

export const shop = {
  client_id: 'shop',
  client_secret: 'shop-secret-0123456789abcdef01234567',
  redirect_uris: ['http://127.0.0.1:5000/callback'],
  scope: 'openid profile email groups',
  policy: { consent: 'implicit' },
};

export const alice = {
  username: 'alice',
  password: 'correct horse battery staple',
  claims: { name: 'Alice Archer', email: 'alice@acme.test', email_verified: true },
};

export function startHub({ upstreams, users = [alice], clients = [shop], tenants = [], tenant, server }: HubOptions): Promise<TestServer> {
  const issuer = 'http://127.0.0.1:4000';
  const scopes = [{ name: 'groups', claims: ['groups', 'contractType', 'plan'] }];
  const hub = { id: 'hub', issuer, name: 'My o2o', locales: ['en', 'fi', 'sv', 'nl', 'fr'], scopes, users, clients, upstreams, ...tenant };
  const yaml = [
    'server: { listen: 127.0.0.1:4000, outbound: { allow: [127.0.0.1/32] } }',
    'database: sqlite::memory:',
    `tenants: ${JSON.stringify([hub, ...tenants])}`,
  ].join('\n');
  return startSymbolon({ ...server, yaml });
}

/** A partner as the configuration has it, with the start link `/auth/oidc/owner/flex_partner/ID/redirect`. */
export function partner(id: string, { issuer }: { readonly issuer: string }, changes: object = {}): Readonly<Record<string, unknown>> {
  const owner = { type: 'flex_partner', id };
  return { id, name: `${id} Bank`, discovery: issuer, ...asKit, scope: 'openid profile email', owner, domains: ['acme.test'], ...changes };
}

export function startLink(id: string): string {
  return `/auth/oidc/owner/flex_partner/${id}/redirect`;
}

/** From an address of ours to the partner; answers where the partner sends the person back to. */
export async function outAndBack(agent: Agent, from: string, { visit }: Pick<ScriptedProvider, 'visit'>): Promise<string> {
  const gone = await agent.get(from);
  if (gone.location === undefined) throw new Error(`not sent to a partner: ${gone.status} at ${gone.url}\n${gone.text.slice(0, 3000)}`);
  return visit(gone.location);
}

/** The whole way of one person, to wherever it ends. */
export async function arriveFrom(agent: Agent, id: string, provider: Pick<ScriptedProvider, 'visit'>): Promise<AgentResponse> {
  return agent.get(await outAndBack(agent, startLink(id), provider));
}

export function newPerson({ issuer }: TestServer): Agent {
  return createAgent(issuer);
}

/** What the pages of our errors have under a stable id. */
export function textOf({ text }: AgentResponse, id: string): string | undefined {
  return new RegExp(`id="${id}"[^>]*>(?:<bdi>)?([^<]*)`).exec(text)?.[1];
}

/** Everybody of the tenant, as the store has them. */
export async function people({ tenants: [hub] }: TestServer) {
  return (await hub?.store.users.list(undefined, 100)) ?? [];
}
