// Every page in a real browser, at the width of a phone and of a desktop, light and dark: axe-core finds nothing (WCAG 2.2 AA),
// nothing overflows, the policy of the page lets it look as it should. SCREENSHOTS=folder keeps pictures.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Answer } from '../../src/web/exchange.ts';
import { html } from '../../src/web/html.ts';
import { type Look, page } from '../../src/web/page.ts';
import { type Browser, type BrowserContext, openBrowser, type Page } from '../support/browser.ts';
import { tools } from './tool-views.ts';
import { languages, plain, views } from './views.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.SCREENSHOTS;
const address = 'http://pages.example/';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

interface Finding {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

async function look(page: Page, answer: Answer): Promise<string[]> {
  const said: string[] = [];
  page.removeAllListeners('console');
  // That an error page has an error's status is no complaint.
  page.on('console', (message) => {
    if (!message.text().startsWith('Failed to load resource')) said.push(message.text());
  });
  const headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  await page.unrouteAll();
  await page.route('**/*', (route) =>
    route.request().url() === address
      ? route.fulfill({ status: answer.status, headers, body: answer.body ?? '' })
      : route.fulfill({ status: 204 }),
  );
  await page.goto(address);
  return said;
}

async function findings(page: Page): Promise<string[]> {
  // Through the debugger: the policy of the page would refuse a script, and that is tested too.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Finding[] }> } }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`,
  );
}

const settings = [390, 1280].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

async function context(width: number, colorScheme: 'light' | 'dark'): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width, height: width < 500 ? 844 : 900 },
    colorScheme,
    javaScriptEnabled: true,
  });
}

for (const { width, colorScheme } of settings) {
  test(`axe finds nothing on any page at ${width} pixels, ${colorScheme}`, { timeout: 120_000 }, async () => {
    const visitor = await context(width, colorScheme);
    const page = await visitor.newPage();
    for (const [name, view] of Object.entries({ ...views, ...tools })) {
      const said = await look(page, view('en', plain));
      assert.deepEqual(said, [], `${name}: the browser complains`);
      assert.deepEqual(await findings(page), [], name);
      const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
      assert.equal(wide, false, `${name} can be scrolled sideways`);
      if (pictures) {
        await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: width < 500 });
      }
    }
    await visitor.close();
  });
}

const colours: readonly Look[] = [
  { tenantName: 'Black', primary: '#000000', pageBackground: '#000' },
  { tenantName: 'White', primary: '#ffffff', pageBackground: '#ffffff' },
  { tenantName: 'Yellow', primary: '#ffe600', pageBackground: '#1c1c1c' },
  { tenantName: 'Grey', primary: '#777777', pageBackground: '#808080' },
  { tenantName: 'Red', primary: '#e3242b' },
  { tenantName: 'Mint', primary: '#3eb489', pageBackground: '#eafaf1' },
];
test('axe finds nothing with any branding colour', { timeout: 120_000 }, async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const visitor = await context(390, colorScheme);
    const page = await visitor.newPage();
    for (const branding of colours) {
      for (const name of ['login-wrong', 'consent', 'error']) {
        await look(page, views[name]?.('en', branding) ?? { status: 500 });
        assert.deepEqual(await findings(page), [], `${name} of ${branding.tenantName}, ${colorScheme}`);
        if (pictures)
          await page.screenshot({
            path: join(pictures, `${name}-${branding.tenantName}-${colorScheme}.png`),
            fullPage: true,
          });
      }
    }
    await visitor.close();
  }
});

test('axe finds nothing in any language', { timeout: 120_000 }, async () => {
  const visitor = await context(390, 'light');
  const page = await visitor.newPage();
  for (const language of languages) {
    for (const [name, view] of Object.entries(views)) {
      await look(page, view(language, plain));
      assert.equal(await page.evaluate('document.documentElement.lang'), language, name);
      assert.deepEqual(await findings(page), [], `${name} in ${language}`);
      if (pictures && language !== 'en')
        await page.screenshot({ path: join(pictures, `${name}-${language}.png`), fullPage: true });
    }
  }
  await visitor.close();
});

test('at 320 pixels, which is a desktop at 400 %, nothing has to be scrolled sideways (WCAG 2.2 §1.4.10)', async () => {
  const visitor = await context(320, 'light');
  const opened = await visitor.newPage();
  for (const language of languages) {
    for (const [name, view] of Object.entries(views)) {
      await look(opened, view(language, plain));
      const wide = await opened.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
      assert.equal(wide, false, `${name} in ${language}`);
    }
  }
  await visitor.close();
});

test('a page that is written from right to left is the mirror image', async () => {
  const visitor = await context(390, 'light');
  const opened = await visitor.newPage();
  const ltr = views['signup-errors']?.('en', plain) ?? { status: 500 };
  await look(opened, ltr);
  const edges =
    'const s = getComputedStyle(document.querySelector(".summary")); [s.borderLeftWidth, s.borderRightWidth]';
  assert.deepEqual(await opened.evaluate(edges), ['4px', '1px']);
  const rtl = page(200, { title: 'x', body: html`<div class="summary">x</div>`, look: plain, language: 'ar' });
  await look(opened, rtl);
  assert.equal(await opened.evaluate('document.documentElement.dir'), 'rtl');
  assert.deepEqual(await opened.evaluate(edges), ['1px', '4px']);
  await visitor.close();
});

test('what is wrong has the focus when the page opens, and leads to its field', async () => {
  const visitor = await context(1280, 'light');
  const page = await visitor.newPage();
  await look(page, views['login-wrong']?.('en', plain) ?? { status: 500 });
  assert.equal(await page.evaluate("document.activeElement?.getAttribute('role')"), 'alert');
  assert.match(await page.title(), /^Error: Log in/);
  await look(page, views['signup-errors']?.('en', plain) ?? { status: 500 });
  await page.click('[role=alert] a >> nth=1');
  assert.equal(await page.evaluate('document.activeElement?.id'), 'password');
  await visitor.close();
});

test('a page can be used by keyboard alone, in the order in which it is read', async () => {
  const visitor = await context(1280, 'light');
  const page = await visitor.newPage();
  await look(page, views.login?.('en', plain) ?? { status: 500 });
  const order: string[] = [await focused(page)];
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('Tab');
    order.push(await focused(page));
  }
  assert.deepEqual(order, ['username', 'password', 'Log in', 'Forgot your password?', 'Sign up']);
  const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
  assert.equal(outline, 'solid', 'the focus is seen');
  await visitor.close();
});

async function focused(page: Page): Promise<string> {
  return page.evaluate("document.activeElement?.id || document.activeElement?.textContent || ''");
}
