/** YAML that is wrong, dangerous or no YAML at all. */
import { assert, dictionary, json, jsonValue, nat, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Loaded, parse } from './load.ts';

function read(source: string): Loaded {
  return parse(source, { baseDirectory: '/', env: {} });
}

/** `line path: message (fix)` of every finding. */
function findings(source: string): readonly string[] {
  const loaded = read(source);
  return loaded.ok ? [] : loaded.findings.map(({ line, path, message, fix }) => `${line} ${path}: ${message} (${fix})`);
}

describe('YAML', () => {
  it.each([
    ['a key twice', 'tenants: []\ntenants: []\n', 2, 'twice'],
    ['a value that ends with a colon', 'database: sqlite::memory:\n', 1, 'ends with a colon'],
    ['a tab', 'server:\n\tlisten: x\n', 2, 'tab'],
    ['an open bracket', 'tenants: [\n', 2, 'bracket is not closed'],
    ['two documents', 'tenants: []\n---\ntenants: []\n', 2, 'several documents'],
    ['an unknown tag', 'tenants: !!js/function x\n', 1, 'unknown tag'],
    ['an alias without anchor', 'tenants: *nowhere\n', 1, 'no anchor'],
    ['an alias of itself', 'tenants: &a [*a]\n', 1, 'contains itself'],
    ['nothing', '', 1, 'empty'],
    ['only a comment', '# nothing\n', 1, 'empty'],
    ['a single text', 'hello', 1, 'must be a mapping'],
    ['a list', '- a\n', 1, 'must be a mapping'],
    ['a key that is a list', '? [a]\n: b\ntenants: []\n', 1, 'key must be a text'],
    [
      'a number JSON has not',
      'tenants:\n  - users:\n    - username: a\n      claims: { n: .inf, m: 12345678901234567890 }\n',
      4,
      'no value in JSON',
    ],
    ['deep nesting', '['.repeat(100_000), 1, 'nests too deep'],
    ['nesting over the limit', `tenants: ${'['.repeat(80)}${']'.repeat(80)}`, 1, 'nests deeper'],
    ['more than 10 MB', `# ${'x'.repeat(10 * 1024 * 1024)}`, 1, '10 MB'],
  ])('mistake: %s', (_what, source, line, word) => {
    const loaded = read(source);
    expect(loaded.ok ? [] : loaded.findings).toContainEqual(expect.objectContaining({ line, message: expect.stringContaining(word) }));
  });

  it('a bomb of aliases is refused before it is unfolded', () => {
    const levels = Array.from({ length: 30 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`);
    expect(findings(`a0: &a0 [x]\n${levels.join('\n')}\n`)).toEqual([expect.stringContaining('more than a million')]);
  });

  it('many tenants may share one list', () => {
    const tenants = Array.from({ length: 500 }, (_, n) => `  - { id: t${n}, issuer: "https://op.example/t/t${n}", users: *users }`);
    const source = `tenants:\n  - id: main\n    issuer: https://op.example\n    users: &users [{ username: alice, password: long enough }]\n${tenants.join('\n')}\n`;
    const loaded = read(source);
    expect(loaded.ok && loaded.config.tenants.length).toBe(501);
  });

  it('a repeated key does not hide other mistakes', () => {
    expect(findings('database: x\ndatabase: "sqlite::memory:"\ntenants: []\n')).toHaveLength(2);
  });
});

describe('anything', () => {
  it('never throws, whatever the text', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 200 }), (source) => {
        expect(read(source).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
    assert(
      property(json({ maxDepth: 5 }), (source) => {
        expect(read(source).ok).toBe(false);
      }),
    );
  });

  it('never throws, whatever stands where a value is expected', () => {
    const keys = [
      'id',
      'issuer',
      'users',
      'clients',
      'scopes',
      'locales',
      'lifetimes',
      'signing',
      'resources',
      'upstreams',
      'clientCa',
      'dialect',
    ];
    assert(
      property(nat(keys.length - 1), jsonValue({ maxDepth: 3 }), dictionary(string(), jsonValue()), (index, value, more) => {
        const tenant = { id: 'a', issuer: 'https://a.example', [keys[index] ?? 'id']: value };
        const loaded = read(stringify({ server: more, tenants: [tenant, value] }));
        expect(loaded.ok).toBe(false);
      }),
    );
  });
});
