// Bodies against a declaration: what is said about each wrong one (auth0-behaviour §37.3), and what a patch does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { singleton } from './collection.ts';
import { fixedOptional, made, optional, required } from './field.ts';
import { readJsonObject } from './json.ts';
import { displayName, distinct, flag, list, oneOf, text, whole } from './types.ts';
import { applyPatch, readDraft, readPatch } from './validate.ts';

const declared = singleton({
  name: 'things',
  path: 'things',
  noun: { one: 'thing', a: 'a thing' },
  about: 'Things',
  scopes: { read: ['read:things'], update: ['update:things'] },
  initial: { id: '1', name: 'first' },
  check: () => [],
  fields: {
    id: made(text(24), 'Id'),
    name: required(displayName(10), 'Name of it'),
    kind: fixedOptional(oneOf(['a', 'b']), 'Kind of it'),
    size: optional(whole(1, 9), 'Size of it'),
    tags: optional(distinct(text(5), 2), 'Tags of it', { nullRemoves: true }),
    on: optional(flag, 'Whether it is on'),
    secret: optional(text(50, 16), 'Secret of it', { secret: true }),
    parts: optional(list(z.strictObject({ value: text(5, 1) }), 3), 'Parts of it'),
    meta: optional(z.record(z.string().max(5), text(5)), 'More of it', { merged: true }),
  },
});

const wrongDrafts: readonly [body: object, message: string][] = [
  [{}, "'Missing required property: name'."],
  [{ name: 'x', foo: 1 }, "'Additional properties not allowed: foo'."],
  [{ name: 'x', foo: 1, bar: null }, "'Additional properties not allowed: foo,bar'."],
  [{ name: 'x', id: '1' }, "'Additional properties not allowed: id'."],
  [{ name: 'x', constructor: 1 }, "'Additional properties not allowed: constructor'."],
  [{ name: 7 }, "'Expected type string but found type number' on property name (Name of it)."],
  [{ name: null }, "'Expected type string but found type null' on property name (Name of it)."],
  [{ name: ['x'] }, "'Expected type string but found type array' on property name (Name of it)."],
  [{ name: '' }, "'String is too short (0 chars), minimum 1' on property name (Name of it)."],
  [{ name: 'x'.repeat(11) }, "'String is too long (11 chars), maximum 10' on property name (Name of it)."],
  [{ name: '<x>' }, "'String does not match pattern ^[^<>]+$: <x>' on property name (Name of it)."],
  [{ name: 'x', kind: 'c' }, "'No enum match for: c' on property kind (Kind of it)."],
  [{ name: 'x', size: '3' }, "'Expected type number but found type string' on property size (Size of it)."],
  [{ name: 'x', size: 1.5 }, "'Expected type integer but found type number' on property size (Size of it)."],
  [{ name: 'x', size: 0 }, "'Value 0 is less than minimum 1' on property size (Size of it)."],
  [{ name: 'x', size: 10 }, "'Value 10 is greater than maximum 9' on property size (Size of it)."],
  [{ name: 'x', tags: ['a', 'b', 'c'] }, "'Array is too long (3), maximum 2' on property tags (Tags of it)."],
  [{ name: 'x', tags: ['a', 'a'] }, "'Array items are not unique' on property tags (Tags of it)."],
  [{ name: 'x', on: 'false' }, "'Expected type boolean but found type string' on property on (Whether it is on)."],
  [{ name: 'x', on: 0 }, "'Expected type boolean but found type number' on property on (Whether it is on)."],
  [{ name: 'x', parts: [{}] }, "'Missing required property: value' on property parts[0] (Parts of it)."],
  [
    { name: 'x', parts: [{ value: 'a' }, { value: 1 }] },
    "'Expected type string but found type number' on property parts[1].value (Parts of it).",
  ],
  [
    { name: 'x', parts: [{ value: 'a', more: 1 }] },
    "'Additional properties not allowed: more' on property parts[0] (Parts of it).",
  ],
  [{ name: 'x', meta: { a: null } }, "'Expected type string but found type null' on property meta.a (More of it)."],
];
for (const [body, message] of wrongDrafts) {
  test(`a draft ${JSON.stringify(body).slice(0, 60)} is refused: ${message}`, () => {
    assert.deepEqual(readDraft(declared, body as Record<string, unknown>), {
      kind: 'invalid',
      message: `Payload validation error: ${message}`,
    });
  });
}

