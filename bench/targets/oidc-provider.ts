/** The peer: oidc-provider 9 with an adapter for the same database. */
import { fileURLToPath } from 'node:url';
import { signedJwks } from '../signed.ts';
import type { Target } from '../target.ts';
import { startTarget } from './run.ts';

const program = fileURLToPath(new URL('../peers/oidc-provider/server.ts', import.meta.url));
const name = 'oidc-provider';

export const oidcProvider: Target = {
  name,
  start: (store) =>
    startTarget(name, store, ({ port, database }) => ({ program, args: [String(port), database, JSON.stringify(signedJwks)] })),
};
