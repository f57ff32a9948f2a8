/** Starts the example from the command line: `node main.ts`. Without PROVIDERS it knows one, the provider of this checkout. */
import { randomBytes } from 'node:crypto';
import { startApplication } from './application.ts';

const env = process.env;
const claims = { name: { required: true }, email: { type: 'string', to: 'mail' } } as const;
const here = {
  issuer: 'http://127.0.0.1:4000',
  client_id: 'web',
  client_secret: 'web-secret-0123456789abcdef0123456789',
  scope: 'openid profile email',
  claims,
};

const application = await startApplication({
  providers: env.PROVIDERS === undefined ? { symbolon: here } : JSON.parse(env.PROVIDERS),
  // A secret that changes at each start ends all sessions with it.
  secret: env.SECRET ?? randomBytes(32).toString('base64url'),
  port: Number(env.PORT ?? 5000),
});
console.log(`The example application is at ${application.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void application.close());
}
