/** Somebody whom a partner knows and nobody here does: she looks at her account first, or gets none; and what the partner gave it takes away. */
import { afterEach, describe, expect, it } from 'vitest';
import type { AgentResponse } from '../support/http-agent.ts';
import { alice, arriveFrom, newPerson, partner, people, startHub, textOf } from '../support/hub.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

let acme: ScriptedProvider;
let hub: TestServer;
afterEach(() => Promise.all([hub.close(), acme.close()]));

async function realm(entry: object, userinfo: Record<string, unknown> = {}): Promise<void> {
  acme = await startScriptedProvider({
    userinfo: { name: 'Ann Archer', given_name: 'Ann', email: 'ann@acme.test', email_verified: true, ...userinfo },
  });
  hub = await startHub({ upstreams: [partner('acme', acme, { registration: 'review', ...entry })] });
}

const typedIn = ({ text }: AgentResponse, id: string) => new RegExp(`<input id="${id}"[^>]*?value="([^"]*)"`).exec(text)?.[1] ?? '';
const isLocked = ({ text }: AgentResponse, id: string) => new RegExp(`<input id="${id}"[^>]*readonly`).test(text);
const newcomer = async () => (await people(hub)).find(({ username }) => username !== 'alice');
const groups = { claim: 'groups', map: { riders: 'bikers', staff: 'staff' } };

describe('agate: the realm’s newcomers', () => {
  it('AG-28: an unknown person sees a sign-up page with what the upstream said, and has no account before she says so', async () => {
    await realm({});
    const page = await arriveFrom(newPerson(hub), 'acme', acme);
    expect([page.status, ...['name', 'given_name', 'family_name', 'email'].map((id) => typedIn(page, id))]).toEqual([
      200,
      'Ann Archer',
      'Ann',
      '',
      'ann@acme.test',
    ]);
    expect(await newcomer()).toBeUndefined();
  });

  it('AG-28: what she leaves as it is keeps the upstream’s word, what she corrects stays corrected', async () => {
    await realm({});
    const person = newPerson(hub);
    const home = await person.submit(await arriveFrom(person, 'acme', acme), {
      button: 'review-submit',
      fields: { name: 'Ann A. Archer' },
    });
    expect([home.url, textOf(home, 'home-account')]).toEqual([`${hub.issuer}/home`, 'Ann A. Archer']);
    expect((await newcomer())?.claims).toMatchObject({ email: 'ann@acme.test', email_verified: true });
    acme.script.userinfo = (claims) => ({ ...claims, name: 'Other', given_name: 'Anna' });
    await arriveFrom(newPerson(hub), 'acme', acme);
    expect((await newcomer())?.claims).toMatchObject({
      name: 'Ann A. Archer',
      given_name: 'Anna',
      email: 'ann@acme.test',
      email_verified: true,
    });
  });

  it('AG-28: what a rule is about she cannot change, whatever her browser sends', async () => {
    await realm({ claims: { email: { required: true }, full: { to: 'name' } } }, { full: 'Ann of Acme' });
    const person = newPerson(hub);
    const page = await arriveFrom(person, 'acme', acme);
    expect(['name', 'email', 'given_name'].map((id) => isLocked(page, id))).toEqual([true, true, false]);
    await person.submit(page, { button: 'review-submit', fields: { name: 'Root', email: 'root@acme.test', given_name: '' } });
    const { claims } = (await newcomer()) ?? {};
    expect(claims).toMatchObject({ name: 'Ann of Acme', email: 'ann@acme.test', email_verified: true });
    expect(claims).not.toHaveProperty('given_name');
  });

  it('AG-28: an address that is none is asked for again, and no makes no account', async () => {
    await realm({});
    const person = newPerson(hub);
    const again = await person.submit(await arriveFrom(person, 'acme', acme), {
      button: 'review-submit',
      fields: { email: 'nowhere', name: 'Annie' },
    });
    expect([again.status, typedIn(again, 'email'), typedIn(again, 'name')]).toEqual([400, 'nowhere', 'Annie']);
    const no = await person.submit(again, { button: 'review-cancel' });
    expect([textOf(no, 'error-code'), await newcomer()]).toEqual(['upstream_denied', undefined]);
  });

  it('AG-28: groups are mapped, and one that the upstream removes is removed at the next sign-in', async () => {
    await realm({ groups }, { groups: ['riders', 'staff', 'boss'] });
    const person = newPerson(hub);
    await person.submit(await arriveFrom(person, 'acme', acme), { button: 'review-submit' });
    expect((await newcomer())?.groups).toEqual(['bikers', 'staff']);
    acme.script.userinfo = (claims) => ({ ...claims, groups: ['riders'] });
    await arriveFrom(newPerson(hub), 'acme', acme);
    expect((await newcomer())?.groups).toEqual(['bikers']);
  });

  it('AG-28: where nobody is registered, an unknown person is told so', async () => {
    await realm({ registration: 'none' });
    const page = await arriveFrom(newPerson(hub), 'acme', acme);
    expect([page.status, textOf(page, 'error-code'), await newcomer()]).toEqual([403, 'upstream_unregistered', undefined]);
  });
});

describe('security: the review of a new account', () => {
  it('E11: an address that she typed is not verified, whatever the upstream says of another', async () => {
    await realm({});
    const person = newPerson(hub);
    await person.submit(await arriveFrom(person, 'acme', acme), { button: 'review-submit', fields: { email: 'boss@acme.test' } });
    expect((await newcomer())?.claims.email).toBe('boss@acme.test');
    expect((await newcomer())?.claims.email_verified).not.toBe(true);
    await arriveFrom(newPerson(hub), 'acme', acme);
    expect((await newcomer())?.claims.email).toBe('boss@acme.test');
    expect((await newcomer())?.claims.email_verified).not.toBe(true);
  });

  it.each(['never', 'ask', 'verified-email'])(
    'E11: the address of somebody else gives nothing of hers, with linking %s',
    async (linking) => {
      await realm({ linking });
      const person = newPerson(hub);
      const page = await person.submit(await arriveFrom(person, 'acme', acme), {
        button: 'review-submit',
        fields: { email: 'Alice@ACME.test' },
      });
      if (linking === 'never') expect(textOf(page, 'error-code')).toBe('upstream_taken');
      else expect(page.text).toContain('id="confirm-submit"');
      expect([await newcomer(), textOf(await person.get('/home'), 'claim-username')]).toEqual([undefined, undefined]);
      if (linking === 'never') return;
      const { username, password } = alice;
      const home = await person.submit(page, { button: 'confirm-submit', fields: { username, password } });
      expect(textOf(home, 'home-account')).toBe('Alice Archer');
    },
  );
});
