// Colours of a tenant: whatever they are, text on them and text in them can be read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Colour, contrast, hex, legible, mix, parseColour, textOn } from '../schema/colour.ts';
import { styleSheet } from './style.ts';

const parsed: readonly (readonly [string | undefined, string | undefined])[] = [
  ['#0af', '#00aaff'],
  ['#00AAFF', '#00aaff'],
  ['#00aaff80', undefined],
  ['red', undefined],
  ['#12', undefined],
  ['#00aaff;}body{display:none', undefined],
  ['#00aaff\n', undefined],
  [undefined, undefined],
];
for (const [text, wanted] of parsed) {
  test(`colour: ${JSON.stringify(text)} is ${wanted ?? 'none'}`, () => {
    const colour = parseColour(text);
    assert.equal(colour && hex(colour), wanted);
  });
}

test('colour: contrast is that of WCAG', () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert.equal(contrast([118, 118, 118], [255, 255, 255]).toFixed(2), '4.54');
  assert.equal(contrast([5, 5, 5], [5, 5, 5]), 1);
});

const steps = [0, 36, 73, 109, 146, 182, 219, 255];
const every: readonly Colour[] = steps.flatMap((red) =>
  steps.flatMap((green) => steps.map((blue): Colour => [red, green, blue])),
);

test('colour: text on any colour has a contrast of 4.5', () => {
  for (const ground of every) assert.ok(contrast(textOn(ground), ground) >= 4.5, hex(ground));
});

test('colour: any colour becomes legible on light and dark, and stays itself where it was', () => {
  for (const ground of ['#ffffff', '#1a1d23'].map((text) => parseColour(text) ?? assert.fail())) {
    for (const colour of every) {
      const shade = legible(colour, ground, 4.6);
      assert.ok(contrast(shade, ground) >= 4.6, `${hex(colour)} on ${hex(ground)}`);
      if (contrast(colour, ground) >= 4.6) assert.equal(hex(shade), hex(colour));
    }
  }
});

test('colour: a mixture lies between', () => {
  assert.equal(hex(mix([255, 255, 255], [0, 0, 0], 0.5)), '#808080');
});

test('style: nothing but parsed colours gets into a style sheet', () => {
  assert.equal(styleSheet({ primary: 'red;}*{display:none', pageBackground: 'url(//evil.test)' }), styleSheet({}));
  assert.match(styleSheet({ primary: '#ff6600' }), /--primary:#ff6600/);
  assert.doesNotMatch(styleSheet({}), /url\(|@import|<|expression/);
});
