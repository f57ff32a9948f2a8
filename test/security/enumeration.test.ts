/** Who has an account here is nobody's business (OWASP ASVS 5.0 section 6.3.8), and what a password may be is settled before it costs anything. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest, clients, people } from '../support/client.ts';
import { type AgentResponse, createAgent } from '../support/http-agent.ts';
import { exampleConfiguration, startSymbolon, type TestServer } from '../support/symbolon.ts';
import { expectErrorPage } from './pages.ts';
import { raw } from './raw.ts';

/** Five letters each, so that lengths are equal too. */
const known = people.alice;
const disabled = { username: 'carol', password: 'carols password is good' };
const withoutPassword = { username: 'erika', password: 'anything at all' };
const unknown = { username: 'zzzzz', password: 'anything at all' };

/** Composed and decomposed letters, a ligature, full width, a circled digit, an emoji with a joiner. */
const spelled = 'Å\u00e9\u1e9b\u0323 \ufb01sh ＡＢ ① 👩‍🚀 passphrase';

let server: TestServer;

beforeAll(async () => {
  const more = [
    `      - { username: ${disabled.username}, password: ${disabled.password} }`,
    `      - { username: ${withoutPassword.username} }`,
    `      - { username: speller, password: ${JSON.stringify(spelled)} }`,
    `      - { username: long-one, password: ${'p'.repeat(1024)} }`,
  ];
  const yaml = (await exampleConfiguration()).replace(/^ {4}users: &users\n/m, (line) => `${line}${more.join('\n')}\n`);
  server = await startSymbolon({ yaml });
  const main = server.tenants.find(({ id }) => id === 'main');
  const carol = await main?.store.users.findForPassword(disabled.username);
  await main?.store.users.setActive(carol?.user.sub ?? '', false, main.op.now());
});

afterAll(() => server.close());

async function tryToSignIn({ username, password }: { username: string; password: string }): Promise<AgentResponse> {
  const agent = createAgent(server.issuer);
  const login = await agent.get(authorizationRequest(server.issuer, clients.web, { state: 'state', nonce: 'nonce' }).url);
  return agent.submit(login, { button: 'login-submit', fields: { username, password } });
}

/** Everything a stranger sees, without what is random at every answer and without what she typed herself. */
function seen(response: AgentResponse, username: string): unknown {
  const headers = [...response.headers].filter(([name]) => name !== 'date');
  const random = /[\w-]{43}|[\w-]{22}|\b[0-9a-f]{16}\b/g;
  const text = response.text.replaceAll(username, 'USERNAME').replace(random, 'RANDOM');
  return {
    status: response.status,
    headers,
    text,
    trail: response.trail.map(({ status, url }) => `${status} ${url.replaceAll(username, 'USERNAME').replace(random, 'RANDOM')}`),
  };
}

describe('security: enumeration', () => {
  it('J13: a known, an unknown, a disabled and a password-less person are refused with the same answer to the byte', async () => {
    const refusals = [
      { ...known, password: 'anything at all' },
      unknown,
      disabled,
      { ...disabled, password: 'anything at all' },
      withoutPassword,
    ];
    const [first, ...others] = await Promise.all(refusals.map(async (who) => seen(await tryToSignIn(who), who.username)));
    expect(first).toMatchObject({ status: 400 });
    for (const other of others) expect(other).toEqual(first);
    expect((await tryToSignIn(known)).status, 'and the right password is not refused').toBe(200);
  });

  it.each([
    ['an empty password', ''],
    ['a password that is too long', 'x'.repeat(2000)],
    ['a password with NUL', 'x\0y'],
  ])('J13: %s is answered alike for known, unknown and disabled people', async (_, password) => {
    const [one, two, three] = await Promise.all(
      [known, unknown, disabled].map(async ({ username }) => seen(await tryToSignIn({ username, password }), username)),
    );
    expect(two).toEqual(one);
    expect(three).toEqual(one);
  });

  it('J13: a login_hint shows the same page, and the same silent refusal, whoever it names', async () => {
    const asked = async (login_hint: string, prompt?: string) => {
      const { url } = authorizationRequest(server.issuer, clients.web, { state: 'state', nonce: 'nonce', login_hint, prompt });
      return createAgent(server.issuer).get(url);
    };
    const pages = await Promise.all([known, unknown, disabled].map(async ({ username }) => seen(await asked(username), username)));
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[2]).toEqual(pages[0]);
    for (const { username } of [known, unknown, disabled])
      expect(answerOf(await asked(username, 'none')).get('error')).toBe('login_required');
  });

  it('J14: refusing an unknown person takes the work that refusing a known one takes', async () => {
    const times = { known: [] as number[], unknown: [] as number[], disabled: [] as number[] };
    const who = { known: { ...known, password: 'anything at all' }, unknown, disabled };
    const kinds = Object.keys(times) as (keyof typeof times)[];
    const agent = createAgent(server.issuer);
    const login = await agent.get('/login');
    for (let round = 0; round < 16; round++) {
      // The window of failures passes, so that every try is one that is looked at.
      server.advance(301);
      for (const kind of kinds) {
        const from = performance.now();
        await agent.submit(login, { button: 'login-submit', fields: who[kind] });
        // The first round warms up.
        if (round > 0) times[kind].push(performance.now() - from);
      }
    }
    for (const kind of kinds) {
      expect(median(times[kind]), `${kind} against known`).toBeGreaterThan(median(times.known) / 2);
      expect(median(times[kind]), `${kind} against known`).toBeLessThan(median(times.known) * 2);
    }
  });
});

