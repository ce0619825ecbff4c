// What the browser tests have in common: the demo as `npm start` serves it, the other examples beside it, and a visitor
// who can sign in. The demo's own clients and user are used, so that what is printed at a start is what is tested.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunningDemo } from '../../src/demo.ts';
import { type Browser, type BrowserContext, openBrowser, type Page } from '../support/browser.ts';
import { freePort, type Site, serveHere } from '../support/running.ts';

interface Served {
  readonly port: number;
  close(): Promise<void>;
}
interface WebApp {
  startWebApp(options: {
    port: number;
    baseUrl: string;
    issuer: string;
    clientId: string;
    clientSecret: string;
    audience: string;
    apiUrl: string;
  }): Promise<Served>;
}

export interface Rig {
  readonly site: Site;
  readonly demo: RunningDemo;
  readonly user: { readonly email: string; readonly password: string };
  readonly appUrl: string;
  readonly apiUrl: string;
  readonly browser: Browser;
  /** A new visitor, without cookies. */
  visitor(options?: Parameters<Browser['newContext']>[0]): Promise<BrowserContext>;
  /** examples/web-app with the demo's client, or with another. Its address, without a slash. */
  webApp(client?: { clientId: string; clientSecret: string }, audience?: string): Promise<string>;
  /** Lets a client be at these addresses, as an operator would. */
  allow(
    clientId: string,
    urls: { callbacks?: string[]; allowed_logout_urls?: string[]; oidc_logout?: object },
  ): Promise<void>;
  stop(): Promise<void>;
}

export const example = (path: string): string =>
  fileURLToPath(new URL(`../../../../examples/${path}`, import.meta.url));

/** Starts everything; `stop()` ends it. */
export async function startRig(): Promise<Rig> {
  const site = await serveHere('sqlite', {
    flags: ['--demo', '--demo-port', '0', '--demo-app-port', '0', '--allow-outbound', 'localhost'],
  });
  const { demo } = site;
  assert.ok(demo?.appPort && demo.user, 'the demo runs, with its app and its user');
  const browser = await openBrowser();
  const open: Served[] = [];
  const apiUrl = `http://localhost:${demo.apiPort}/patients`;
  const allow: Rig['allow'] = async (clientId, urls) => {
    const reply = await site.manage('PATCH', `/clients/${clientId}`, urls);
    assert.equal(reply.status, 200, reply.text);
  };
  return {
    site,
    demo,
    user: demo.user,
    appUrl: `http://localhost:${demo.appPort}/`,
    apiUrl,
    browser,
    async visitor(options) {
      const context = await browser.newContext(options);
      // What should be there is there in a moment; a test that waits for what never comes should not wait long.
      context.setDefaultTimeout(20_000);
      return context;
    },
    allow,
    async webApp(client = demo.webApp, audience = demo.audience) {
      assert.ok(client);
      const { startWebApp }: WebApp = await import(example('web-app/app.mjs'));
      const port = await freePort();
      const baseUrl = `http://localhost:${port}`;
      await allow(client.clientId, {
        callbacks: [`${baseUrl}/callback`],
        allowed_logout_urls: [baseUrl],
        oidc_logout: { backchannel_logout_urls: [`${baseUrl}/backchannel-logout`] },
      });
      open.push(await startWebApp({ port, baseUrl, issuer: site.issuer, ...client, audience, apiUrl }));
      return baseUrl;
    },
    async stop() {
      await browser.close();
      await Promise.all(open.map((served) => served.close()));
      await site.stop();
    },
  };
}

/** Fills the login page that is shown, and sends it. */
export async function signIn(page: Page, user: { email: string; password: string }): Promise<void> {
  await page.fill('input[name=username]', user.email);
  await page.fill('input[name=password]', user.password);
  await page.press('input[name=password]', 'Enter');
}

/** Opens the single-page app and waits until it knows whether somebody is signed in. */
export async function openApp(page: Page, appUrl: string): Promise<void> {
  await page.goto(appUrl);
  await page.waitForSelector('body[data-ready]');
}

/** From a signed-out app to a signed-in one, through the login page. */
export async function signInToApp(page: Page, rig: Pick<Rig, 'appUrl' | 'user'>): Promise<void> {
  await openApp(page, rig.appUrl);
  await page.click('#login');
  await signIn(page, rig.user);
  await page.waitForSelector('#signed-in:not([hidden])');
}

/** The paths of the server that a page visits (documents only, of any frame), in order, from now on. */
export function visits(page: Page, base: string): string[] {
  const seen: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'document' && request.url().startsWith(base)) {
      seen.push(new URL(request.url()).pathname);
    }
  });
  return seen;
}

export interface Program {
  readonly process: ChildProcess;
  output(): string;
  /** Waits until the output matches. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<number | null>;
}

/** Runs an example as a program of its own. */
export function runExample(path: string, env: Record<string, string>): Program {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, ['--conditions=countersign-source', example(path)], {
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    process: child,
    output: () => output,
    ended,
    async says(pattern) {
      for (let tries = 0; tries < 400; tries += 1) {
        const found = pattern.exec(output);
        if (found) return found;
        assert.equal(child.exitCode, null, `it ended: ${output}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.fail(`${pattern} was not said: ${output}`);
    },
  };
}
