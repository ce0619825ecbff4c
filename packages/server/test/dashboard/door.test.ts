// What /dashboard serves: the built files with their headers (HDR), its own page for its own routes, and nothing that a stranger
// could put into it (XSS) or make it do (CSR).

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { serveHere } from '../support/running.ts';

const dist = fileURLToPath(new URL('../../../dashboard/dist/', import.meta.url));
const sources = fileURLToPath(new URL('../../../dashboard/src/', import.meta.url));

describe('the door of the dashboard', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  before(async () => {
    site = await serveHere('sqlite', { flags: ['--dashboard'] });
  });
  after(() => site.stop());

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${site.base}${path}`, { headers: { 'accept-encoding': 'identity', ...headers }, redirect: 'manual' });
  const directives = (policy: string) =>
    new Map(
      policy
        .split(';')
        .map((part) => part.trim().split(/\s+/))
        .map(([name = '', ...values]) => [name, values] as const),
    );

  test('HDR-01 to HDR-04: nobody frames it, no foreign or inline script, no cache that goes stale', async () => {
    for (const path of ['/dashboard', '/dashboard/', '/dashboard/apis/1/test', '/dashboard/no/such/page']) {
      const answer = await get(path);
      assert.equal(answer.status, 200, path);
      assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8');
      assert.equal(answer.headers.get('cache-control'), 'no-cache');
      assert.equal(answer.headers.get('x-frame-options'), 'DENY');
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('referrer-policy'), 'same-origin');
      const policy = directives(answer.headers.get('content-security-policy') ?? '');
      assert.deepEqual(policy.get('default-src'), ["'none'"]);
      for (const name of ['script-src', 'style-src', 'font-src', 'connect-src', 'frame-src'])
        assert.deepEqual(policy.get(name), ["'self'"], name);
      assert.deepEqual(policy.get('img-src'), ["'self'", 'data:']);
      for (const name of ['frame-ancestors', 'base-uri', 'object-src', 'trusted-types'])
        assert.deepEqual(policy.get(name), ["'none'"], name);
      const page = await answer.text();
      for (const [tag] of page.matchAll(/<script[^>]*>/g)) assert.match(tag, / src="\/dashboard\/assets\/[\w.-]+\.js"/);
      assert.doesNotMatch(page, /<style|style=| on\w+=|https?:\/\//, 'nothing inline, nothing of others');
    }
  });

  test('a logo of the branding may be loaded from its own origin, and from no other', async () => {
    await site.manage('PATCH', '/branding', { logo_url: 'https://cdn.example.com/logo.svg' });
    const policy = directives((await get('/dashboard')).headers.get('content-security-policy') ?? '');
    assert.deepEqual(policy.get('img-src'), ["'self'", 'data:', 'https://cdn.example.com']);
    await site.manage('PATCH', '/branding', { logo_url: null });
  });

  test('files have names that change with them, are kept for good, compressed as the browser asks', async () => {
    const page = await (await get('/dashboard')).text();
    const [, script = ''] = /src="(\/dashboard\/assets\/[\w.-]+\.js)"/.exec(page) ?? [];
    const plain = await get(script);
    assert.equal(plain.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(plain.headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.equal(plain.headers.get('vary'), 'Accept-Encoding');
    const text = await plain.text();
    const raw = async (encoding: string) => {
      const { request } = await import('node:http');
      return new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
        request(`${site.base}${script}`, { headers: { 'accept-encoding': encoding } }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part) => parts.push(part));
          response.on('end', () =>
            resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(parts) }),
          );
        })
          .on('error', reject)
          .end();
      });
    };
    const br = await raw('gzip, br');
    assert.equal(br.encoding, 'br');
    assert.equal(brotliDecompressSync(br.body).toString(), text);
    const gzip = await raw('gzip');
    assert.equal(gzip.encoding, 'gzip');
    assert.equal(gunzipSync(gzip.body).toString(), text);
    const tag = plain.headers.get('etag') ?? '';
    assert.equal((await get(script, { 'if-none-match': tag })).status, 304);
  });

  test('only its own files are served, whatever the path says', async () => {
    for (const name of ['none.js', '..%2findex.html', '%2e%2e%2f%2e%2e%2fpackage.json', 'index.html', '.vite', ''])
      assert.notEqual(
        (await get(`/dashboard/assets/${name}`)).headers.get('content-type'),
        'text/javascript; charset=utf-8',
      );
    assert.equal((await get('/dashboard/assets/none.js')).status, 404);
    assert.equal((await fetch(`${site.base}/dashboard`, { method: 'POST' })).status, 405);
  });

  test('what is fetched before anything is seen is below 250 kB', () => {
    const files = readdirSync(join(dist, 'assets'));
    const initial = new Set<string>();
    const add = (name: string) => {
      if (initial.has(name) || !files.includes(name)) return;
      initial.add(name);
      const text = readFileSync(join(dist, 'assets', name), 'utf8');
      for (const [, next = ''] of text.matchAll(/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g)) add(next);
      // The entry fetches the app itself at once; pages come when somebody goes there.
      if (/^index-/.test(name))
        for (const [, next = ''] of text.matchAll(/import\(\s*["'`]\.\/(start-[\w.-]+\.js)["'`]/g)) add(next);
    };
    for (const [, name = ''] of readFileSync(join(dist, 'index.html'), 'utf8').matchAll(/assets\/([\w.-]+\.js)"/g))
      add(name);
    assert.ok(
      [...initial].some((name) => name.startsWith('start-')),
      [...initial].join(),
    );
    const bytes = [...initial].reduce((sum, name) => sum + readFileSync(join(dist, 'assets', `${name}.gz`)).length, 0);
    assert.ok(bytes < 250_000, `${bytes} bytes: ${[...initial].join(', ')}`);
  });

  test('XSS: no page makes markup of a text', () => {
    for (const entry of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
      if (!/\.tsx?$/.test(entry)) continue;
      const text = readFileSync(join(sources, entry), 'utf8');
      assert.doesNotMatch(
        text,
        /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/,
        entry,
      );
    }
  });

  test('CSR: its token is no cookie, so no foreign page can make it do anything', async () => {
    const answer = await get('/dashboard');
    assert.equal(answer.headers.get('set-cookie'), null);
    const reply = await fetch(`${site.base}/api/v2/clients`, { headers: { cookie: 'countersign=anything' } });
    assert.equal(reply.status, 401);
  });
});

test('with --no-dashboard there is nothing of it', async () => {
  const site = await serveHere();
  try {
    assert.equal((await site.send('GET', '/dashboard')).status, 404);
    assert.equal((await site.manage('GET', '/clients/countersign-dashboard')).status, 404);
    assert.equal((await site.manage('GET', '/roles/rol_CountersignAdmin')).status, 404);
  } finally {
    await site.stop();
  }
});
