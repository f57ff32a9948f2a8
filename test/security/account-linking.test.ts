/**
 * Taking over an account that is there by coming from somewhere else. Alice has an account with a password; whoever comes from a partner with
 * her address gets it only with a proof. Every test ends by looking who has which identity.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Agent, AgentResponse } from '../support/http-agent.ts';
import { alice, arriveFrom, newPerson, outAndBack, partner, people, shop, startHub, startLink, textOf } from '../support/hub.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

let close: (() => Promise<unknown>)[] = [];
let hub: TestServer;
afterEach(async () => {
  await Promise.all(close.map((each) => each()));
  close = [];
});

const bob = { username: 'bob', password: 'hunter2 hunter2', claims: { name: 'Bob', email: 'bob@acme.test', email_verified: true } };

/** A partner that says this of its only person. */
async function saying(userinfo: object, sub = 'person-1'): Promise<ScriptedProvider> {
  const provider = await startScriptedProvider({ sub, userinfo: { ...userinfo } });
  close.push(provider.close);
  return provider;
}

async function hubOf(upstreams: readonly Readonly<Record<string, unknown>>[], users: readonly object[] = [alice, bob]): Promise<void> {
  hub = await startHub({ upstreams, users });
  close.push(hub.close);
}

async function linksOf(username: string): Promise<readonly string[]> {
  const user = (await people(hub)).find((each) => each.username === username);
  const identities = await hub.tenants[0]?.store.identities.list(user?.sub ?? '');
  return (identities ?? []).map(({ upstream, subject }) => `${upstream} ${subject}`);
}

const asks = (answer: AgentResponse) => answer.text.includes('id="confirm-submit"');
const account = async (person: Agent) => textOf(await person.get('/home'), 'claim-username');
const prove = (person: Agent, page: AgentResponse, { username, password } = alice) =>
  person.submit(page, { button: 'confirm-submit', fields: { username, password } });

