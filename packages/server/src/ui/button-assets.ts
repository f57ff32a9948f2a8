/**
 * `<symbolon-button>` for pages of other sites: at an address named by its content, which browsers may keep for ever and pages may pin by
 * hash, and at `/button.js`, which always leads to the newest.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Asset } from './asset.ts';

const resolve = (name: string) => new URL(import.meta.resolve(name));
const script = 'text/javascript; charset=utf-8';
/** Read by scripts of every site, and without cookies. */
const anywhere = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

/** The element's files by path. Throws when the package was not built. */
export function buttonAssets(): readonly (readonly [path: string, asset: Asset])[] {
  const button = readFileSync(resolve('@symbolon/button'));
  const library = 'fingerprint.js';
  const visitor = readFileSync(new URL('./visitor.js', resolve('@symbolon/button')), 'utf8').replace(
    '@fingerprintjs/fingerprintjs',
    `./${library}`,
  );
  // The library's small edition is no module; what follows it makes it one.
  const small = readFileSync(new URL('./fp.min.js', resolve('@fingerprintjs/fingerprintjs')), 'utf8');
  const files = {
    'button.js': button,
    'visitor.js': Buffer.from(visitor),
    [library]: Buffer.from(`${small}\nexport const { load } = FingerprintJS;\n`),
  };
  const folder = `button/${digest('sha256', Buffer.concat(Object.values(files)), 'base64url').slice(0, 16)}`;
  const integrity = `sha384-${digest('sha384', button, 'base64')}`;
  return [
    ...Object.entries(files).map(
      ([name, body]) => [`/${folder}/${name}`, asset(body, script, 'public, max-age=31536000, immutable')] as const,
    ),
    ['/button.js', asset(Buffer.from(`import './${folder}/button.js';\n`), script, 'public, max-age=300')],
    [
      '/button.json',
      asset(Buffer.from(JSON.stringify({ script: `${folder}/button.js`, integrity })), 'application/json', 'public, max-age=300'),
    ],
  ];
}

function asset(body: Buffer, contentType: string, cacheControl: string): Asset {
  return { body, headers: { 'content-type': contentType, 'cache-control': cacheControl, ...anywhere } };
}

function digest(algorithm: string, body: Buffer, encoding: 'base64' | 'base64url'): string {
  return createHash(algorithm).update(body).digest(encoding);
}
