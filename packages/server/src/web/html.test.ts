// The template that makes HTML: what it escapes, and what it refuses to be used for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HtmlValue, html, nothing, render, webAddress } from './html.ts';

const rows: readonly (readonly [what: string, value: HtmlValue, written: string])[] = [
  ['markup is text', '<b>&</b>', '&lt;b&gt;&amp;&lt;/b&gt;'],
  ['quotes close no attribute', `"'\``, '&quot;&#39;&#96;'],
  ['a number is itself', 7, '7'],
  ['HTML is itself', html`<i>${'<'}</i>`, '<i>&lt;</i>'],
  ['a list of HTML is itself', [html`<i>`, html`</i>`], '<i></i>'],
  ['undefined is nothing', undefined, ''],
  ['false is nothing', false, ''],
  ['nothing is nothing', nothing, ''],
  ['every language is kept', 'Ünïcødé 日本 🎉', 'Ünïcødé 日本 🎉'],
];
for (const [what, value, written] of rows) {
  test(`html: ${what}`, () => {
    assert.equal(render(html`<p title="${value}">${value}</p>`), `<p title="${written}">${written}</p>`);
  });
}

test('html: what looks like HTML of ours but came from elsewhere is refused', () => {
  const forged = JSON.parse('{"markup":"<script>"}');
  assert.throws(() => html`<p>${forged}</p>`);
});

test('html: a value without quotes around it, or inside a script or a style, is a bug and throws', () => {
  assert.throws(() => html`<p title=${'x'}>`, TypeError);
  assert.throws(() => html`<script>${'x'}</script>`, TypeError);
  assert.throws(() => html`<STYLE>a{color:${'x'}}</STYLE>`, TypeError);
});

const addresses: readonly (readonly [string | undefined, string | undefined])[] = [
  ['https://example.com/a?b=c', 'https://example.com/a?b=c'],
  ['http://localhost:3000', 'http://localhost:3000/'],
  ['HTTPS://EXAMPLE.com', 'https://example.com/'],
  ['javascript:alert(1)', undefined],
  [' javascript:alert(1)', undefined],
  ['java\nscript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['//example.com', undefined],
  ['/path', undefined],
  ['', undefined],
  [undefined, undefined],
];
for (const [address, wanted] of addresses) {
  test(`html: the address ${JSON.stringify(address)} is ${wanted ?? 'none'}`, () => {
    assert.equal(webAddress(address), wanted);
  });
}
