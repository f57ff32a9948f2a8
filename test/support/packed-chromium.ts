/**
 * Unpacks the Chromium of the npm package @sparticuz/chromium beside the other packages, once for all test processes. The
 * package itself would unpack into the shared folder for temporary files and take whatever lies there by that name.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type PackedChromium = { readonly executablePath: string; readonly libraries: string; readonly fonts: string };

/** Undefined where the package is not installed or does not unpack. About two seconds the first time, 250 MB on disk. */
export async function unpackChromium(): Promise<PackedChromium | undefined> {
  try {
    const folder = await unpackOnce();
    return { executablePath: join(folder, 'chromium'), libraries: join(folder, 'al2023', 'lib'), fonts: join(folder, 'fonts') };
  } catch (error) {
    console.warn(`@sparticuz/chromium does not unpack: ${String(error).split('\n', 1)[0]}`);
    return undefined;
  }
}

async function unpackOnce(): Promise<string> {
  const packageFolder = dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')));
  const { version } = createRequire(import.meta.url)(join(packageFolder, 'package.json')) as { version: string };
  const cache = join(dirname(dirname(packageFolder)), '.cache');
  const folder = join(cache, `chromium-${version}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  await unpackInto(draft, join(packageFolder, 'bin'));
  // Whoever is first gives the folder its name; it is never seen half full.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
  return folder;
}

/** The package writes to os.tmpdir(), which is TMPDIR at the moment of the call. */
async function unpackInto(folder: string, bin: string): Promise<void> {
  const { default: packed, inflate } = await import('@sparticuz/chromium');
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    await Promise.all([packed.executablePath(), inflate(join(bin, 'al2023.tar.br'))]);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
