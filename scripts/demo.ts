/** `npm start`: the provider and the example application on this machine, and what to do with them. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startWebApp } from '../examples/web-app/web-app.ts';

const issuer = 'http://127.0.0.1:4000';
const program = fileURLToPath(new URL('../packages/server/dist/main.js', import.meta.url));

const provider = spawn(process.execPath, [program, 'dev'], { stdio: ['ignore', 'pipe', 'inherit'] });
provider.once('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => provider.kill(signal));
// The provider must not outlive us, however we end.
process.once('exit', () => provider.kill());

await new Promise((ready) => provider.stdout.once('data', ready));
try {
  await startWebApp({ issuer, client_id: 'web', client_secret: 'web-secret-0123456789abcdef0123456789', port: 5000 });
} catch (error) {
  process.stderr.write(`the example application did not start on port 5000: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

process.stdout.write(`
  Symbolon is running.

  1. Open the example application   http://127.0.0.1:5000
     and press "Sign in". Afterwards it shows what happened, step by step.

  2. Your account at the provider   ${issuer}/home

     people    alice   correct horse battery staple
               bob     hunter2 hunter2

  The database is in .symbolon/, delete the folder to start anew. Stop with Ctrl-C.
`);
