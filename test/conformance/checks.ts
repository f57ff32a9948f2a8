/** What the conformance suite demands of every value of a kind, in one place: unguessable strings, error answers, claims. */
import { expect } from 'vitest';
import { type AuthorizationRequest, answerOf, hasButton } from '../support/client.ts';
import type { AgentResponse } from '../support/http-agent.ts';

/** E1-E3: a page that says what is wrong, and no way to the client in it. */
export { expectErrorPage } from '../support/error-page.ts';

/** A2, T5: at least 128 bits long, and 96 bits of Shannon entropy by the frequency of its characters. */
export function expectUnguessable(value: unknown): void {
  const text = String(value);
  expect(text).toMatch(/^[A-Za-z0-9._~+/-]{22,}=*$/);
  expect(entropy(text)).toBeGreaterThanOrEqual(96);
}

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - count * Math.log2(count / text.length), 0);
}

/** E5: printable ASCII without quotation mark and backslash. */
const printable = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

/** E5, for an error that went to the client. Answers its code. */
export function expectErrorAnswer(response: AgentResponse, request: AuthorizationRequest, issuer: string): string {
  const answer = answerOf(response);
  expect([...answer.keys()].filter((name) => !['error', 'error_description', 'error_uri', 'state', 'iss'].includes(name))).toEqual([]);
  expect(answer.getAll('state')).toEqual(request.state === '' ? [] : [request.state]);
  expect(answer.getAll('iss')).toEqual([issuer]);
  expect(answer.get('error')).toMatch(printable);
  expect(answer.get('error_description')).toMatch(printable);
  return answer.get('error') ?? '';
}

/** T4, for an error of an endpoint that clients call. Answers its code. */
export function expectErrorBody({ headers, body }: { headers: Headers; body: Record<string, unknown> }): unknown {
  expect(headers.get('content-type')).toMatch(/^application\/json\b/);
  expect(Object.keys(body).filter((name) => !['error', 'error_description', 'error_uri'].includes(name))).toEqual([]);
  expect(body.error).toMatch(printable);
  if (body.error_description !== undefined) expect(body.error_description).toMatch(printable);
  return body.error;
}

export function expectLoginPage(response: AgentResponse): void {
  expect(response.location).toBeUndefined();
  expect(response.status).toBe(200);
  expect(hasButton(response, 'login-submit')).toBe(true);
}

/** No page at all: the first answer is already the redirect to the client. */
export function expectNoPage(response: AgentResponse): void {
  expect(response.trail.map(({ status }) => status)).toEqual([302]);
  expect(response.location).toBeDefined();
}

const strings = [
  ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture', 'website'],
  ...['gender', 'birthdate', 'zoneinfo', 'locale', 'email', 'phone_number'],
];

/** U2, I3: the standard claims that are there have the right type, and none is null, blank or empty. */
export function expectClaimTypes(claims: Readonly<Record<string, unknown>>): void {
  for (const name of strings) if (name in claims) expect(String(claims[name]), name).toMatch(/^(?!null$)(?=.*\S)/);
  for (const name of strings) if (name in claims) expect(claims[name], name).toBeTypeOf('string');
  for (const name of ['email_verified', 'phone_number_verified']) if (name in claims) expect(claims[name], name).toBeTypeOf('boolean');
  if ('birthdate' in claims) expect(claims.birthdate).toMatch(/^(0000|18[5-9]\d|19\d\d|20\d\d)(-\d\d-\d\d)?$/);
  if ('address' in claims)
    expect(Object.values(Object(claims.address)).every((part) => typeof part === 'string' && part !== '')).toBe(true);
  if ('updated_at' in claims) expect(claims.updated_at).toSatisfy((at) => Number.isInteger(at) && Number(at) > 631152000);
  expect(Object.entries(claims).filter(([, value]) => value === null || value === '')).toEqual([]);
}
