import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decoded, formsOf, linksOf, tagsOf, textOf } from './forms.ts';

const page = `<!DOCTYPE html><title>A &amp; B</title><script>if (1 < 2) "<form>"</script>
<!-- <form action="/no"></form> -->
<a href="/x?a=1&amp;b=2">x</a><a href="#top">top</a>
<form method="post" action="/u/login?state=h"><input type=hidden name='csrf' value="&quot;&#39;&#x60;">
<input name="username" value="a>b"><input type="password" name="password">
<input type="checkbox" name="off" value="1"><input type="checkbox" name="on" checked><input name="gone" disabled>
<button type="submit" name="action" value="accept">Yes <b>please</b></button><button type="button">No</button></form>
<form><input name="q"></form>`;

test('a form is read as a browser would send it', () => {
  const [form, second] = formsOf(page, 'http://localhost:1/u/login?state=h');
  assert.equal(form?.method, 'POST');
  assert.equal(form?.action, 'http://localhost:1/u/login?state=h');
  assert.deepEqual(form?.fields, [
    { name: 'csrf', value: '"\'`', type: 'hidden' },
    { name: 'username', value: 'a>b', type: 'text' },
    { name: 'password', value: '', type: 'password' },
    { name: 'on', value: 'on', type: 'checkbox' },
  ]);
  assert.deepEqual(form?.buttons, [{ name: 'action', value: 'accept', text: 'Yes please', action: undefined }]);
  assert.equal(second?.method, 'GET');
  assert.equal(formsOf(page, 'http://localhost:1/').length, 2);
});

test('links, text and tags are read without scripts and comments', () => {
  assert.deepEqual(linksOf(page, 'http://localhost:1/'), ['http://localhost:1/x?a=1&b=2']);
  assert.match(textOf(page), /^A & B x top Yes please No$/);
  assert.equal(tagsOf('<svg onload=x>')[0]?.attributes.onload, 'x');
  assert.equal(tagsOf('<p title="<script>">')[0]?.attributes.title, '<script>');
  assert.equal(decoded('&lt;&unknown;&#128273;'), '<&unknown;🔑');
});