test('the value of a secret is in no message', () => {
  for (const secret of ['hunter2-hunter2\u0007x'.repeat(9), 'hunter2', 7777777]) {
    const read = readDraft(declared, { name: 'x', secret });
    assert.equal(read.kind, 'invalid');
    assert.ok(!JSON.stringify(read).includes(String(secret).slice(0, 5)));
  }
});

test('nothing is coerced, and what is valid comes back as it is', () => {
  const body = {
    name: 'x',
    kind: 'a',
    size: 3,
    tags: ['b', 'a'],
    on: false,
    parts: [{ value: 'v' }],
    meta: { k: 'v' },
  };
  assert.deepEqual(readDraft(declared, body), { kind: 'valid', value: body });
});

test('null in a draft counts as absent only where the field takes it', () => {
  assert.deepEqual(readDraft(declared, { name: 'x', tags: null }), { kind: 'valid', value: { name: 'x' } });
  assert.equal(readDraft(declared, { name: 'x', on: null }).kind, 'invalid');
});

const refusedPatches: readonly object[] = [
  { id: '2' },
  { kind: 'b' },
  { name: null },
  { on: null },
  { meta: { k: 1 } },
  { foo: 1 },
];
for (const patch of refusedPatches) {
  test(`a patch ${JSON.stringify(patch)} is refused`, () => {
    assert.equal(readPatch(declared, patch as Record<string, unknown>).kind, 'invalid');
  });
}

const patches: readonly [patch: object, after: object][] = [
  [{ name: 'y' }, { name: 'y' }],
  [{ tags: [] }, { tags: [] }],
  [{ tags: null }, { tags: undefined }],
  [{ parts: [{ value: 'new' }] }, { parts: [{ value: 'new' }] }],
  [{ meta: { k: 'w', l: 'm' } }, { meta: { k: 'w', l: 'm', o: 'p' } }],
  [{ meta: { k: null } }, { meta: { o: 'p' } }],
  [{}, {}],
];
for (const [patch, change] of patches) {
  test(`the patch ${JSON.stringify(patch)} replaces members, and merges those that are declared so`, () => {
    const stored = {
      id: '1',
      name: 'x',
      tags: ['a'],
      parts: [{ value: 'a' }, { value: 'b' }],
      meta: { k: 'v', o: 'p' },
    };
    const read = readPatch(declared, patch as Record<string, unknown>);
    assert.equal(read.kind, 'valid');
    const after = read.kind === 'valid' ? applyPatch(declared, stored, read.value) : {};
    assert.deepEqual(JSON.parse(JSON.stringify(after)), JSON.parse(JSON.stringify({ ...stored, ...change })));
  });
}

const bodies: readonly [text: string, kind: 'object' | 'malformed'][] = [
  ['', 'object'],
  ['{}', 'object'],
  ['{"a":{"b":["c",1,null]}}', 'object'],
  ['[]', 'malformed'],
  ['null', 'malformed'],
  ['"a"', 'malformed'],
  ['{', 'malformed'],
  ['{"a":"\\u0000"}', 'malformed'],
  ['{"a":["x\\ud800"]}', 'malformed'],
  ['{"\\udc00":1}', 'malformed'],
  ['{"a":{"__proto__":{"admin":true}}}', 'malformed'],
  [`{"a":${'['.repeat(30)}${']'.repeat(30)}}`, 'malformed'],
  [`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'malformed'],
  ['{"a":"😀"}', 'object'],
];
for (const [body, kind] of bodies) {
  test(`the body ${body.slice(0, 40)} of ${body.length} characters is ${kind === 'object' ? 'taken' : 'refused'}`, () => {
    assert.equal(readJsonObject(body).kind, kind);
  });
}
