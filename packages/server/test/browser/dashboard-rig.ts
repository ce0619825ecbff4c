// The dashboard in a real browser: a server with a fresh data folder, its first administrator made by the link of the start.

import assert from 'node:assert/strict';
import { type Browser, type BrowserContext, openBrowser, type Page } from '../support/browser.ts';
import { serveHere } from '../support/running.ts';

export const administrator = { email: 'ada@example.com', password: 'Correct-Horse-7-Battery' };

export interface DashboardRig {
  readonly site: Awaited<ReturnType<typeof serveHere>>;
  readonly browser: Browser;
  /** `http://localhost:PORT/dashboard` */
  readonly at: string;
  /** A signed-in administrator, in a browser of its own. */
  administrator(options?: Parameters<Browser['newContext']>[0]): Promise<{ context: BrowserContext; page: Page }>;
  stop(): Promise<void>;
}

/** Starts server and browser. The link is what a person would copy from the banner. */
export async function startDashboard(): Promise<DashboardRig> {
  let banner = '';
  const flags = ['--demo', '--demo-port', '0', '--demo-app-port', '0', '--dashboard'];
  const site = await serveHere('sqlite', { flags, say: (text) => (banner += text) });
  const browser = await openBrowser();
  const link = /http:\/\/localhost:\d+\/dashboard\/setup\?ticket=\S+/.exec(banner)?.[0];
  assert.ok(link, banner);
  const at = `${site.base}/dashboard`;
  return {
    site,
    browser,
    at,
    async administrator(options) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      await signInToDashboard(page, at, administrator, link);
      return { context, page };
    },
    async stop() {
      await browser.close();
      await site.stop();
    },
  };
}

/** Opens the dashboard and signs in. With a link, the account is made by it if that has not happened yet. */
export async function signInToDashboard(
  page: Page,
  at: string,
  user: { email: string; password: string },
  link?: string,
): Promise<void> {
  if (link !== undefined) {
    const answer = await page.goto(link);
    if (answer?.status() === 200) {
      await page.fill('input[name=email]', user.email);
      await page.fill('input[name=password]', user.password);
      await page.click('button[type=submit]');
    } else await page.goto(at);
  } else await page.goto(at);
  await page.fill('input[name=username]', user.email);
  await page.fill('input[name=password]', user.password);
  await page.press('input[name=password]', 'Enter');
  await page.waitForSelector('nav[aria-label=Main]', { state: 'attached' });
}

/** What the browser complains about from now on: what a policy refused, what was thrown. That an answer is a 404 is none. */
export function watched(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}