describe('security: passwords as input', () => {
  it('J16: a password of a megabyte is refused by its size before anything is done with it', async () => {
    const agent = createAgent(server.issuer);
    const login = await agent.get('/login');
    const from = performance.now();
    const refused = await agent.submit(login, { button: 'login-submit', fields: { ...known, password: 'x'.repeat(1_000_000) } });
    expectErrorPage(refused, 'a megabyte', 413);
    expect(performance.now() - from).toBeLessThan(1000);
  });

  it('J16: a password beyond 1024 bytes is refused, one of exactly 1024 signs in', async () => {
    for (const length of [1025, 4096, 60_000])
      expect((await tryToSignIn({ username: 'long-one', password: 'p'.repeat(length) })).status, `${length}`).toBe(400);
    expect((await tryToSignIn({ username: 'long-one', password: 'p'.repeat(1023) })).status).toBe(400);
    expect((await tryToSignIn({ username: 'long-one', password: 'p'.repeat(1024) })).status).toBe(200);
  });

  it('J16: a password that cannot be one costs no hash', async () => {
    const agent = createAgent(server.issuer);
    const login = await agent.get('/login');
    const time = async (password: string) => {
      const times: number[] = [];
      for (let round = 0; round < 7; round++) {
        server.advance(301);
        const from = performance.now();
        await agent.submit(login, { button: 'login-submit', fields: { ...known, password } });
        times.push(performance.now() - from);
      }
      return median(times);
    };
    const hashed = await time('anything at all');
    expect(await time('x'.repeat(1025))).toBeLessThan(hashed / 2);
  });

  it('J16: nothing is cut off at a NUL', async () => {
    for (const password of [`${known.password}\0`, `${known.password}\0x`, `\0${known.password}`])
      expect((await tryToSignIn({ ...known, password })).status).toBe(400);
    expect((await tryToSignIn({ ...known, username: `${known.username}\0` })).status).toBe(400);
  });

  it.each(['NFC', 'NFD', 'NFKC', 'NFKD'] as const)('J16: a password in %s signs in, whatever form it was set in', async (spelling) => {
    expect((await tryToSignIn({ username: 'speller', password: spelled.normalize(spelling) })).status).toBe(200);
  });

  it('J16: another letter, another case or another blank is another password', async () => {
    for (const password of [
      spelled.toLowerCase(),
      spelled.replace('Å', 'A'),
      `${spelled} `,
      spelled.replace('🚀', '🎨'),
      spelled.replaceAll(' ', ''),
    ])
      expect((await tryToSignIn({ username: 'speller', password })).status, password).toBe(400);
  });

  it('J16: bytes that are not UTF-8 are refused, not replaced', async () => {
    const agent = createAgent(server.issuer);
    const login = await agent.get('/login');
    const csrf = login.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value;
    const body = `csrf=${csrf}&action=login&username=alice&password=%ff%fe`;
    const headers = {
      host: new URL(server.issuer).host,
      'content-type': 'application/x-www-form-urlencoded',
      cookie: agent.cookies.header(new URL(login.url)) ?? '',
    };
    const refused = await raw(server.issuer, { method: 'POST', path: '/login', headers, body });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('not percent-encoded UTF-8');
  });
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
