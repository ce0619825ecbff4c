// Every error says where to read on: each code that the server can answer with has a row, each row has a page, and answers name it.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { collections, handMadeCollections, reasonPage, reasons } from '../../src/resources/index.ts';
import { refusalKinds } from '../../src/web/answers.ts';
import { tagsOf } from '../support/forms.ts';
import { serveHere } from '../support/running.ts';

const sources = fileURLToPath(new URL('../../src/', import.meta.url));
const read = (pattern: string) =>
  globSync(pattern, { cwd: sources })
    .filter((path) => !path.endsWith('.test.ts'))
    .map((path) => readFileSync(sources + path, 'utf8'));

const linksOf = (text: string) => tagsOf(text).flatMap(({ attributes }) => attributes.href ?? []);

test('every kind of refusal of the token endpoint has a row', () => {
  assert.ok(refusalKinds.length > 10);
  for (const kind of refusalKinds) assert.ok(reasons.has(kind), kind);
});

test('every errorCode of the Management API has a row', () => {
  const declared = [...collections, ...handMadeCollections].flatMap(({ errors }) => [
    errors.missing.errorCode,
    errors.conflict.errorCode,
  ]);
  // `refused(400, 'message', 'code')`, over any number of lines.
  const written = read('endpoints/management/**/*.ts').flatMap((text) =>
    [...text.matchAll(/\brefused\(\s*\d{3},(?:(?!refused\w*\()[\s\S]){0,400}?,\s*'([a-z]+_\w+)',?\s*\)/g)].map(
      ([, code]) => code,
    ),
  );
  assert.ok(written.includes('invalid_body') && written.includes('too_soon') && written.length > 15, written.join());
  const literal = read('**/*.ts').flatMap((text) => [...text.matchAll(/errorCode: '(\w+)'/g)].map(([, code]) => code));
  for (const code of [...declared, ...written, ...literal]) if (code) assert.ok(reasons.has(code), code);
});

test('every code of a sign-up has a row', () => {
  const codes = read('endpoints/dbconnections/*.ts').flatMap((text) =>
    [...text.matchAll(/(?:\brefusal\(\s*|code: )'(\w+)'/g)].map(([, code = '']) => code),
  );
  assert.ok(codes.includes('invalid_password') && codes.includes('user_exists'));
  for (const code of codes) assert.ok(reasons.has(code), code);
});

test('rows are written for people: a title, sentences, and something to do', () => {
  for (const [code, { title, means, todo }] of reasons) {
    assert.match(title, /^[A-Z`].{5,80}[^.]$/, code);
    assert.match(means, /^[A-Z`].{15,}\.$/, code);
    assert.ok(todo.length > 0 && todo.every((step) => /^[A-Z`].+\.$/.test(step)), code);
  }
});

describe('the pages', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  before(async () => {
    site = await serveHere();
  });
  after(() => site.stop());

  test('there is one for each code, and the index leads to all', async () => {
    const index = await site.send('GET', '/docs/errors');
    assert.equal(index.status, 200);
    const links = new Set(linksOf(index.text));
    for (const [code, { title }] of reasons) {
      assert.ok(links.has(reasonPage(code)), code);
      const reply = await site.send('GET', reasonPage(code));
      assert.equal(reply.status, 200);
      assert.match(reply.text, /<h1>/);
      assert.ok(title.includes("'") || title.includes('"') || reply.text.includes(title), title);
      assert.match(reply.headers.get('content-security-policy') ?? '', /script-src 'none'/);
    }
  });

  test('an unknown code is told so, as text', async () => {
    const reply = await site.send('GET', `/docs/errors/${encodeURIComponent('<script>alert(1)</script>')}`);
    assert.equal(reply.status, 404);
    assert.doesNotMatch(reply.text, /<script/);
    assert.match(reply.text, /&lt;script/);
  });

  test('a refused token request names its page beside the body that it always had', async () => {
    const machine = await site.machine();
    const reply = await site.token({
      grant_type: 'client_credentials',
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
      audience: 'https://nobody.example.com/',
    });
    assert.equal(reply.status, 403);
    assert.equal(reply.headers.get('link'), '</docs/errors/unknown_api>; rel="help"');
    assert.deepEqual(Object.keys(reply.body), ['error', 'error_description']);
    assert.equal((await site.send('GET', '/docs/errors/unknown_api')).status, 200);
  });

  test('so does a refused call of the Management API, and the error page of a login', async () => {
    const reply = await site.manage('POST', '/clients', {});
    assert.equal(reply.headers.get('link'), '</docs/errors/invalid_body>; rel="help"');
    const shown = await site.send('GET', '/authorize?client_id=nobody');
    assert.deepEqual(linksOf(shown.text), ['/docs/errors/invalid_request']);
  });
});
