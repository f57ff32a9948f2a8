/** From the shop through the hub to a bank and back: a pushed request that names the bank, consent, and what the shop is told under the hub's name. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, authorizationRequest, claimsIn, redeem, userinfo } from '../support/client.ts';
import type { Agent } from '../support/http-agent.ts';
import { newPerson, textOf } from '../support/hub.ts';
import { push } from '../support/pushed.ts';
import { account, type Banks, banksShop, linkOf, listed, startBanks, startHubOfBanks } from '../support/selector.ts';
import type { TestServer } from '../support/symbolon.ts';

const client = { ...banksShop, redirect_uri: 'http://127.0.0.1:5000/callback' };
const scope = 'openid profile email payment_details';
let banks: Banks;
let hub: TestServer;

beforeAll(async () => {
  banks = await startBanks();
  hub = await startHubOfBanks(banks, { client: { policy: { scopeClaims: 'id_token' } } });
});
afterAll(() => Promise.all([hub.close(), banks.acme.close(), banks.zeta.close()]));

/** To the bank and back with a pushed request, up to consent. */
async function toConsent(person: Agent) {
  const pushed = await push(hub.issuer, client, { scope, prompt: 'consent', identity_provider_id: 'acme' });
  const gone = await person.get(pushed.url);
  return { pushed, gone, consent: await person.get(await banks.acme.visit(gone.location ?? '')) };
}

/** Signed in through a bank by its own button. */
async function signedInAt(bank: 'acme' | 'zeta', person = newPerson(hub)): Promise<Agent> {
  await person.get(await banks[bank].visit((await person.get(`/auth/oidc/start/${bank}`)).location ?? ''));
  return person;
}

describe('through the hub', () => {
  it('IP-25: a pushed identity_provider_id goes straight to that bank, and the hub tells what the bank said, signed by itself', async () => {
    const person = newPerson(hub);
    const { pushed, gone, consent } = await toConsent(person);
    expect([pushed.status, new URL(gone.location ?? '').origin]).toEqual([201, banks.acme.issuer]);
    expect(gone.trail.every(({ status }) => status >= 300 && status < 400)).toBe(true);
    const back = await person.submit(consent, { button: 'consent-allow' });
    const { body } = await redeem(hub.issuer, client, pushed, answerOf(back));
    const told = { name: 'Ann Archer', email: 'ann@acme.test', birthdate: '1988-08-08', payment_details: account };
    expect(claimsIn(body.id_token)).toMatchObject({ iss: hub.issuer, aud: 'shop', amr: ['fed'], ...told });
    expect(claimsIn(body.id_token).sub).not.toBe('ann');
    expect((await userinfo(hub.issuer, body.access_token)).body).toMatchObject(told);
  });

  it('IP-25: consent names the shop and its host, the bank, and everything that is released, payment details too', async () => {
    const { consent } = await toConsent(newPerson(hub));
    expect([textOf(consent, 'client-host'), textOf(consent, 'consent-from')]).toEqual(['127.0.0.1:5000', 'acme Bank']);
    for (const words of ['Corner Shop', 'Your bank account details', 'Name, Date of birth', 'Your e-mail address'])
      expect(consent.text).toContain(words);
    expect(consent.text).not.toContain(account.identifier);
  });

  it('IP-25: who is signed in through one bank goes to the other when the request names it', async () => {
    const person = await signedInAt('zeta');
    expect((await person.get(authorizationRequest(hub.issuer, client, { scope }).url)).url).toContain('/consent');
    const named = await person.get(authorizationRequest(hub.issuer, client, { scope, identity_provider_id: 'acme' }).url);
    expect(new URL(named.location ?? '').origin).toBe(banks.acme.issuer);
    const same = await person.get(authorizationRequest(hub.issuer, client, { scope, identity_provider_id: 'zeta' }).url);
    expect(same.url).toContain('/consent');
  });

  it('IP-25: local stands for a password here, and a name that nobody has says nothing', async () => {
    const page = await newPerson(hub).get(authorizationRequest(hub.issuer, client, { scope, identity_provider_id: 'local' }).url);
    expect(page.text).toContain('id="login-submit"');
    const person = await signedInAt('zeta');
    expect((await person.get(authorizationRequest(hub.issuer, client, { identity_provider_id: 'nobody' }).url)).url).toContain('/consent');
    const other = await person.get(authorizationRequest(hub.issuer, client, { identity_provider_id: 'local' }).url);
    expect(other.text).toContain('id="login-submit"');
  });

  it('prompt=select_account shows accounts, banks and a sign-in here on one screen, and each of them works', async () => {
    const person = await signedInAt('acme');
    const request = authorizationRequest(hub.issuer, client, { scope, prompt: 'select_account consent' });
    const page = await person.get(request.url);
    expect(listed(page)).toEqual(['account-0', 'account-other', 'upstream-acme', 'upstream-zeta']);
    expect((await person.submit(page, { button: 'account-0' })).url).toContain('/consent');
    expect((await person.submit(page, { button: 'account-other' })).text).toContain('id="login-submit"');
    const gone = await person.get(
      linkOf(await person.get(authorizationRequest(hub.issuer, client, { prompt: 'select_account' }).url), 'upstream-zeta'),
    );
    expect(new URL(gone.location ?? '').searchParams.get('prompt')).toBe('select_account');
  });

  it('choosing anew is a step away from consent and from home, and forgets where the selector would lead', async () => {
    const person = newPerson(hub);
    const selector = '/auth/select-accounts?client_id=shop';
    const again = async () => {
      await person.get(linkOf(await person.get(selector), 'upstream-acme'));
      expect((await person.get(selector)).status).toBe(302);
    };
    await again();
    const { consent } = await toConsent(person);
    const choice = await person.submit(consent, { button: 'consent-switch' });
    expect(listed(choice)).toEqual(['upstream-acme', 'upstream-zeta']);
    expect((await person.get(selector)).status).toBe(200);
    await again();
    await person.get(linkOf(await person.get('/home'), 'home-choose'));
    expect((await person.get(selector)).status).toBe(200);
    expect((await person.get('/home')).text).not.toContain('home-choose');
  });
});
