// A real browser for tests: the Chromium of this machine, or else the one that npm brought. Headless, a fresh profile,
// quiet on the network. It trusts no development certificate unless a test says which.

import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

export type { Browser, BrowserContext, Page } from 'playwright-core';

export interface BrowserOptions {
  /** The `caPath` of a server whose development certificate is trusted, and no other. */
  readonly caPath?: string | undefined;
  readonly flags?: readonly string[];
}

const places = ['/usr/bin/chromium', '/usr/bin/google-chrome'];
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** `CHROMIUM_PATH`, else what the system has, else the one of @sparticuz/chromium, which is unpacked on first use. */
export async function findChromium(): Promise<{ path: string; flags: readonly string[] }> {
  const asked = process.env.CHROMIUM_PATH;
  if (asked && !existsSync(asked)) throw new Error(`CHROMIUM_PATH names ${asked}, which is not there.`);
  const path = asked || places.find((place) => existsSync(place));
  if (path) return { path, flags: [] };
  const { default: packed } = await import('@sparticuz/chromium');
  // Of its own flags only those for machines without the libraries of a desktop; others would switch off web security.
  return { path: await packed.executablePath(), flags: ['--headless=shell', '--disable-dev-shm-usage', '--no-zygote'] };
}

/**
 * Opens a browser with a profile of its own; `newContext()` makes as many separate visitors as a test wants. Close it.
 * A test that wants to ignore every TLS error says so itself: `newContext({ ignoreHTTPSErrors: true })`.
 */
export async function openBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const { path, flags } = await findChromium();
  const trusted =
    options.caPath === undefined ? [] : [`--ignore-certificate-errors-spki-list=${keyOf(options.caPath)}`];
  return chromium.launch({
    executablePath: path,
    args: [...quiet, ...flags, ...trusted, ...(options.flags ?? [])],
    timeout: 60_000,
  });
}

/** SHA-256 of the public key of the server certificate that lies beside a development authority. */
function keyOf(caPath: string): string {
  const certificate = new X509Certificate(readFileSync(join(dirname(caPath), 'server.pem')));
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}
