/** A client in front of the core alone: a signed-in person's code, and requests as plain values. */
import { createHash } from 'node:crypto';
import { authorize, type CoreRequest, type DirectEndpointName, type Provider, serve } from '@symbolon/provider';
import { ann } from './provider.ts';

const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');

export const corePost = (form: Readonly<Record<string, string>>, more: Partial<CoreRequest> = {}): CoreRequest => ({
  method: 'POST',
  query: {},
  form,
  headers: {},
  address: '127.0.0.1',
  ...more,
});

/** The answer of a direct endpoint, its body read as JSON. */
export async function ask(op: Provider, name: DirectEndpointName, request: CoreRequest) {
  const { status, headers, body } = await serve(op, name, request);
  return { status, headers, body: (body === '' ? {} : JSON.parse(body)) as Record<string, unknown> };
}

/** Ann signs in, and the client gets the parameters of a token request with her code. */
export async function codeFor(op: Provider, client_id: string, changes: Readonly<Record<string, string>> = {}) {
  const [redirect_uri, hash] = ['https://rp.example/cb', op.random(16)];
  const signIn = { sid: op.random(16), sub: ann.sub, authTime: op.now(), amr: ['pwd'], expiresAt: op.now() + 3600 };
  await op.store.sessions.authenticate(undefined, hash, signIn, op.now());
  const query = { client_id, redirect_uri, response_type: 'code', scope: 'openid offline_access', code_challenge: challenge };
  const request = { ...corePost({}), method: 'GET', query: { ...query, code_challenge_method: 'S256', ...changes } };
  const outcome = await authorize(op, request, { hash, fresh: false });
  if (!('answer' in outcome && 'redirect' in outcome.answer)) throw new Error('no answer for the client');
  const code = new URL(outcome.answer.redirect).searchParams.get('code');
  if (code === null) throw new Error(`no code in ${outcome.answer.redirect}`);
  return { grant_type: 'authorization_code', client_id, code, redirect_uri, code_verifier: verifier };
}
