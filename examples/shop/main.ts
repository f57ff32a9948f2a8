/** Starts the example from the command line: `node main.ts`. With CERT and KEY it is a shop in production, else one in the sandbox. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ShopOptions, startShop } from './shop.ts';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, CERT, KEY, SECRET, PORT } = process.env;

function certificateProof(cert: string, key: string): ShopOptions['proof'] {
  return { certificate: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } };
}

const production = CERT !== undefined && KEY !== undefined;
const shop = await startShop({
  issuer: ISSUER ?? `${production ? 'https' : 'http'}://127.0.0.1:4000/oidc`,
  client_id: CLIENT_ID ?? (production ? 'shop-mtls' : 'shop'),
  proof: production ? certificateProof(CERT, KEY) : { client_secret: CLIENT_SECRET ?? 'shop-secret-0123456789abcdef01234567' },
  // A secret that changes at each start ends all sessions with it.
  secret: SECRET ?? randomBytes(32).toString('base64url'),
  port: Number(PORT ?? 5000),
});
console.log(`The shop is at ${shop.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void shop.close());
}
