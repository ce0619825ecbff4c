// The browser that tests drive: that it is found, loads our pages, and trusts only the development certificate it was told of.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from './browser.ts';
import { serveHere } from './running.ts';

let site: Awaited<ReturnType<typeof serveHere>>;
before(async () => {
  site = await serveHere('sqlite', { https: true });
});
after(() => site.stop());

const health = () => `https://localhost:${site.httpsPort}/health`;

test('a browser opens the server over https when it is told of its authority', async () => {
  const browser = await openBrowser({ caPath: site.caPath });
  try {
    const page = await browser.newPage();
    const answer = await page.goto(health());
    assert.equal(answer?.status(), 200);
    assert.match(await page.content(), /"status":"ok"/);
  } finally {
    await browser.close();
  }
});

test('a browser that was told nothing refuses the development certificate', async () => {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await assert.rejects(page.goto(health()), /ERR_CERT_AUTHORITY_INVALID/);
    const plain = await browser.newPage();
    assert.equal((await plain.goto(`${site.base}/health`))?.status(), 200);
  } finally {
    await browser.close();
  }
});

test('two contexts of a browser are two visitors', async () => {
  const browser = await openBrowser();
  try {
    const [one, two] = [await browser.newContext(), await browser.newContext()];
    await one.addCookies([{ name: 'a', value: 'b', url: site.base }]);
    assert.equal((await one.cookies()).length, 1);
    assert.equal((await two.cookies()).length, 0);
  } finally {
    await browser.close();
  }
});
