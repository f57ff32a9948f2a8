/**
 * The files pages refer to, read once at start and named by their content: an address is never reused for other content, so
 * browsers may keep it for ever. They carry no cookie and no secret (K4: never Set-Cookie on them).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Asset } from './asset.ts';
import { buttonAssets } from './button-assets.ts';

const files = {
  stylesheet: 'symbolon.css',
  formPost: 'form-post.js',
  goOn: 'go-on.js',
  checkSession: 'check-session.js',
  favicon: 'favicon.svg',
};

export type AssetPaths = Readonly<Record<keyof typeof files, string>>;
export type Assets = {
  readonly paths: AssetPaths;
  /** By path below an issuer: `/assets/NAME.HASH.EXTENSION`, and the button's. */
  readonly files: Readonly<Record<string, Asset>>;
};

const contentTypes: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The same distance from `src/ui` and from `dist/ui`. */
const folder = new URL('../../assets/', import.meta.url);

function read(file: string): readonly [path: string, asset: Asset] {
  const body = readFileSync(new URL(file, folder));
  const [name = '', extension = ''] = file.split('.');
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 16);
  const contentType = contentTypes[extension] ?? 'application/octet-stream';
  const headers = { 'content-type': contentType, 'cache-control': 'public, max-age=31536000, immutable' };
  return [`/assets/${name}.${hash}.${extension}`, { body, headers }];
}

/** Reads the package's assets. Throws when one is missing: an incomplete installation must not start. */
export function loadAssets(): Assets {
  const all = Object.entries(files).map(([name, file]) => [name, ...read(file)] as const);
  return {
    paths: Object.fromEntries(all.map(([name, path]) => [name, path])) as AssetPaths,
    files: Object.fromEntries([...all.map(([, path, asset]) => [path, asset] as const), ...buttonAssets()]),
  };
}

/** The same below the path of an issuer. */
export function assetsBelow(base: string, paths: AssetPaths): AssetPaths {
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, base + path])) as AssetPaths;
}
