/** Pushed authorization requests (RFC 9126) as a client of the tests sends them, and the signed answers (JARM) it gets. */
import { createRemoteJWKSet, type JWTPayload, type JWTVerifyOptions, jwtVerify, type ResolvedKey } from 'jose';
import { authorizationRequest, basicOf, type ClientUnderTest, form, type Parameters } from './client.ts';

/** Sends these parameters to the endpoint, authenticated with Basic, or with `client_id` alone for a public client. */
export async function pushTo(
  issuer: string,
  client: Pick<ClientUnderTest, 'client_id' | 'client_secret'>,
  parameters: Parameters,
  headers: Readonly<Record<string, string>> = {},
) {
  const basic = client.client_secret === undefined ? {} : { authorization: basicOf(client.client_id, client.client_secret) };
  const response = await fetch(`${issuer}/par`, { method: 'POST', headers: { ...basic, ...headers }, body: form(parameters) });
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as { request_uri?: string; expires_in?: number; error?: string };
  return { status: response.status, headers: response.headers, body };
}

/** A good request, with changes, pushed; and the address that the browser is sent to, with nothing but `request_uri` in it. */
export async function push(issuer: string, client: ClientUnderTest, changes: Parameters = {}) {
  const request = authorizationRequest(issuer, client, changes);
  const answer = await pushTo(issuer, client, Object.fromEntries(new URL(request.url).searchParams));
  const request_uri = answer.body.request_uri ?? '';
  return { ...request, ...answer, request_uri, url: `${issuer}/authorize?${form({ request_uri })}` };
}

/** The claims of a signed answer, checked against the key set of the issuer. */
export async function verifiedAnswer(
  issuer: string,
  client: ClientUnderTest,
  response: string,
  options: JWTVerifyOptions = {},
): Promise<{ readonly payload: JWTPayload; readonly protectedHeader: ResolvedKey & Record<string, unknown> }> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  const { payload, protectedHeader } = await jwtVerify(response, keys, { issuer, audience: client.client_id, ...options });
  return { payload, protectedHeader: { ...protectedHeader } as never };
}
