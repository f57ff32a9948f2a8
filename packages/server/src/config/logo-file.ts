/**
 * Pictures of upstreams: files beside the configuration, read once and served by us, so that choosing a bank tells nobody else (I6). A drawing
 * that could do more than be looked at is refused, not mended: what a sanitiser overlooks is served under our name.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { codeOf } from './secret-file.ts';

export type Logo = {
  /** Of its content, with an extension: an address made of it is never used for another picture. */
  readonly name: string;
  readonly contentType: string;
  readonly body: Buffer;
};

const maxBytes = 131_072;

/** A picture by its path relative to the configuration file; or why it is not shown. */
export function logoFile(path: string, baseDirectory: string): { readonly logo: Logo } | { readonly message: string } {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return { message: 'must be a file: browsers are not sent to other servers for pictures' };
  try {
    const whole = resolve(baseDirectory, path);
    const facts = statSync(whole);
    if (!facts.isFile() || facts.size > maxBytes) return { message: 'names something that is not a file of at most 128 KiB' };
    return judged(readFileSync(whole));
  } catch (error) {
    return { message: `names a file that cannot be read (${codeOf(error)})` };
  }
}

type Kind = { readonly extension: string; readonly contentType: string; readonly starts: (body: Buffer) => boolean };

const kinds: readonly Kind[] = [
  { extension: 'png', contentType: 'image/png', starts: (body) => body.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n' },
  { extension: 'jpg', contentType: 'image/jpeg', starts: (body) => body.subarray(0, 3).toString('hex') === 'ffd8ff' },
  { extension: 'webp', contentType: 'image/webp', starts: (body) => /^RIFF.{4}WEBP/s.test(body.subarray(0, 12).toString('latin1')) },
  { extension: 'svg', contentType: 'image/svg+xml', starts: (body) => /^\uFEFF?\s*<(?:svg|\?xml|!--)/.test(body.toString()) },
];

/** What it is, is told by its content, never by its name. */
function judged(body: Buffer): { readonly logo: Logo } | { readonly message: string } {
  const kind = kinds.find(({ starts }) => starts(body));
  if (kind === undefined) return { message: 'names a file that is no SVG, PNG, JPEG or WebP picture' };
  const fault = kind.extension === 'svg' ? svgFault(body.toString()) : undefined;
  if (fault !== undefined) return { message: `names a drawing that ${fault}` };
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 16);
  return { logo: { name: `${hash}.${kind.extension}`, contentType: kind.contentType, body } };
}

/** Each a way by which a drawing runs, moves, loads or hides one of these. References within the drawing (`#id`) are fine. */
const dangers: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/<!\s*(?:doctype|entity|\[)/i, 'declares a document type or hides text'],
  [/<\?(?!xml\s)/i, 'has a processing instruction'],
  [/&#|\\/, 'has character references or escapes, behind which anything may stand'],
  [/<\s*(?:[\w-]+:)?(?:script|foreignobject|iframe|embed|object|audio|video|image|handler|listener)\b/i, 'has more in it than shapes'],
  [/<\s*(?:[\w-]+:)?(?:animate\w*|set)\b/i, 'moves'],
  [/[\s/"']on[\w-]+\s*=/i, 'reacts to events'],
  [/(?:href|src)\s*=\s*(?!\s*["']#)/i, 'refers to something outside itself'],
  [/url\s*\(\s*(?!["']?#)|@import|expression\s*\(/i, 'loads something'],
  [/(?:javascript|vbscript|data)\s*:/i, 'has an address of script or data'],
];

/** Why a drawing is not shown; undefined for one that is shapes and nothing else. */
export function svgFault(text: string): string | undefined {
  if (!/<svg[\s>]/.test(text) || text.includes('\0')) return 'is no SVG';
  return dangers.find(([pattern]) => pattern.test(text))?.[1];
}
