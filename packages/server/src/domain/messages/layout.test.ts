// The text of operators' HTML: a table, and that its cost grows with its length and not with the square of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOfHtml } from './layout.ts';

const rows: readonly [about: string, html: string, text: string][] = [
  ['words', '<p>Hello,  <b>you</b></p>', 'Hello, you\n'],
  ['paragraphs', '<p>One</p><p>Two</p>', 'One\n\nTwo\n'],
  ['many empty paragraphs', '<p>One</p><div></div><div></div><p>Two</p>', 'One\n\nTwo\n'],
  ['a line end', 'One<br>  Two', 'One\nTwo\n'],
  ['a link', '<a href="https://example.com/x?a=1&amp;b=2">here</a>', 'here (https://example.com/x?a=1&b=2)\n'],
  ['what is not shown', '<style>p{}</style><title>T</title>x', 'x\n'],
  ['entities', '&lt;&#65;&#x42;&nbsp;&amp;', '<AB &\n'],
  ['nothing', '', '\n'],
];

for (const [about, html, text] of rows) test(`the text of ${about}`, () => assert.equal(textOfHtml(html), text));

test('a million spaces in HTML cost what a million letters cost', () => {
  const cpu = (html: string) => {
    const before = process.cpuUsage();
    textOfHtml(html);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  cpu('&#32;'.repeat(100));
  // Quadratic cost would be hours for this length, so the bound is far from both.
  assert.ok(cpu('&#32;'.repeat(190_000)) < 2_000_000 + 20 * cpu('&#65;'.repeat(190_000)));
  assert.ok(cpu('<b> </b>'.repeat(120_000)) < 2_000_000 + 20 * cpu('<b>x</b>'.repeat(120_000)));
});
