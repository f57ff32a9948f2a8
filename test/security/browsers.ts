/** Browsers of the attack tests: Alice's, a thief's with somebody's cookie, and what a test reads from their pages. */
import { clients, people, signInFor } from '../support/client.ts';
import { type Agent, type AgentResponse, createAgent } from '../support/http-agent.ts';
import type { TestServer } from '../support/symbolon.ts';

/** The cookie of the tenant `main`. */
export const cookieName = 'symbolon-main';

export type Browsers = {
  /** A new one, with nothing in it. */
  readonly browser: () => Agent;
  readonly signedIn: (person?: (typeof people)['alice' | 'bob']) => Promise<Agent>;
  /** The same cookie in another hand. */
  readonly thiefOf: (cookie: string) => Agent;
};

/** `server` is asked for when a browser is made: by then it runs. */
export function browsersOf(server: () => TestServer): Browsers {
  const browser = () => createAgent(server().issuer);
  return {
    browser,
    signedIn: async (person = people.alice) => {
      const agent = browser();
      await signInFor(server().issuer, agent, clients.trusted, {}, person);
      return agent;
    },
    thiefOf: (cookie) => {
      const thief = browser();
      thief.cookies.put({ name: cookieName, value: cookie, host: '127.0.0.1' });
      return thief;
    },
  };
}

/** Whom the account page shows. */
export async function whoIs(agent: Agent): Promise<'alice' | 'bob' | 'nobody'> {
  const { text } = await agent.get('/home');
  if (text.includes('alice')) return 'alice';
  return text.includes('bob') ? 'bob' : 'nobody';
}

export function cookieOf(agent: Agent): string {
  return agent.cookies.get(cookieName)?.value ?? '';
}

export function requestIn(response: AgentResponse): string {
  return new URL(response.url).searchParams.get('request') ?? '';
}

export function csrfIn(response: AgentResponse): string {
  return response.forms[0]?.fields.find(({ name }) => name === 'csrf')?.value ?? '';
}
