/** The peer as a program: `node server.ts PORT DATABASE JWKS`, the last being the keys of the client that signs. Its login page is the smallest that checks a password as ours does. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import Provider from 'oidc-provider';
import { person, usernames } from '../../target.ts';
import { configuration } from './configuration.ts';
import { postgresAdapters } from './postgres-adapter.ts';
import { sqliteAdapters } from './sqlite-adapter.ts';

const [port = '', database = '', jwks = ''] = process.argv.slice(2);
const adapters = database.startsWith('sqlite:') ? sqliteAdapters(database.slice('sqlite:'.length)) : await postgresAdapters(database);
const provider = new Provider(`http://127.0.0.1:${port}`, configuration(adapters, JSON.parse(jwks)));
provider.on('server_error', (_context, error) => console.error(error));

const hash = promisify(argon2);
const nonce = randomBytes(16);

/** argon2id with ours' parameters: 19 MiB, 2 passes, 1 lane. */
function digest(password: string): Promise<Buffer> {
  return hash('argon2id', { message: password, nonce, parallelism: 1, tagLength: 32, memory: 19456, passes: 2 });
}

const stored = await digest(person.password);

async function login(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') return void response.setHeader('content-type', 'text/html').end(page);
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const form = new URLSearchParams(body);
  const username = usernames.find((one) => one === form.get('username'));
  const right = timingSafeEqual(await digest(form.get('password') ?? ''), stored);
  if (!right || username === undefined) return void response.writeHead(403).end();
  await provider.interactionFinished(request, response, { login: { accountId: username, amr: ['pwd'] } });
}

const page = `<!doctype html><title>Sign in</title><form method="post">
<input name="username"><input name="password" type="password"><button id="login-submit">Sign in</button></form>`;

const callback = provider.callback();
createServer((request, response) => {
  if (request.url === '/health/ready') return void response.end('ready');
  if (!request.url?.startsWith('/interaction/')) return callback(request, response);
  login(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
}).listen(Number(port), '127.0.0.1');

process.once('SIGTERM', () => process.exit(0));
