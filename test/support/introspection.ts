/** A request to the introspection endpoint, answered as text: JSON, or a JWT where the headers ask for one. */
import { basicOf, type ClientUnderTest, form } from './client.ts';

export async function introspect(issuer: string, { client_id, client_secret = '' }: ClientUnderTest, token: unknown, headers = {}) {
  const response = await fetch(`${issuer}/introspect`, {
    method: 'POST',
    headers: { authorization: basicOf(client_id, client_secret), ...headers },
    body: form({ token: String(token) }),
  });
  return { status: response.status, type: response.headers.get('content-type'), headers: response.headers, text: await response.text() };
}
