/** Claim mappers in the file: what is refused, on which line, and what stands behind the ones that are right. */
import { describe, expect, it } from 'vitest';
import { parse } from '../load.ts';

const head = `tenants:
  - id: main
    issuer: https://op.example
    scopes: [{ name: work, claims: ["urn:anyid:role", plan] }]
`;
const read = (claims: string, more = '') => parse(`${head}    claims:\n      - ${claims}\n${more}`, { baseDirectory: '/', env: {} });

/** `line path: message (fix)` of every finding, the path below the entry. */
function findings(claims: string, more = ''): readonly string[] {
  const loaded = read(claims, more);
  const below = (path: string) => path.replace('tenants[0].claims[0].', '');
  return loaded.ok ? [] : loaded.findings.map(({ line, path, message, fix }) => `${line} ${below(path)}: ${message} (${fix})`);
}
const mappersOf = (claims: string, more = '') => {
  const loaded = read(claims, more);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
  return loaded.config.tenants[0];
};

describe('claim mappers', () => {
  it.each([
    '{ to: context.user.groups, from: groups, prefix: mica-, cutPrefix: true, into: [access_token] }',
    '{ to: "https://oneportal.trivore.com/claims/groups", from: groups, scope: work }',
    '{ to: "urn:internal:userid", from: sub, into: [id_token, access_token, userinfo, introspection] }',
    '{ to: a, from: value, value: { b: [1, 2.5, false] } }',
    '{ to: a, from: value, value: false }',
    '{ to: a, from: path, path: "$.a.b[0]" }',
    '{ to: a, from: claim, claim: email, scope: email }',
    '{ audience: [https://api.example], scope: work }',
    '{ audience: [] }',
  ])('%s is right', (entry) => {
    expect(findings(entry)).toEqual([]);
  });

  it.each([
    ['{ to: a, from: group }', '6 from: must be one of', 'did you mean `groups`'],
    ['{ to: a }', '6 from: from is missing', 'write one of claim, path'],
    ['{ from: sub }', '6 to: to is missing', 'add to'],
    ['{ to: aud, from: sub }', '6 to: is a claim that only the server makes', 'another name'],
    ['{ to: sub.x, from: sub }', '6 to: is a claim that only the server makes', 'another name'],
    ['{ to: __proto__, from: sub }', '6 to: is no name', 'another name'],
    ['{ to: a.constructor.b, from: sub }', '6 to: is no name', 'another name'],
    ['{ to: a, from: sub, scope: wrok }', '6 scope: is a scope that nobody here is granted', 'did you mean `work`'],
    ['{ to: a, from: claim }', '6 claim: is missing beside from: claim', 'add claim'],
    ['{ to: a, from: path }', '6 path: is missing', 'add path'],
    ['{ to: a, from: value }', '6 value: is missing', 'add value'],
    ['{ to: a, from: value, value: "" }', '6 value: is empty', 'write a value'],
    ['{ to: a, from: path, path: "$..a" }', '6 path: is not a path', 'write for example'],
    ['{ to: a, from: sub, prefix: x }', '6 prefix: does not go with from: sub', 'remove it'],
    ['{ to: a, from: groups, cutPrefix: true }', '6 cutPrefix: has no prefix', 'add prefix'],
    ['{ to: a, from: sub, into: [id_tokn] }', '6 into[0]: must be one of', 'did you mean `id_token`'],
    ['{ audience: ["a b"] }', '6 audience[0]: must be 1 to 255', 'write for example'],
    ['{ audience: [a], to: x }', '6 to: does not go with audience', 'remove it'],
  ])('%s is refused with its line', (entry, what, fix) => {
    expect(findings(entry)).toEqual([expect.stringContaining(what)]);
    expect(findings(entry)[0]).toContain(fix);
  });

  it('mappers of a client are checked too, and may name its own scopes', () => {
    const of = (entry: string) =>
      `    clients:\n      - { client_id: api, client_secret: ${'s3cr'.repeat(8)}, grant_types: [client_credentials], scope: reports, claims: [${entry}] }\n`;
    expect(findings('{ to: a, from: sub }', of('{ to: b, from: scopes, scope: reports }'))).toEqual([]);
    expect(findings('{ to: a, from: sub }', of('{ to: exp, from: sub }'))).toEqual([
      expect.stringMatching(/^8 .*clients\[0\]\.claims\[0\]\.to: is a claim that only the server makes/),
    ]);
  });

  it('what a scope releases may not be a claim that only the server makes', () => {
    const file = head.replace('plan]', 'acr]');
    const loaded = parse(file, { baseDirectory: '/', env: {} });
    expect(loaded.ok ? [] : loaded.findings.map(({ line, path }) => `${line} ${path}`)).toEqual(['4 tenants[0].scopes[0].claims[1]']);
  });

  it('a scope that names a claim known from elsewhere brings its mapper, before the ones of the file', () => {
    const own = { source: { from: 'sub' }, target: ['x'], into: ['userinfo'] };
    const role = { source: { from: 'roles', prefix: '', cut: false }, into: ['access_token', 'userinfo', 'introspection'], scope: 'work' };
    expect(mappersOf('{ to: x, from: sub }')?.settings.claims).toEqual([
      { ...role, target: ['urn:anyid:role'] },
      { ...role, target: ['urn:identify:rest-api:role'], into: ['access_token'] },
      own,
    ]);
  });

  it('a mapper of the file for the same name takes its place', () => {
    const targets = mappersOf('{ to: "urn:anyid:role", from: groups }')?.settings.claims?.map(
      (mapper) => 'target' in mapper && mapper.target,
    );
    expect(targets).toEqual([['urn:anyid:role']]);
  });
});
