/** Two APIs that tokens can be meant for, what their clients may ask, and requests that name both. */
import {
  answerOf,
  authorizationRequest,
  basicOf,
  type ClientUnderTest,
  clients,
  form,
  type Parameters,
  signInAndConsent,
  signInFor,
} from '../support/client.ts';
import { createAgent } from '../support/http-agent.ts';
import { extendedConfiguration } from './more-clients.ts';

export const a = 'https://api.example.test';
export const b = 'urn:example:api-b';
export const apiA = clients.machine;
export const apiB: ClientUnderTest = { client_id: 'machine-jwt', client_secret: 'machine-jwt-secret-0123456789abcdef', redirect_uri: '' };
/** Has JWT access tokens. */
export const jwtClient: ClientUnderTest = {
  client_id: 'identify-app',
  client_secret: 'identify-app-secret-0123456789abcdef',
  redirect_uri: 'http://127.0.0.1:5000/callback',
};
export const offline = { scope: 'openid offline_access', prompt: 'consent' };

/** The extended configuration, its tenant main with both resources. */
export async function resourcesConfiguration(): Promise<string> {
  const line = `      - { id: ${a}, client_id: machine }\n`;
  const yaml = await extendedConfiguration();
  if (!yaml.includes(line)) throw new Error('the example configuration has no resource to stand beside');
  return yaml.replace(line, `${line}      - { id: "${b}", client_id: machine-jwt }\n`);
}

export async function introspect(issuer: string, caller: ClientUnderTest, token: unknown) {
  const headers = { authorization: basicOf(caller.client_id, caller.client_secret ?? '') };
  const response = await fetch(`${issuer}/introspect`, { method: 'POST', headers, body: form({ token: String(token) }) });
  const text = await response.text();
  return { text, body: JSON.parse(text) as Record<string, unknown> };
}

export async function signIn(issuer: string, client: ClientUnderTest, changes: Parameters = {}) {
  return (await signInFor(issuer, createAgent(issuer), client, changes)).tokens.body;
}

/** A request that names both resources, up to its answer. */
export async function askBoth(issuer: string, client: ClientUnderTest, changes: Parameters = {}) {
  const agent = createAgent(issuer);
  const request = authorizationRequest(issuer, client, { resource: a, ...changes });
  const response = await signInAndConsent(agent, await agent.get(`${request.url}&${form({ resource: b })}`));
  return { request, answer: answerOf(response) };
}
