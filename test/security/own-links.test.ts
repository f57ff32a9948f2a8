/** Sign-ins that a person connects and disconnects herself, and who could do it in her place. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Agent, AgentResponse } from '../support/http-agent.ts';
import { alice, arriveFrom, newPerson, outAndBack, partner, people, startHub, textOf } from '../support/hub.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

let acme: ScriptedProvider;
let only: ScriptedProvider;
let hub: TestServer;

const bob = { username: 'bob', password: 'hunter2 hunter2', claims: { name: 'Bob', email: 'bob@acme.test' } };

beforeEach(async () => {
  [acme, only] = await Promise.all([
    startScriptedProvider({ userinfo: { email: 'work@acme.test', email_verified: true, phone_number: '+1' } }),
    startScriptedProvider({ sub: 'zoe', userinfo: { name: 'Zoe' } }),
  ]);
  hub = await startHub({ upstreams: [partner('acme', acme), partner('only', only, { linkOnly: true })], users: [alice, bob] });
});
afterEach(() => Promise.all([hub.close(), acme.close(), only.close()]));

async function signedIn({ username, password }: { readonly username: string; readonly password: string } = alice): Promise<Agent> {
  const person = newPerson(hub);
  await person.submit(await person.get('/login'), { button: 'login-submit', fields: { username, password } });
  return person;
}

async function linksOf(username: string): Promise<readonly string[]> {
  const user = (await people(hub)).find((each) => each.username === username);
  return ((await hub.tenants[0]?.store.identities.list(user?.sub ?? '')) ?? []).map(({ upstream, subject }) => `${upstream} ${subject}`);
}

const hrefOf = ({ text }: AgentResponse, id: string) =>
  new RegExp(`id="${id}"[^>]*href="([^"]+)"`).exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';

async function connect(person: Agent, id: string, provider: ScriptedProvider): Promise<AgentResponse> {
  const way = hrefOf(await person.get('/account/links'), `upstream-${id}`);
  return person.get(await outAndBack(person, way, provider));
}

describe('security: sign-ins of one’s own', () => {
  it('E6: are connected from the account, also one that is for nothing else, which signs nobody in afterwards', async () => {
    const person = await signedIn();
    expect(hrefOf(await person.get('/account'), 'account-links')).toContain('/account/links');
    expect((await connect(person, 'only', only)).url).toContain('/account/links');
    expect((await connect(person, 'acme', acme)).text).toContain('id="link-1"');
    expect(await linksOf('alice')).toEqual(expect.arrayContaining(['only zoe', 'acme person-1']));
    expect((await newPerson(hub).get('/auth/oidc/start/only')).status).toBe(404);
    expect(textOf(await arriveFrom(newPerson(hub), 'acme', acme), 'home-account')).toBe('Alice Archer');
  });

  it('E9: the word of an upstream on its own address does not verify the one she has', async () => {
    const person = await signedIn(bob);
    await connect(person, 'acme', acme);
    const { claims } = (await people(hub)).find(({ username }) => username === 'bob') ?? {};
    expect(claims).toEqual({ ...bob.claims, phone_number: '+1' });
  });

  it('E3, E12: nobody begins it without a ticket of this browser, session and upstream', async () => {
    const [person, other] = [await signedIn(), await signedIn(bob)];
    const way = hrefOf(await person.get('/account/links'), 'upstream-acme');
    const theirs = new URL(hrefOf(await other.get('/account/links'), 'upstream-acme'), hub.issuer).searchParams;
    const mine = new URL(way, hub.issuer).searchParams;
    const forged = [
      way.replace('start/acme', 'start/only'),
      way.replace(/ticket=[^&]+/, 'ticket=x'),
      `/auth/oidc/start/acme?as=${mine.get('as')}&ticket=${theirs.get('ticket')}`,
      `/auth/oidc/start/acme?as=${theirs.get('as')}&ticket=${theirs.get('ticket')}`,
    ];
    for (const address of forged) expect([(await person.get(address)).status, address]).toEqual([400, address]);
    expect((await newPerson(hub).get(way)).status).toBe(400);
  });

  it('E3: an identity that is somebody’s stays hers, and an answer after the sign-out links nothing', async () => {
    await connect(await signedIn(bob), 'acme', acme);
    const person = await signedIn();
    expect(textOf(await connect(person, 'acme', acme), 'error-code')).toBe('upstream_linkedElsewhere');
    const back = await outAndBack(person, hrefOf(await person.get('/account/links'), 'upstream-only'), only);
    await person.submit(await person.get('/account'), { button: 'sign-out-everywhere' });
    expect((await person.get(back)).status).toBeGreaterThanOrEqual(400);
    expect([await linksOf('alice'), await linksOf('bob')]).toEqual([[], ['acme person-1']]);
  });

  it('E12: the link of somebody else is not there to be ended', async () => {
    const [person, other] = [await signedIn(), await signedIn(bob)];
    await connect(other, 'acme', acme);
    await connect(person, 'only', only);
    const theirs = /name="unlink" value="([^"]+)"/.exec((await other.get('/account/links')).text)?.[1] ?? '';
    const page = await person.get('/account/links');
    const [account, csrf] = ['account', 'csrf'].map((name) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page.text)?.[1] ?? '');
    const answer = await person.post('/account/links', { account: account ?? '', csrf: csrf ?? '', unlink: theirs });
    expect([answer.status, await linksOf('bob')]).toEqual([404, ['acme person-1']]);
    await person.submit(await person.get('/account/links'), { button: 'link-end-0' });
    expect(await linksOf('alice')).toEqual([]);
  });

  it('E5: the last way in stays, shown without its button and refused without it', async () => {
    const person = newPerson(hub);
    await arriveFrom(person, 'acme', acme);
    await connect(person, 'only', only);
    const page = await person.get('/account/links');
    expect([page.text.includes('link-end-0'), page.text.includes('link-end-1')]).toEqual([false, true]);
    const made = (await people(hub)).find(({ username }) => username.startsWith('acme/'));
    const unlink = createHash('sha256')
      .update(JSON.stringify(['acme', acme.issuer, 'person-1']))
      .digest('base64url');
    const [account, csrf] = ['account', 'csrf'].map((name) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page.text)?.[1] ?? '');
    expect((await person.post('/account/links', { account: account ?? '', csrf: csrf ?? '', unlink })).status).toBe(400);
    expect(await linksOf(made?.username ?? '')).toHaveLength(2);
    await person.submit(page, { button: 'link-end-1' });
    expect(await linksOf(made?.username ?? '')).toEqual(['acme person-1']);
  });
});
