/** Variables of the environment, files of secrets, and that no secret ever stands in a finding. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, nat, property, string } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loaded, load, parse } from './load.ts';

let directory = '';
let text = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'symbolon-config-'));
  text = await readFile(new URL('../../../../examples/symbolon.yaml', import.meta.url), 'utf8');
});
afterAll(() => rm(directory, { recursive: true }));

function read(source: string, env: Record<string, string> = {}): Loaded {
  return parse(source, { baseDirectory: directory, env });
}

/** `line path: message (fix)` of every finding. */
function findings(source: string, env: Record<string, string> = {}): readonly string[] {
  const loaded = read(source, env);
  return loaded.ok ? [] : loaded.findings.map(({ line, path, message, fix }) => `${line} ${path}: ${message} (${fix})`);
}

const minimal = (secret: string): string =>
  `tenants:\n  - id: a\n    issuer: https://a.example\n    clients:\n      - { client_id: c, redirect_uris: [https://rp.example/cb], client_secret: ${secret} }\n`;
const secretOf = (loaded: Loaded): string | undefined => (loaded.ok ? loaded.config.tenants[0]?.clients[0]?.secret : undefined);
const strong = 'S3KR'.repeat(10);
const variable = (name: string): string => `"$\{${name}}"`;

describe('environment and files', () => {
  it('takes variables from the environment, in a part of a text too', () => {
    expect(secretOf(read(minimal(variable('SECRET')), { SECRET: strong }))).toBe(strong);
    const loaded = read(`database: postgres://u:\${PASSWORD}@h/d\n${minimal(strong)}`, { PASSWORD: 'p' });
    expect(loaded.ok && loaded.config.database).toBe('postgres://u:p@h/d');
  });

  it('leaves a variable with two dollar signs as it is, less one, and other dollar signs alone', () => {
    expect(secretOf(read(minimal(`"$\${HOME}$$-$-${strong}"`)))).toBe(`\${HOME}$$-$-${strong}`);
  });

  it('reports each missing variable once, and nothing that follows from it', () => {
    const source = `${minimal(variable('NO_SUCH'))}  - { id: b, issuer: "\${NOR_THIS}/\${NOR_THIS}" }\n`;
    expect(findings(source)).toEqual([
      expect.stringMatching(/^5 tenants\[0\]\.clients\[0\]\.client_secret: the environment variable NO_SUCH is not set \(set NO_SUCH/),
      expect.stringMatching(/^6 tenants\[1\]\.issuer: the environment variable NOR_THIS is not set/),
    ]);
    expect(findings(minimal(variable('constructor')))).toHaveLength(1);
  });

  it('takes file:PATH for a secret, relative to the configuration file, trimmed', async () => {
    await writeFile(join(directory, 'client.secret'), `\n${strong}\n`);
    await writeFile(join(directory, 'symbolon.yaml'), minimal('file:client.secret'));
    expect(secretOf(await load(join(directory, 'symbolon.yaml'), {}))).toBe(strong);
  });

  it('reports a file that is missing, empty, too large or none at all', async () => {
    await writeFile(join(directory, 'empty'), ' \n');
    await writeFile(join(directory, 'large'), 'x'.repeat(70_000));
    for (const [name, word] of [
      ['missing', 'ENOENT'],
      ['empty', 'is empty'],
      ['large', '64 KiB'],
      ['.', '64 KiB'],
    ])
      expect(findings(minimal(`file:${name}`))).toEqual([
        expect.stringMatching(new RegExp(`^5 tenants\\[0\\]\\.clients\\[0\\]\\.client_secret: .*${word}`)),
      ]);
  });

  it('does not read files for what is no secret', () => {
    const source = `${minimal(strong)}    users: [{ username: a, claims: { password: "file:/etc/passwd", website: "file:/etc/passwd" } }]\n`;
    const loaded = read(source);
    expect(loaded.ok && loaded.config.tenants[0]?.users[0]?.claims).toEqual({ password: 'file:/etc/passwd', website: 'file:/etc/passwd' });
  });
});

describe('secrets', () => {
  const marked = (source: string): string => source.replace(/((?:client_secret|password): )[^,}\n]+/g, `$1${strong}`);

  it('never stand in a finding', () => {
    const bad = [
      strong.slice(0, 12),
      `[${strong}]`,
      `{ a: ${strong} }`,
      `"${strong}" ${strong}`,
      `"${strong}\\q"`,
      `*${strong}`,
      `!${strong} x`,
      `@${strong}`,
      `%${strong}`,
      `"${strong}\u00e4"`,
      `file:${strong}`,
      `&${strong} x`,
      `"${strong}`,
    ];
    for (const secret of bad) {
      const source = `server: { masterKey: ${secret} }\ndatabase: ${secret}\n${minimal(secret)}    users: [{ username: a, password: ${secret}, passwordHash: ${secret} }]\n`;
      const loaded = read(source);
      expect(loaded.ok).toBe(false);
      expect(JSON.stringify(loaded)).not.toContain('S3KR');
    }
    expect(JSON.stringify(read(minimal(variable('X')), { X: 'S3KR' }))).not.toContain('S3KR');
    expect(JSON.stringify(read(minimal('x').replace('https://rp.example', `https://u:${strong}@rp.example`)))).not.toContain('S3KR');
    expect(JSON.stringify(read(`${minimal(strong)}    users: [{ username: a, ${strong} }]\n`))).not.toContain('S3KR');
  });

  it('never stand in a finding, whatever is typed into the file', () => {
    const source = marked(text);
    assert(
      property(nat(source.length), string({ minLength: 1, maxLength: 3, unit: 'binary' }), (at, typed) => {
        const loaded = read(source.slice(0, at) + typed + source.slice(at));
        if (!loaded.ok) expect(JSON.stringify(loaded)).not.toContain('S3KR');
      }),
      { numRuns: 150 },
    );
  });
});
