/** What the machine gives: node:http answering the documents of the first target, and nothing else. No server on Node can cost less. */
import { fileURLToPath } from 'node:url';
import type { Metadata } from '../flow.ts';
import type { Target } from '../target.ts';
import { startTarget } from './run.ts';

const program = fileURLToPath(new URL('../peers/floor/server.ts', import.meta.url));
const name = 'floor';

export const floor: Target = {
  name,
  start: async (_, reference) => {
    if (reference === undefined) throw new Error('the floor copies the documents of the target before it');
    const discovery = await read(`${reference}/.well-known/openid-configuration`);
    const jwks = await read((JSON.parse(discovery) as Metadata).jwks_uri);
    // It keeps nothing, so it has no database, whatever the others have.
    const running = await startTarget(name, 'sqlite', ({ port, issuer }) => ({
      program,
      args: [String(port)],
      env: { DISCOVERY: discovery.replaceAll(reference, issuer), JWKS: jwks },
    }));
    return { ...running, scenarios: ['discovery', 'jwks'] };
  },
};

async function read(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}
