import { describe, expect, it } from 'vitest';
import type { SessionView } from '../store.ts';
import { decide, type Situation } from './decide.ts';

const now = 10_000;

function session(sid: string, changes: Partial<SessionView> = {}): SessionView {
  const account = { sub: `sub-${sid}`, username: sid, active: true, claims: {}, groups: [], roles: [], updatedAt: 1 };
  return {
    sid,
    sub: account.sub,
    authTime: now - 100,
    amr: ['pwd'],
    clients: {},
    createdAt: 1,
    seenAt: 1,
    expiresAt: now + 1000,
    account,
    consented: ['openid'],
    ...changes,
  };
}

function situation(changes: { parameters?: Partial<Situation['parameters']> } & Partial<Omit<Situation, 'parameters'>>): Situation {
  const parameters: Situation['parameters'] = {
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: 'https://rp.example/cb',
    redirect_uri_sent: true,
    scopes: ['openid'],
    prompt: [],
    ...changes.parameters,
  };
  return { facts: {}, consent: 'explicit', sessions: [], now, ...changes, parameters };
}

const alice = session('alice');
const bob = session('bob');
const silent = { prompt: ['none'] as const };

describe('decide', () => {
  it('AG-10: an application for others refuses before any consent, and not before the sign-in that was asked for', () => {
    const access = { groups: ['staff', 'board'] };
    const member = session('member', { account: { ...alice.account, groups: ['board'] } });
    expect(decide(situation({ sessions: [alice], access }))).toMatchObject({ kind: 'refuse', code: 'access_denied' });
    expect(decide(situation({ sessions: [alice], access, parameters: { scopes: ['email'] } }))).toMatchObject({ code: 'access_denied' });
    expect(decide(situation({ sessions: [alice], access, parameters: silent }))).toMatchObject({ code: 'access_denied' });
    expect(decide(situation({ sessions: [alice], access: { groups: [] } }))).toMatchObject({ code: 'access_denied' });
    expect(decide(situation({ sessions: [alice], access, parameters: { prompt: ['login'] } }))).toMatchObject({
      kind: 'show',
      step: 'login',
    });
    expect(decide(situation({ sessions: [alice, member], access }))).toMatchObject({ kind: 'show', step: 'select-account' });
    expect(decide(situation({ sessions: [member], access }))).toMatchObject({ kind: 'approve', session: member });
  });

  it('A13: without a session shows the login, and under prompt=none refuses with login_required', () => {
    expect(decide(situation({}))).toMatchObject({ kind: 'show', step: 'login' });
    expect(decide(situation({ parameters: silent }))).toMatchObject({ kind: 'refuse', code: 'login_required' });
  });

  it('A12: a live session with consent owes nothing, silently or not', () => {
    expect(decide(situation({ sessions: [alice] }))).toEqual({ kind: 'approve', session: alice });
    expect(decide(situation({ sessions: [alice], parameters: silent }))).toEqual({ kind: 'approve', session: alice });
  });

  it('A11: prompt=login asks again whatever the session, until the sign-in happened in this request', () => {
    const parameters = { prompt: ['login'] as const };
    expect(decide(situation({ sessions: [alice], parameters }))).toMatchObject({ kind: 'show', step: 'login' });
    expect(decide(situation({ sessions: [alice], parameters, facts: { sid: 'alice', login: 'alice' } }))).toMatchObject({
      kind: 'approve',
    });
  });

  it('a sign-in with one account does not count for another chosen afterwards', () => {
    const facts = { sid: 'bob', login: 'alice', selected: 'bob' };
    expect(decide(situation({ sessions: [alice, bob], parameters: { prompt: ['login'] }, facts }))).toMatchObject({
      kind: 'show',
      step: 'login',
    });
  });

  it('A15, A16: max_age asks again only when the sign-in is older, and a sign-in within the request honours even max_age=0', () => {
    expect(decide(situation({ sessions: [alice], parameters: { max_age: 100 } }))).toMatchObject({ kind: 'approve' });
    expect(decide(situation({ sessions: [alice], parameters: { max_age: 99 } }))).toMatchObject({ kind: 'show', step: 'login' });
    const signedIn = { sid: 'alice', login: 'alice' };
    expect(decide(situation({ sessions: [alice], parameters: { max_age: 0 }, facts: signedIn }))).toMatchObject({ kind: 'approve' });
  });

  it('A14: id_token_hint picks its account among several; another person is never taken instead', () => {
    const parameters = { ...silent, hintedSub: 'sub-bob' };
    expect(decide(situation({ sessions: [alice, bob], parameters }))).toEqual({ kind: 'approve', session: bob });
    expect(decide(situation({ sessions: [alice], parameters }))).toMatchObject({ kind: 'refuse', code: 'login_required' });
    const afterLogin = situation({ sessions: [alice], parameters: { hintedSub: 'sub-bob' }, facts: { sid: 'alice', login: 'alice' } });
    expect(decide(afterLogin)).toMatchObject({ kind: 'refuse', code: 'login_required' });
  });

  it('several accounts, or prompt=select_account, ask which one; silently that is account_selection_required', () => {
    expect(decide(situation({ sessions: [alice, bob] }))).toMatchObject({ kind: 'show', step: 'select-account' });
    expect(decide(situation({ sessions: [alice, bob], parameters: silent }))).toMatchObject({ code: 'account_selection_required' });
    expect(decide(situation({ sessions: [alice], parameters: { prompt: ['select_account'] } }))).toMatchObject({ step: 'select-account' });
    expect(decide(situation({ sessions: [alice, bob], facts: { sid: 'bob', selected: 'bob' } }))).toEqual({
      kind: 'approve',
      session: bob,
    });
  });

  it('H2: consent is asked for a scope not yet consented to, and silently refused with consent_required', () => {
    const parameters = { scopes: ['openid', 'email'] };
    expect(decide(situation({ sessions: [alice], parameters }))).toMatchObject({ kind: 'show', step: 'consent', session: alice });
    expect(decide(situation({ sessions: [alice], parameters: { ...parameters, ...silent } }))).toMatchObject({ code: 'consent_required' });
    expect(decide(situation({ sessions: [alice], parameters, facts: { consent: 'alice' } }))).toMatchObject({ kind: 'approve' });
    expect(decide(situation({ sessions: [alice], parameters, facts: { sid: 'alice', consent: 'bob' } }))).toMatchObject({
      step: 'consent',
    });
  });

  it('A10: consent is asked for the scope behind a claim asked for by name', () => {
    const parameters = { claimScopes: ['email'] };
    expect(decide(situation({ sessions: [alice], parameters }))).toMatchObject({ kind: 'show', step: 'consent' });
    expect(decide(situation({ sessions: [session('alice', { consented: ['openid', 'email'] })], parameters }))).toMatchObject({
      kind: 'approve',
    });
  });

  it('I7: an essential acr is met by the session or refused, and not before there is one', () => {
    const parameters = { essentialAcr: ['phr', 'phrh'] };
    expect(decide(situation({ parameters }))).toMatchObject({ kind: 'show', step: 'login' });
    expect(decide(situation({ sessions: [alice], parameters }))).toMatchObject({ code: 'unmet_authentication_requirements' });
    expect(decide(situation({ sessions: [session('alice', { acr: 'phr' })], parameters }))).toMatchObject({ kind: 'approve' });
    expect(decide(situation({ sessions: [session('alice', { acr: '1' })], parameters }))).toMatchObject({ kind: 'refuse' });
  });

  it('prompt=consent asks once more; a client with implicit consent never asks', () => {
    const parameters = { prompt: ['consent'] as const };
    expect(decide(situation({ sessions: [alice], parameters }))).toMatchObject({ step: 'consent' });
    expect(decide(situation({ sessions: [alice], parameters, consent: 'implicit' }))).toMatchObject({ kind: 'approve' });
  });
});
