/** The floor as a program: `DISCOVERY=... JWKS=... node server.ts PORT`. */
import { createServer } from 'node:http';

const { DISCOVERY = '', JWKS = '' } = process.env;
const jwksPath = new URL(JSON.parse(DISCOVERY).jwks_uri).pathname;

createServer((request, response) => {
  if (request.url === '/health/ready') return void response.end('ready');
  const body = request.url === jwksPath ? JWKS : DISCOVERY;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}).listen(Number(process.argv[2]), '127.0.0.1');

process.once('SIGTERM', () => process.exit(0));
