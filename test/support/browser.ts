/**
 * A Chromium for tests, wherever one is to be had: named by the environment, installed on the machine, or unpacked from the npm
 * package @sparticuz/chromium. Where none starts, tests say that they are skipped and how to bring one.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { unpackChromium } from './packed-chromium.ts';

export const browserHint = 'No Chromium starts here; the browser tests are skipped. This brings one: apt-get install chromium';

/** The ways our pages are looked at; combine them: `browser.newContext({ ...views.dark, ...views.narrow })`. */
export const views = {
  plain: { viewport: { width: 1024, height: 768 } },
  noScript: { javaScriptEnabled: false },
  dark: { colorScheme: 'dark' },
  narrow: { viewport: { width: 320, height: 640 } },
} as const satisfies Record<string, BrowserContextOptions>;

type Candidate = { readonly executablePath: string; readonly env?: Readonly<Record<string, string>> };

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

// Nothing that calls home: the tests of a sign-in server have no business on the network.
const quiet = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

/** A running browser, or undefined, with a printed hint, when none starts. The caller closes it. */
export async function launchBrowser(): Promise<Browser | undefined> {
  const named = process.env.SYMBOLON_TEST_BROWSER;
  for (const path of [...(named ? [named] : []), ...installed]) {
    const browser = existsSync(path) ? await tryLaunch({ executablePath: path }) : undefined;
    if (browser) return browser;
  }
  const browser = await launchPackedBrowser();
  if (!browser) console.warn(browserHint);
  return browser;
}

/** The browser inside the npm package; first with the machine's libraries, then with those the package brings. */
async function launchPackedBrowser(): Promise<Browser | undefined> {
  const packed = await unpackChromium();
  if (!packed) return undefined;
  const { executablePath, libraries, fonts } = packed;
  return (
    (await tryLaunch({ executablePath })) ?? tryLaunch({ executablePath, env: { LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: fonts } })
  );
}

async function tryLaunch({ executablePath, env }: Candidate): Promise<Browser | undefined> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  try {
    return await chromium.launch({ executablePath, args: quiet, env: { ...inherited, ...env }, timeout: 20_000 });
  } catch (error) {
    console.warn(`${executablePath} does not start: ${String(error).split('\n', 1)[0]}`);
    return undefined;
  }
}

/** Keeps a picture of the page and answers where: in SYMBOLON_SCREENSHOTS, else in the machine's folder for temporary files. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const folder = process.env.SYMBOLON_SCREENSHOTS ?? join(tmpdir(), 'symbolon-screenshots');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return path;
}
