// The README names every cause and every option, with the right status.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { causes } from '../src/causes/index.ts';
import { shapes } from '../src/options.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

test('the table of causes in the README is the table of causes', () => {
  const rows = [...readme.matchAll(/^\| (`[^|]*`) +\| (\d{3}) +\|/gm)];
  const written = rows.flatMap(([, codes = '', status]) =>
    [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => [code, Number(status)]),
  );
  const actual = Object.entries(causes).map(([code, { status }]) => [code, status]);
  assert.deepEqual(written.toSorted(), actual.toSorted());
});

test('the README names every option', () => {
  const names = new Set([...readme.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assert.deepEqual(
    Object.keys(shapes).filter((name) => !names.has(name)),
    [],
  );
});
