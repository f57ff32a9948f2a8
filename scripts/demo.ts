/**
 * `npm start`: the provider and the example application on this machine, and what to do with them. PORT and APP_PORT choose other ports than
 * 4000 and 5000.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startWebApp } from '../examples/web-app/web-app.ts';

const port = process.env.PORT ?? '4000';
const appPort = process.env.APP_PORT ?? '5000';
const issuer = `http://127.0.0.1:${port}`;
const program = fileURLToPath(new URL('../packages/server/bin/symbolon.js', import.meta.url));

const app = await startApplication();
const provider = startProvider();
await new Promise((ready) => provider.stdout.once('data', ready));
process.stdout.write(`
  Symbolon is running.

  1. Open the example application   ${app.url}
     and press "Sign in". Afterwards it shows what happened, step by step.

  2. Your account at the provider   ${issuer}/home

     people    alice   correct horse battery staple
               bob     hunter2 hunter2

  3. Come from a partner: press "Sign in with Acme Payroll" on the sign-in page,
     or follow the partner's link  ${issuer}/auth/oidc/owner/flex_partner/17/redirect

     person    carol   carol likes bikes

  The database is in .symbolon/, delete the folder to start anew. Stop with Ctrl-C.
`);

/** Before the provider: it needs none to start, and a port that is taken is told at once. */
async function startApplication() {
  try {
    const client = { client_id: 'web', client_secret: 'web-secret-0123456789abcdef0123456789' };
    return await startWebApp({ issuer, ...client, port: Number(appPort) });
  } catch (error) {
    process.stderr.write(`the example application did not start: ${reasonOf(error)}\nAnother port: APP_PORT=5001 npm start\n`);
    process.exit(1);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return `something already listens on 127.0.0.1:${appPort}`;
  return error instanceof Error ? error.message : String(error);
}

/**
 * In a process group of its own: Ctrl-C reaches a whole group, and a second signal would end the provider at once. It gets one from us,
 * whichever of them we get, and when it is gone, so are we.
 */
function startProvider() {
  const redirects = appPort === '5000' ? [] : ['--app-port', appPort];
  const args = [program, 'dev', '--port', port, ...redirects];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let told = false;
  child.stdout.once('data', () => (told = true));
  child.once('exit', (code) => {
    if (!told && code === 1) process.stderr.write('Another port: PORT=4001 npm start\n');
    process.exit(code ?? 0);
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void app.close();
    child.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
  // npm keeps a SIGTERM for itself and leaves us without a parent.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) setInterval(() => process.ppid === parent || stop(), 500).unref();
  // However we end, the provider must not outlive us.
  process.once('exit', () => child.kill());
  return child;
}
