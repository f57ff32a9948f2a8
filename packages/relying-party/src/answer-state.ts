/** Which login an answer belongs to, read before anything in it is believed: `finish` checks the state again, and everything else. */
import { decodeJwt } from 'jose';
import { isEncrypted } from './id-token.ts';
import { decrypt } from './key-material.ts';
import type { Answer } from './login.ts';
import type { RelyingParty } from './relying-party.ts';

/**
 * The state an answer names; empty when it names none. An encrypted answer says nothing until it is opened: `candidates` are the providers
 * that sign-ins of this browser are under way at, whose keys are tried.
 */
export async function stateOf(rp: RelyingParty, answer: Answer, candidates: readonly string[] = []): Promise<string> {
  const parameters = parametersOf(rp, answer);
  const response = parameters.get('response');
  if (response === null) return parameters.get('state') ?? '';
  if (!isEncrypted(response)) return stateIn(response);
  for (const id of new Set(candidates)) {
    const provider = await rp.provider(id).catch(() => undefined);
    const opened = provider && (await decrypt(provider, response).catch(() => undefined));
    if (opened !== undefined) return stateIn(opened);
  }
  return '';
}

/** The parameters of an answer, from form or query. */
export function parametersOf(rp: Pick<RelyingParty, 'redirectUri'>, answer: Answer): URLSearchParams {
  return 'form' in answer ? answer.form : new URL(answer.url, rp.redirectUri).searchParams;
}

function stateIn(jwt: string): string {
  try {
    const { state } = decodeJwt(jwt);
    return typeof state === 'string' ? state : '';
  } catch {
    return '';
  }
}
