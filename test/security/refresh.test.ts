/** Refresh tokens (RFC 6749 section 6, RFC 9700 section 4.14): reuse, growth, foreign hands, and tokens that are almost right. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientUnderTest, clients, type Parameters, signInFor, tokenRequest, userinfo } from '../support/client.ts';
import { type Agent, createAgent } from '../support/http-agent.ts';
import { startSymbolon, type TestServer } from '../support/symbolon.ts';

const { trusted, nopkce, es256 } = clients;

let server: TestServer;
let agent: Agent;

beforeAll(async () => {
  server = await startSymbolon();
  agent = createAgent(server.issuer);
});

afterAll(() => server.close());

async function newTokens(scope = 'openid profile offline_access') {
  const { tokens } = await signInFor(server.issuer, agent, trusted, { scope });
  expect(tokens.status).toBe(200);
  return { access: String(tokens.body.access_token), refresh: String(tokens.body.refresh_token) };
}

function refresh(refresh_token: string, changes: Parameters = {}, client: ClientUnderTest = trusted) {
  return tokenRequest(server.issuer, client, { grant_type: 'refresh_token', refresh_token, ...changes });
}

async function successor(refresh_token: string) {
  const { status, body } = await refresh(refresh_token);
  expect(status).toBe(200);
  return { access: String(body.access_token), refresh: String(body.refresh_token) };
}

async function expectRefused(refresh_token: string, error = 'invalid_grant'): Promise<void> {
  const { status, body } = await refresh(refresh_token);
  expect({ status, error: body.error, access: body.access_token }, refresh_token).toEqual({ status: 400, error, access: undefined });
}

async function works(access: string): Promise<boolean> {
  return (await userinfo(server.issuer, access)).status === 200;
}

describe('security: refresh tokens', () => {
  it('F8: a retry within the grace time gives the same successor', async () => {
    const first = await newTokens();
    const second = await successor(first.refresh);
    expect(second.refresh).not.toBe(first.refresh);
    server.advance(50);
    const again = await successor(first.refresh);
    expect(again.refresh).toBe(second.refresh);
    expect(await works(second.access)).toBe(true);
    expect(await works(again.access)).toBe(true);
    expect((await successor(second.refresh)).refresh).not.toBe(second.refresh);
  });

  it('F8: 64 parallel uses give one chain', async () => {
    const first = await newTokens();
    const all = await Promise.all(Array.from({ length: 64 }, () => successor(first.refresh)));
    expect(new Set(all.map((tokens) => tokens.refresh)).size).toBe(1);
    expect((await refresh(all[0]?.refresh ?? '')).status).toBe(200);
  });

  it('F8: a use after the grace time ends the family: every token of it is dead', async () => {
    const first = await newTokens();
    const second = await successor(first.refresh);
    const third = await successor(second.refresh);
    server.advance(61);
    expect(await works(third.access)).toBe(true);
    await expectRefused(second.refresh);
    for (const { access, refresh } of [first, second, third]) {
      expect(await works(access)).toBe(false);
      await expectRefused(refresh);
    }
  });

  it('F8: a use after the grace time that asks for a scope of its own ends the family as well', async () => {
    const first = await newTokens();
    const second = await successor(first.refresh);
    server.advance(61);
    const { status, body } = await refresh(first.refresh, { scope: 'openid' });
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' });
    expect(await works(second.access)).toBe(false);
    await expectRefused(second.refresh);
  });

  it('F8: a token two generations old ends the family even within the grace time', async () => {
    const first = await newTokens();
    const third = await successor((await successor(first.refresh)).refresh);
    await expectRefused(first.refresh);
    await expectRefused(third.refresh);
    expect(await works(third.access)).toBe(false);
  });

  it('F8: the reuse of one family leaves the others of the same person alone', async () => {
    const [one, other] = [await newTokens(), await newTokens()];
    await successor(one.refresh);
    server.advance(61);
    await expectRefused(one.refresh);
    expect(await works(other.access)).toBe(true);
    await successor(other.refresh);
  });

  it('F12: a refresh never widens the scope, and the refused attempt costs nothing', async () => {
    const first = await newTokens('openid offline_access');
    for (const scope of ['openid email', 'openid profile offline_access', 'openid groups', 'openid nothing']) {
      const { status, body } = await refresh(first.refresh, { scope });
      expect({ status, error: body.error }, scope).toEqual({ status: 400, error: 'invalid_scope' });
    }
    const second = await successor(first.refresh);
    expect(Object.keys((await userinfo(server.issuer, second.access)).body)).toEqual(['sub']);
  });

  it('F12: a narrower scope holds for the access token given with it, and the full one comes back afterwards', async () => {
    const first = await newTokens('openid email offline_access');
    const narrow = await refresh(first.refresh, { scope: 'openid' });
    expect(narrow.body.scope).toBe('openid');
    expect((await userinfo(server.issuer, narrow.body.access_token)).body.email).toBeUndefined();
    const full = await successor(String(narrow.body.refresh_token));
    expect((await userinfo(server.issuer, full.access)).body.email).toBe('alice@example.test');
  });

  it('F8: another client gets nothing for a refresh token, and its owner loses nothing', async () => {
    const first = await newTokens();
    for (const thief of [nopkce, es256]) {
      const { status, body } = await refresh(first.refresh, {}, thief);
      expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' });
    }
    const second = await successor(first.refresh);
    expect(await works(second.access)).toBe(true);
  });

  it('F5: a refresh token that is cut, padded or written otherwise is refused', async () => {
    const { refresh: token } = await newTokens();
    for (const wrong of mistakesIn(token)) await expectRefused(wrong);
    await successor(token);
  });

  it('F5: an access token that is cut, padded or written otherwise is refused', async () => {
    const { access: token } = await newTokens();
    for (const wrong of mistakesIn(token)) {
      const { status, headers } = await userinfo(server.issuer, wrong);
      expect([400, 401], wrong).toContain(status);
      expect(headers.get('www-authenticate'), wrong).toMatch(/^Bearer .*error="invalid_/);
    }
    expect(await works(token)).toBe(true);
  });
});

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Cut at both ends, lengthened, with another letter case, and every other spelling of the same bytes in base64url and base64. */
function mistakesIn(token: string): readonly string[] {
  const last = token.at(-1) ?? '';
  const sameBytes = [...base64url]
    .map((letter) => token.slice(0, -1) + letter)
    .filter((each) => each !== token && bytes(each) === bytes(token));
  expect(sameBytes.length, `slack bits behind ${last}`).toBeGreaterThan(0);
  const letter = token.search(/[a-z]/);
  const upper = token.slice(0, letter) + token.slice(letter).charAt(0).toUpperCase() + token.slice(letter + 1);
  const cut = [token.slice(0, -1), token.slice(0, -2), token.slice(0, -4), token.slice(1), token.slice(0, 20)];
  const padded = [`${token}A`, `A${token}`, `${token}=`, `${token}==`, `${token}AAAA`, `${token}.`, `${token}${token}`];
  const other = [token.toLowerCase(), token.toUpperCase(), upper, token.replace(last, last === 'A' ? 'B' : 'A')];
  const all = new Set([...sameBytes, ...cut, ...padded, ...other]);
  all.delete(token);
  return [...all];
}

function bytes(token: string): string {
  return Buffer.from(token, 'base64url').toString('hex');
}
