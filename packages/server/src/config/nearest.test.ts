import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distance, nearest } from './nearest.ts';

const known = ['client_id', 'client_secret', 'redirect_uris', 'post_logout_redirect_uris', 'scope', 'policy'];

describe('nearest', () => {
  it.each([
    ['redirect_uri', 'redirect_uris'],
    ['redirectUris', 'redirect_uris'],
    ['client-secret', 'client_secret'],
    ['Client_ID', 'client_id'],
    ['scopes', 'scope'],
    ['polciy', 'policy'],
    ['secret', 'client_secret'],
    ['id', 'client_id'],
    ['redirect', 'redirect_uris'],
  ])('finds what %s was meant to be', (written, meant) => {
    expect(nearest(written, known)).toBe(meant);
  });

  it('guesses nothing when nothing is near', () => {
    for (const name of ['colour', 'x', 'ab', '', 'y'.repeat(500)]) expect(nearest(name, known)).toBeUndefined();
    expect(nearest('scope', [])).toBeUndefined();
  });
});

describe('distance', () => {
  it('counts insertions, deletions and replacements', () => {
    expect(distance('kitten', 'sitting')).toBe(3);
    expect(distance('', 'abc')).toBe(3);
    expect(distance('abc', '')).toBe(3);
  });

  it('is zero for equal texts only, the same both ways, and no greater than the longer text', () => {
    assert(
      property(string(), string(), (a, b) => {
        expect(distance(a, b)).toBe(distance(b, a));
        expect(distance(a, b) === 0).toBe(a === b);
        expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
