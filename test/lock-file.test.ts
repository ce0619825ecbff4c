// The lock file must name the optional packages of every platform: `npm ci` refuses it otherwise, and an `npm install`
// on a machine whose registry lacks some of them silently leaves them out.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Entry {
  readonly version?: string;
  readonly optionalDependencies?: Record<string, string>;
}

function missing(packages: Record<string, Entry>): string[] {
  const present = Object.keys(packages);
  return Object.values(packages).flatMap((entry) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (name) => !present.some((path) => path.endsWith(`node_modules/${name}`)),
    ),
  );
}

test('every optional package of every platform is in package-lock.json', () => {
  const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  assert.deepEqual(missing(packages), []);
});

test('an optional package that is left out is found', () => {
  assert.deepEqual(missing({ 'node_modules/a': { optionalDependencies: { 'a-darwin': '1' } } }), ['a-darwin']);
});
