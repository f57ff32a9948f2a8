import { describe, expect, it } from 'vitest';
import { pageSources } from './headers.ts';

describe('security: pages framed after a sign-out', () => {
  it('K5: few are named by path, each once, without what would end a directive', () => {
    const pages = ['https://a.example/out?sid=1', 'https://a.example/out?sid=2', "https://b.example/o;ut,'none'?x"];
    expect(pageSources(pages)).toEqual(['https://a.example/out', "https://b.example/o%3But%2C'none'"]);
  });

  it('K5: long addresses of clients do not make a header that no proxy passes', () => {
    const long = (host: string) => `https://${host}.example/${'x'.repeat(1500)}?sid=1`;
    expect(pageSources([long('a')])).toHaveLength(1);
    expect(pageSources([long('a'), long('b'), long('b')])).toEqual(['https://a.example', 'https://b.example']);
  });
});
