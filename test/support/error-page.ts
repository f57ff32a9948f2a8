/** What a test asks of a page: the texts behind our stable ids, and that a refusal is a page and nothing but a page. */
import { expect } from 'vitest';
import type { AgentResponse } from './http-agent.ts';

/** The text of the element with this id, without its inner tags; undefined when the page has none. */
export function textOf(response: Pick<AgentResponse, 'text'>, id: string): string | undefined {
  const inside = new RegExp(`<(\\w+)[^>]* id="${id}"[^>]*>([\\s\\S]*?)</\\1>`).exec(response.text)?.[2];
  return inside?.replace(/<[^>]*>/g, '').trim();
}

/** An error page: it leads nowhere, posts nothing anywhere, sets no cookie, and names code, description and trace id. */
export function expectErrorPage(response: AgentResponse, because = 'the error page', status = 400, code = 'invalid_request'): void {
  expect(response.status, because).toBe(status);
  expect(response.headers.get('content-type'), because).toMatch(/^text\/html\b/);
  expect(response.location, because).toBeUndefined();
  expect(response.headers.get('location'), because).toBeNull();
  expect(response.headers.get('refresh'), because).toBeNull();
  expect(response.text, because).not.toMatch(/http-equiv/i);
  expect(response.forms, because).toEqual([]);
  expect(response.headers.getSetCookie(), because).toEqual([]);
  expect(textOf(response, 'error-code'), because).toBe(code);
  expect(textOf(response, 'error-description')?.length, because).toBeGreaterThan(10);
  expect(textOf(response, 'trace-id'), because).toMatch(/^[0-9a-f]{16}$/);
}
