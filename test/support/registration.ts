/** Registers and manages clients as a client does it by itself. */
import { randomBytes } from 'node:crypto';
import { sha256 } from '@symbolon/provider';
import type { TestServer } from './symbolon.ts';

export type Registered = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> };

export function register(issuer: string, metadata: unknown, token?: string): Promise<Registered> {
  return send('POST', `${issuer}/register`, token, metadata);
}

/** With what was answered to the registration, unless another token is given. */
export function manage(
  method: 'GET' | 'PUT' | 'DELETE',
  { registration_client_uri, registration_access_token }: Record<string, unknown>,
  metadata?: unknown,
  token: string | undefined = String(registration_access_token),
): Promise<Registered> {
  return send(method, String(registration_client_uri), token, metadata);
}

async function send(method: string, url: string, token: string | undefined, body: unknown): Promise<Registered> {
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: text }) });
  const answer = await response.text();
  return { status: response.status, headers: response.headers, body: (answer === '' ? {} : JSON.parse(answer)) as Record<string, unknown> };
}

/** A token as the command line makes it. */
export async function initialToken(server: TestServer, tenant: string, uses = 1): Promise<string> {
  const found = server.tenants.find(({ id }) => id === tenant);
  const token = randomBytes(32).toString('base64url');
  await found?.store.initialTokens.add(sha256(token), uses, (found?.op.now() ?? 0) + 600);
  return token;
}
