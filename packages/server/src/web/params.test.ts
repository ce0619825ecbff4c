// The strict parameter reader: what is ambiguous is refused, nothing is coerced.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBody, readForm } from './params.ts';

const form = 'application/x-www-form-urlencoded';
const json = 'application/json';
const read = (body: string | Buffer, type: string | undefined) => readBody(Buffer.from(body as string), type);
const values = (body: string | Buffer, type: string | undefined) => {
  const result = read(body, type);
  return result.kind === 'params' ? Object.fromEntries(result.params) : result.status;
};

const rows: readonly [name: string, body: string | Buffer, type: string | undefined, expected: object | number][] = [
  ['a form', 'a=1&b=x%20y&c=x+y&d=', form, { a: '1', b: 'x y', c: 'x y', d: '' }],
  ['a form with a charset', 'a=%C3%A9', `${form}; charset=UTF-8`, { a: 'é' }],
  ['JSON', '{"a":"1","scope":["x","y"]}', json, { a: '1', scope: 'x y' }],
  ['JSON with a colon in a string', '{"a":"\\"b\\": 1","c":"d"}', json, { a: '"b": 1', c: 'd' }],
  ['nothing', '', undefined, {}],
  ['a parameter twice', 'a=1&a=1', form, 400],
  ['a JSON member twice', '{"a":"1","a":"2"}', json, 400],
  ['brackets', 'client_id[]=A', form, 400],
  ['a JSON member twice beside a list', '{"a":"1","a":"2","scope":["x"]}', json, 400],
  ['a JSON list', '{"client_id":["A"]}', json, 400],
  ['a JSON object', '{"code":{"$ne":null}}', json, 400],
  ['a JSON number', '{"a":1}', json, 400],
  ['a JSON null', '{"a":null}', json, 400],
  ['a JSON text', '"a"', json, 400],
  ['broken JSON', '{"a":', json, 400],
  ['a form called JSON', 'a=1', json, 400],
  ['invalid UTF-8, encoded', 'a=%ff%fe', form, 400],
  ['overlong UTF-8', 'a=%c0%ae', form, 400],
  ['invalid UTF-8, raw', Buffer.from([0x61, 0x3d, 0xff]), form, 400],
  ['a lone surrogate', '{"a":"\\ud800"}', json, 400],
  ['a NUL in a form', 'a=%00', form, 400],
  ['a NUL in JSON', '{"a":"\\u0000"}', json, 400],
  ['a byte order mark', '\ufeff{"a":"1"}', json, 400],
  ['no content type', 'a=1', undefined, 415],
  ['plain text', 'a=1', 'text/plain', 415],
  ['multipart', 'a=1', 'multipart/form-data; boundary=x', 415],
  ['UTF-16', '{}', `${json}; charset=utf-16`, 415],
  ['100 001 fields', Array.from({ length: 100_001 }, (_, i) => `p${i}=`).join('&'), form, 413],
  ['200 000 nested lists', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, json, 400],
];

for (const [name, body, type, expected] of rows) {
  test(`a body with ${name} ${typeof expected === 'number' ? `is refused with ${expected}` : 'is read'}`, () => {
    assert.deepEqual(values(body, type), expected);
  });
}

test('a refused name is quoted without what could break a log line', () => {
  const result = readForm('a%0d%0a%22=1&a%0d%0a%22=1');
  assert.equal(result.kind === 'malformed' && result.description, 'Duplicate parameter: a???');
});
