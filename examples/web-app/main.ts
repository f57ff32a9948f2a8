/** Starts the example from the command line: `node main.ts`. Its four settings come from the environment. */
import { startWebApp } from './web-app.ts';

const env = process.env;

const app = await startWebApp({
  issuer: env.ISSUER ?? 'http://127.0.0.1:4000',
  client_id: env.CLIENT_ID ?? 'web',
  client_secret: env.CLIENT_SECRET ?? 'web-secret-0123456789abcdef0123456789',
  port: Number(env.PORT ?? 5000),
});
console.log(`The example application is at ${app.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.close());
}
