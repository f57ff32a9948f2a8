/**
 * What does the browser still owe us? The only place that asks. Pure: from the request, the facts recorded on it and the sessions of the
 * browser, to a step, a refusal or the go-ahead. `prompt=none` is handled here and nowhere else.
 */
import { isFor } from '../access.ts';
import type { Access } from '../client.ts';
import type { Policy } from '../policy.ts';
import type { AuthorizationParameters, Facts, SessionView } from '../store.ts';
import type { ErrorCode } from '../wire/error.ts';
import { scopesToConsent } from './claims-request.ts';

export type Step = 'login' | 'select-account' | 'consent';

export type Decision =
  | { readonly kind: 'show'; readonly step: Step; readonly session?: SessionView }
  | { readonly kind: 'refuse'; readonly code: ErrorCode; readonly description: string }
  | { readonly kind: 'approve'; readonly session: SessionView };

/** The name of a sign-in with us, beside the ids of upstreams. */
export const localRealm = 'local';

export type Situation = {
  readonly parameters: AuthorizationParameters;
  readonly facts: Facts;
  readonly consent: Policy['consent'];
  /** Whom the application is for. */
  readonly access?: Access | undefined;
  readonly sessions: readonly SessionView[];
  /** Where the person is to have signed in; anywhere when left out. */
  readonly realm?: string | undefined;
  readonly now: number;
};

export function decide(situation: Situation): Decision {
  const decision = owed(situation);
  if (decision.kind !== 'show' || !situation.parameters.prompt.includes('none')) return decision;
  return silentRefusals[decision.step];
}

const silentRefusals: Readonly<Record<Step, Decision>> = {
  login: { kind: 'refuse', code: 'login_required', description: 'the person must sign in' },
  'select-account': { kind: 'refuse', code: 'account_selection_required', description: 'the person must choose an account' },
  consent: { kind: 'refuse', code: 'consent_required', description: 'the person must consent' },
};

function owed(situation: Situation): Decision {
  const { parameters, facts, access } = situation;
  const mustSelect = parameters.prompt.includes('select_account') && facts.selected === undefined && facts.login === undefined;
  const session = chosen(situation);
  if (eligible(situation).length > 0 && (mustSelect || session === 'ambiguous')) return { kind: 'show', step: 'select-account' };
  if (session === undefined || session === 'ambiguous') return signInAs(parameters, facts);
  if (parameters.hintedSub !== undefined && session.sub !== parameters.hintedSub) return wrongPerson;
  if (mustAuthenticate(situation, session)) return { kind: 'show', step: 'login', session };
  if (parameters.essentialAcr?.includes(session.acr ?? '') === false) return unmet;
  // After the sign-in that was asked for: who has not proved who she is, learns nothing about groups.
  if (!isFor(access, session.account)) return notForHer;
  if (mustConsent(situation, session)) return { kind: 'show', step: 'consent', session };
  return { kind: 'approve', session };
}

const wrongPerson: Decision = { kind: 'refuse', code: 'login_required', description: 'another person than the expected one signed in' };

const notForHer: Decision = { kind: 'refuse', code: 'access_denied', description: 'the application is not for this person' };

/** OpenID Connect Core section 5.5.1.1: not met is not authenticated. No step here reaches more than the session says. */
const unmet: Decision = {
  kind: 'refuse',
  code: 'unmet_authentication_requirements',
  description: 'the sign-in has none of the acr values that are essential',
};

function signInAs(parameters: AuthorizationParameters, facts: Facts): Decision {
  // Signed in within this request, but not as the person the client expects: asking again would ask for ever.
  if (parameters.hintedSub !== undefined && facts.login !== undefined) return wrongPerson;
  return { kind: 'show', step: 'login' };
}

/** The account this request runs under: the one chosen in it, else the one the client hints at, else the only one there is. */
function chosen(situation: Situation): SessionView | 'ambiguous' | undefined {
  const { parameters, facts } = situation;
  // Whatever the client named: who chose or signed in within the request has the last word.
  if (facts.sid !== undefined) return situation.sessions.find((session) => session.sid === facts.sid);
  const sessions = eligible(situation);
  if (parameters.hintedSub !== undefined) return sessions.find((session) => session.sub === parameters.hintedSub);
  return sessions.length > 1 ? 'ambiguous' : sessions[0];
}

/** The accounts that were signed in where the client wants it: who comes for one bank's word is not given another's. */
function eligible({ sessions, realm }: Situation): readonly SessionView[] {
  return realm === undefined ? sessions : sessions.filter(({ upstream = localRealm }) => upstream === realm);
}

/** A sign-in inside this request honours any demand for a fresh one, however long the steps after it take. */
function mustAuthenticate({ parameters, facts, now }: Situation, session: SessionView): boolean {
  if (facts.login === session.sid) return false;
  if (parameters.prompt.includes('login')) return true;
  return parameters.max_age !== undefined && now - session.authTime > parameters.max_age;
}

function mustConsent({ parameters, facts, consent }: Situation, session: SessionView): boolean {
  if (consent === 'implicit') return false;
  if (facts.consent === session.sid) return false;
  if (parameters.prompt.includes('consent')) return true;
  return scopesToConsent(parameters).some((scope) => !session.consented.includes(scope));
}
