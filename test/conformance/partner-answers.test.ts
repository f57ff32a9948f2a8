/** Answers at the one callback that are refused, each as o2o's list has it; every variant of them is among the security tests. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AgentResponse } from '../support/http-agent.ts';
import { arriveFrom, newPerson, outAndBack, partner, people, startHub, startLink, textOf } from '../support/hub.ts';
import { newKey, type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import type { TestServer } from '../support/symbolon.ts';

let acme: ScriptedProvider;
let zeta: ScriptedProvider;
let hub: TestServer;

beforeAll(async () => {
  [acme, zeta] = await Promise.all([startScriptedProvider(), startScriptedProvider()]);
  hub = await startHub({ upstreams: [partner('17', acme), partner('18', zeta)] });
});
afterAll(() => Promise.all([hub.close(), acme.close(), zeta.close()]));
afterEach(async () => {
  acme.script = {};
  expect(await people(hub)).toHaveLength(1);
});

function expectNobody(answer: AgentResponse, code: string): void {
  expect([answer.status, textOf(answer, 'error-code'), answer.headers.get('set-cookie')]).toEqual([400, code, null]);
}

describe('o2o: answers that are refused', () => {
  it('O2-4: an unknown state, one that was used, and one of another browser', async () => {
    const [person, other] = [newPerson(hub), newPerson(hub)];
    await person.get(startLink('17'));
    expectNobody(await person.get(`/auth/oidc/callback?code=x&state=${'x'.repeat(43)}&iss=${acme.issuer}`), 'invalid_request');
    expectNobody(await person.get('/auth/oidc/callback'), 'invalid_request');
    acme.script.claims = (claims) => ({ ...claims, nonce: 'no' });
    const answer = await outAndBack(person, startLink('17'), acme);
    await other.get('/home');
    expectNobody(await other.get(answer), 'invalid_request');
    expectNobody(await person.get(answer), 'upstream_refused');
    expectNobody(await person.get(answer), 'invalid_request');
  });

  it('O2-5: a code of one partner under the state of another', async () => {
    const person = newPerson(hub);
    const [first, second] = [await outAndBack(person, startLink('17'), acme), await outAndBack(person, startLink('18'), zeta)];
    const mixed = new URL(first);
    mixed.searchParams.set('code', new URL(second).searchParams.get('code') ?? '');
    mixed.searchParams.set('iss', zeta.issuer);
    expectNobody(await person.get(mixed.href), 'upstream_refused');
    expect([acme.asked('/token'), zeta.asked('/token')]).toEqual([1, 0]);
  });

  it('O2-7: an ID token with a wrong signature, issuer, audience or time', async () => {
    const { privateKey } = await newKey();
    const honest = acme.key;
    acme.script.idToken = async (claims) => {
      acme.key = { ...honest, privateKey };
      const token = await acme.sign(claims);
      acme.key = honest;
      return token;
    };
    expectNobody(await arriveFrom(newPerson(hub), '17', acme), 'upstream_refused');
    delete acme.script.idToken;
    for (const change of [{ iss: zeta.issuer }, { aud: 'another' }, { exp: 1 }]) {
      acme.script.claims = (claims) => ({ ...claims, ...change });
      expectNobody(await arriveFrom(newPerson(hub), '17', acme), 'upstream_refused');
    }
  });

  it('O2-8: userinfo about somebody else', async () => {
    acme.script.userinfo = () => ({ sub: 'another' });
    expectNobody(await arriveFrom(newPerson(hub), '17', acme), 'upstream_refused');
  });

  it('O2-4: an answer that is posted comes again with the cookie, and is then looked at like any other', async () => {
    const person = newPerson(hub);
    acme.script.claims = (claims) => ({ ...claims, nonce: 'no' });
    const answer = new URL(await outAndBack(person, startLink('17'), acme));
    const posted = await fetch(`${hub.issuer}/auth/oidc/callback`, { method: 'POST', body: answer.searchParams, redirect: 'manual' });
    expect([posted.status, posted.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/auth\/oidc\/callback\?code=/)]);
    expectNobody(await person.get(posted.headers.get('location') ?? ''), 'upstream_refused');
    const head = await fetch(answer, { method: 'HEAD' });
    expect(head.status).toBe(405);
  });
});