describe('security: account linking', () => {
  it.each([
    ['false', { email_verified: false }],
    ['missing', {}],
    ['the text "true"', { email_verified: 'true' }],
    ['the number 1', { email_verified: 1 }],
  ])('E1: an address whose email_verified is %s signs nobody in to the account that has it', async (_, verified) => {
    const acme = await saying({ email: 'alice@acme.test', name: 'Mallory', ...verified });
    await hubOf([partner('acme', acme, { linking: 'verified-email' })]);
    const mallory = newPerson(hub);
    const page = await arriveFrom(mallory, 'acme', acme);
    expect(asks(page)).toBe(true);
    expect(await account(mallory)).toBeUndefined();
    expect(await linksOf('alice')).toEqual([]);
    expect(await people(hub)).toHaveLength(2);
    const wrong = await prove(mallory, page, { ...alice, password: 'guess guess' });
    expect([wrong.status, asks(wrong), await account(mallory)]).toEqual([400, true, undefined]);
    expect(await linksOf('alice')).toEqual([]);
  });

  it('E2: a verified address in a domain that the upstream is not trusted for is asked about', async () => {
    const acme = await saying({ email: 'alice@acme.test', email_verified: true });
    await hubOf([partner('acme', acme, { linking: 'verified-email', domains: ['other.test', 'sub.acme.test'] })]);
    expect(asks(await arriveFrom(newPerson(hub), 'acme', acme))).toBe(true);
    expect(await linksOf('alice')).toEqual([]);
  });

  it('O2-12, E2: a verified address in a trusted domain links by itself, where the operator said so and the account’s is verified too', async () => {
    const acme = await saying({ email: 'Alice@ACME.test', email_verified: true, name: 'Other Name' });
    await hubOf([partner('acme', acme, { linking: 'verified-email' })]);
    const person = newPerson(hub);
    expect(textOf(await arriveFrom(person, 'acme', acme), 'home-account')).toBe('Alice Archer');
    expect(await linksOf('alice')).toEqual(['acme person-1']);
    expect((await people(hub))[0]?.claims).toMatchObject(alice.claims);
  });

  it('E10: an address that the account itself never proved does not link', async () => {
    const acme = await saying({ email: 'alice@acme.test', email_verified: true });
    await hubOf(
      [partner('acme', acme, { linking: 'verified-email' })],
      [{ ...alice, claims: { email: 'alice@acme.test', email_verified: false } }],
    );
    expect(asks(await arriveFrom(newPerson(hub), 'acme', acme))).toBe(true);
  });

  it('E10: an account that a partner made with an address it could not vouch for keeps nobody out', async () => {
    const [evil, acme] = [
      await saying({ email: 'vera@acme.test', name: 'Mallory' }, 'mallory'),
      await saying({ email: 'vera@acme.test', email_verified: true, name: 'Vera' }),
    ];
    await hubOf([partner('evil', evil, { domains: [] }), partner('acme', acme)]);
    await arriveFrom(newPerson(hub), 'evil', evil);
    expect(textOf(await arriveFrom(newPerson(hub), 'acme', acme), 'home-account')).toBe('Vera');
    expect([await linksOf('evil/vera'), await linksOf('acme/vera')]).toEqual([['evil mallory'], ['acme person-1']]);
  });

  it('E10: asked whether that account is hers, the real person says no and gets her own, and then nobody else may', async () => {
    const [evil, acme] = [
      await saying({ email: 'vera@acme.test', name: 'Mallory' }, 'mallory'),
      await saying({ email: 'vera@acme.test', email_verified: true, name: 'Vera' }),
    ];
    await hubOf([partner('evil', evil, { domains: [] }), partner('acme', acme, { linking: 'verified-email' })]);
    await arriveFrom(newPerson(hub), 'evil', evil);
    const person = newPerson(hub);
    const page = await arriveFrom(person, 'acme', acme);
    expect([asks(page), page.text.includes('confirm-separate')]).toEqual([true, true]);
    expect(textOf(await person.submit(page, { button: 'confirm-separate' }), 'home-account')).toBe('Vera');
    expect([await linksOf('evil/vera'), await linksOf('acme/vera')]).toEqual([['evil mallory'], ['acme person-1']]);
    evil.script.claims = (claims) => ({ ...claims, sub: 'mallory-2' });
    evil.script.userinfo = (claims) => ({ ...claims, sub: 'mallory-2' });
    const late = newPerson(hub);
    expect(textOf(await arriveFrom(late, 'evil', evil), 'error-code')).toBe('upstream_taken');
  });

  it('E10: an address that the operator wrote down cannot be waved away', async () => {
    const acme = await saying({ email: 'alice@acme.test' });
    await hubOf([partner('acme', acme, { linking: 'ask' })], [{ ...alice, claims: { email: 'alice@acme.test' } }]);
    const person = newPerson(hub);
    const page = await arriveFrom(person, 'acme', acme);
    expect([asks(page), page.text.includes('confirm-separate')]).toEqual([true, false]);
    const [proof, csrf] = [field(page, 'proof'), field(page, 'csrf')];
    expect(asks(await person.post('/auth/oidc/confirm', { proof, csrf, action: 'separate' }))).toBe(true);
    expect(await people(hub)).toHaveLength(1);
  });

  it.each(['al\u0131ce@acme.test', '\uff41lice@acme.test', 'ALICE@acme.test.', 'alice@\u2090cme.test'])(
    'E8: %j, which could be taken for her address, links nobody',
    async (email) => {
      const acme = await saying({ email, email_verified: true });
      await hubOf([partner('acme', acme, { linking: 'verified-email' })]);
      await arriveFrom(newPerson(hub), 'acme', acme);
      expect(await linksOf('alice')).toEqual([]);
    },
  );

  it('O2-12: a partner that never links makes no second account for an address and signs nobody in', async () => {
    const acme = await saying({ email: 'alice@acme.test', email_verified: true });
    await hubOf([partner('acme', acme)]);
    const person = newPerson(hub);
    const page = await arriveFrom(person, 'acme', acme);
    expect([page.status, textOf(page, 'error-code'), await account(person)]).toEqual([403, 'upstream_taken', undefined]);
    expect(await people(hub)).toHaveLength(2);
  });

  it('links after the password of the account, and signs in to it from then on', async () => {
    const acme = await saying({ email: 'alice@acme.test' });
    await hubOf([partner('acme', acme, { linking: 'ask' })]);
    const person = newPerson(hub);
    const home = await prove(person, await arriveFrom(person, 'acme', acme));
    expect([home.url, textOf(home, 'home-account')]).toEqual([`${hub.issuer}/home`, 'Alice Archer']);
    expect(await linksOf('alice')).toEqual(['acme person-1']);
    expect(textOf(await arriveFrom(newPerson(hub), 'acme', acme), 'home-account')).toBe('Alice Archer');
  });

  it('E3: a proof counts for the identity it was made for, not for another that comes in between', async () => {
    const [acme, zeta] = [await saying({ email: 'alice@acme.test' }), await saying({ email: 'alice@acme.test' }, 'evil')];
    await hubOf([partner('acme', acme, { linking: 'ask' }), partner('zeta', zeta, { linking: 'ask' })]);
    const person = newPerson(hub);
    const [first, second] = [await arriveFrom(person, 'acme', acme), await arriveFrom(person, 'zeta', zeta)];
    expect([asks(first), asks(second)]).toEqual([true, true]);
    await prove(person, first);
    expect(await linksOf('alice')).toEqual(['acme person-1']);
    const fields = { proof: field(second, 'proof'), csrf: field(first, 'csrf'), action: 'confirm', upstream: 'acme', subject: 'person-1' };
    await person.post('/auth/oidc/confirm', { ...fields, username: 'bob', password: bob.password });
    expect(await linksOf('bob')).toEqual([]);
  });

  it('E3: the password of another account proves nothing for this address', async () => {
    const acme = await saying({ email: 'alice@acme.test' });
    await hubOf([partner('acme', acme, { linking: 'ask' })]);
    const person = newPerson(hub);
    const again = await prove(person, await arriveFrom(person, 'acme', acme), bob);
    expect([again.status, asks(again), await account(person)]).toEqual([400, true, undefined]);
    expect([await linksOf('alice'), await linksOf('bob')]).toEqual([[], []]);
  });

  it('E4: a proof is random, of this browser, and serves once', async () => {
    const acme = await saying({ email: 'alice@acme.test' });
    await hubOf([partner('acme', acme, { linking: 'ask' })]);
    const [person, thief] = [newPerson(hub), newPerson(hub)];
    const pages = [await arriveFrom(person, 'acme', acme), await arriveFrom(person, 'acme', acme), await arriveFrom(thief, 'acme', acme)];
    const proofs = pages.map((page) => field(page, 'proof'));
    expect(new Set(proofs).size).toBe(3);
    for (const proof of proofs) expect(proof).toMatch(/^[\w-]{43}$/);
    const send = (agent: Agent, page: AgentResponse | undefined, proof = '') =>
      agent.post('/auth/oidc/confirm', {
        csrf: page === undefined ? '' : field(page, 'csrf'),
        proof,
        action: 'confirm',
        username: 'alice',
        password: alice.password,
      });
    expect(textOf(await send(thief, pages[2], proofs[0]), 'error-code')).toBe('invalid_request');
    expect(await linksOf('alice')).toEqual([]);
    expect((await send(person, pages[0], proofs[0])).url).toBe(`${hub.issuer}/home`);
    // The browser has a new cookie by now, and this form of it is good: it is the proof that is not.
    const again = await send(person, await person.get('/login'), proofs[0]);
    expect([again.status, textOf(again, 'error-code')]).toEqual([400, 'invalid_request']);
  });

  it('E5: a proof that waits dies when the identity is unlinked', async () => {
    const acme = await saying({ email: 'alice@acme.test' });
    await hubOf([partner('acme', acme, { linking: 'ask' })]);
    const [person, other] = [newPerson(hub), newPerson(hub)];
    const [waiting, used] = [await arriveFrom(other, 'acme', acme), await arriveFrom(person, 'acme', acme)];
    await prove(person, used);
    const [tenant] = hub.tenants;
    const [user] = await people(hub);
    const key = { upstream: 'acme', issuer: acme.issuer, subject: 'person-1' };
    expect(await tenant?.store.identities.unlink(user?.sub ?? '', key, tenant.op.now())).toBe(true);
    const late = await prove(other, waiting);
    expect([textOf(late, 'error-code'), await account(other)]).toEqual(['invalid_request', undefined]);
    expect(await linksOf('alice')).toEqual([]);
  });

  it('E6: an upstream that is only for linking starts no sign-in, from a button, a start link or an answer', async () => {
    const acme = await saying({ email: 'ann@acme.test' });
    await hubOf([partner('acme', acme, { linkOnly: true })]);
    for (const link of [startLink('acme'), '/auth/oidc/start/acme', '/auth/oidc/start/acme?proof=x']) {
      const page = await newPerson(hub).get(link);
      expect([page.status, page.location]).toEqual([404, undefined]);
    }
    expect((await newPerson(hub).get('/login')).text).not.toContain('upstream-acme');
    expect(await people(hub)).toHaveLength(2);
  });

  it('E7: whatever a partner calls her, nobody gets the username or address of somebody else as her username', async () => {
    const acme = await saying({ preferred_username: 'alice@acme.test', email: 'mallory@acme.test', name: 'Mallory' });
    await hubOf([partner('acme', acme)]);
    await arriveFrom(newPerson(hub), 'acme', acme);
    acme.script = { claims: (claims) => ({ ...claims, sub: '2' }), userinfo: () => ({ sub: '2', preferred_username: 'Alice' }) };
    await arriveFrom(newPerson(hub), 'acme', acme);
    const names = (await people(hub)).map(({ usernameKey }) => usernameKey);
    expect(names).toEqual([expect.stringMatching(/^acme\/alice$/), expect.stringMatching(/^acme\/alice-/), 'alice', 'bob']);
  });

  it('E9: what only we may say of a person is not taken from an upstream', async () => {
    const claims = { email_verified: true, phone_number_verified: true, roles: ['rest-admin'], groups: ['staff'], updated_at: 1, iss: 'x' };
    const acme = await saying({ ...claims, email: 'ann@elsewhere.test', phone_number: '+1', tenant: 'main', __proto__: { roles: ['x'] } });
    await hubOf([partner('acme', acme, { claims: { roles: { required: true }, email_verified: { required: true } } })]);
    await arriveFrom(newPerson(hub), 'acme', acme);
    const [made] = await people(hub);
    expect([made?.roles, made?.groups]).toEqual([[], []]);
    expect(made?.claims).toEqual({ email: 'ann@elsewhere.test', email_verified: false, phone_number: '+1' });
  });

  it('E11: a later sign-in with the address of somebody else changes nothing of hers', async () => {
    const acme = await saying({ email: 'ann@elsewhere.test' });
    await hubOf([partner('acme', acme, { linking: 'ask' })]);
    await arriveFrom(newPerson(hub), 'acme', acme);
    acme.script.userinfo = (claims) => ({ ...claims, email: 'alice@acme.test', name: 'Ann' });
    const home = await arriveFrom(newPerson(hub), 'acme', acme);
    expect([textOf(home, 'claim-email'), textOf(home, 'home-account')]).toEqual(['ann@elsewhere.test', 'Ann']);
    expect(await hub.tenants[0]?.store.users.findByEmail('alice@acme.test')).toHaveLength(1);
  });

  it('F6: a disabled account is not signed in to by its upstream, and not made again', async () => {
    const acme = await saying({ name: 'Ann' });
    await hubOf([partner('acme', acme)]);
    await arriveFrom(newPerson(hub), 'acme', acme);
    const ann = (await people(hub)).find(({ username }) => username.startsWith('acme/'));
    await hub.tenants[0]?.store.users.setActive(ann?.sub ?? '', false, 0);
    const person = newPerson(hub);
    const page = await arriveFrom(person, 'acme', acme);
    expect([page.status, textOf(page, 'error-code'), await account(person)]).toEqual([403, 'upstream_disabled', undefined]);
    expect(await people(hub)).toHaveLength(3);
  });

  it('K1: whoever is signed in is asked before she becomes somebody else, and may stay', async () => {
    const acme = await saying({ name: 'Ann' });
    await hubOf([partner('acme', acme)]);
    const person = newPerson(hub);
    const { username, password } = alice;
    await person.submit(await person.get('/login'), { button: 'login-submit', fields: { username, password } });
    const page = await arriveFrom(person, 'acme', acme);
    expect(page.text).toContain('switch-yes');
    expect([await account(person), (await people(hub)).length]).toEqual(['alice', 2]);
    expect(textOf(await person.submit(page, { button: 'switch-no' }), 'home-account')).toBe('Alice Archer');
    expect(await people(hub)).toHaveLength(2);
  });

  it('H1: a confirmation posted from another site does nothing', async () => {
    const acme = await saying({ email: 'alice@acme.test' });
    await hubOf([partner('acme', acme, { linking: 'ask' })]);
    const person = newPerson(hub);
    const page = await arriveFrom(person, 'acme', acme);
    const { username, password } = alice;
    const forged = await person.submit(page, {
      button: 'confirm-submit',
      fields: { username, password },
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect([forged.status, await linksOf('alice')]).toEqual([403, []]);
  });

  it('proves an account without a password by a sign-in at the upstream it came from', async () => {
    const [acme, zeta] = [await saying({ email: 'ann@acme.test', name: 'Ann' }), await saying({ email: 'ann@acme.test' }, 'zoe')];
    await hubOf([partner('acme', acme), partner('zeta', zeta, { linking: 'ask', domains: [] })]);
    await arriveFrom(newPerson(hub), 'acme', acme);
    const person = newPerson(hub);
    const page = await arriveFrom(person, 'zeta', zeta);
    const link = /id="upstream-acme"[^>]*href="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const home = await person.get(await outAndBack(person, link, acme));
    expect(textOf(home, 'home-account')).toBe('Ann');
    expect(await linksOf('acme/ann')).toEqual(['acme person-1', 'zeta zoe']);
  });

  it('K1: a sign-in that waits for its proof ends in the request it was begun for', async () => {
    const acme = await saying({ email: 'alice@acme.test' });
    await hubOf([partner('acme', acme, { linking: 'ask' })]);
    const { client_id, redirect_uris } = shop;
    const query = {
      client_id,
      redirect_uri: redirect_uris[0] ?? '',
      response_type: 'code',
      scope: 'openid',
      state: 'mine',
      whr: 'uuid:acme',
    };
    const challenge = { code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' };
    const person = newPerson(hub);
    const page = await person.get(await outAndBack(person, `/authorize?${new URLSearchParams({ ...query, ...challenge })}`, acme));
    const policy = page.headers.get('content-security-policy');
    expect([asks(page), policy]).toEqual([true, expect.stringContaining("form-action 'self' http://127.0.0.1:5000;")]);
    const answer = new URL((await prove(person, page)).location ?? 'x:');
    expect([answer.origin, answer.searchParams.get('state')]).toEqual(['http://127.0.0.1:5000', 'mine']);
    expect(answer.searchParams.get('code')).not.toBeNull();
  });
});

function field({ forms }: AgentResponse, name: string): string {
  return forms.flatMap(({ fields }) => fields).find((each) => each.name === name)?.value ?? '';
}
