// How a request is read, and whether its target still stands later.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ClientRow, clientFacts } from '../../domain/clients/facts.ts';
import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import { readRequest, targetOf } from './target.ts';

describe('RED-15: a request that says something twice is malformed', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const get = (query: string) => readRequest({ method: 'GET', query, headers: {}, body: Buffer.alloc(0) });
  const post = (query: string, body: string, headers: Record<string, string> = form) =>
    readRequest({ method: 'POST', query, headers, body: Buffer.from(body) });
  const cases: readonly [name: string, read: ReturnType<typeof readRequest>, kind: 'params' | 'malformed'][] = [
    ['once', get('a=1&b=2'), 'params'],
    ['twice', get('a=1&a=1'), 'malformed'],
    ['with brackets', get('redirect_uri[]=x'), 'malformed'],
    ['a NUL', get('a=%00'), 'malformed'],
    ['in the body', post('', 'a=1'), 'params'],
    ['query and body apart', post('a=1', 'b=2'), 'params'],
    ['in query and body', post('a=1', 'a=2'), 'malformed'],
    ['empty in the query, and in the body', post('a=', 'a=2'), 'malformed'],
    ['twice in the body', post('', 'a=1&a=2'), 'malformed'],
    ['a JSON body', post('', '{"a":"1"}', { 'content-type': 'application/json' }), 'malformed'],
    ['a body without type', post('', 'a=1', {}), 'malformed'],
  ];
  for (const [name, read, kind] of cases) test(`${name}: ${kind}`, () => assert.equal(read.kind, kind));
  test('a GET does not read its body', () => {
    const read = readRequest({ method: 'GET', query: 'a=1', headers: form, body: Buffer.from('b=2') });
    assert.ok(read.kind === 'params');
    assert.deepEqual([...read.params], [['a', '1']]);
  });
});

describe('the target of an accepted request stands as long as the client has it', () => {
  const cb = 'https://app.example.com/cb';
  const row: ClientRow = { client_id: 'client', callbacks: [cb], web_origins: ['https://app.example.com'] };
  const request: AuthorizationRequest = {
    client_id: 'client',
    redirect_uri: cb,
    redirect_uri_sent: true,
    response_type: ['code'],
    response_mode: 'web_message',
    scopes: [],
    prompt: [],
    state: 's',
  };
  const stands = (client: ClientRow, more: Partial<AuthorizationRequest> = {}) =>
    targetOf({ ...request, ...more }, clientFacts(client, []));
  test('unchanged', () => {
    assert.deepEqual(stands(row), {
      redirect: cb,
      redirectSent: true,
      mode: 'web_message',
      state: 's',
      origin: 'https://app.example.com',
    });
  });
  test('the callback was removed', () => assert.equal(stands({ ...row, callbacks: [] }), undefined));
  test('the web origin was removed', () => {
    assert.equal(stands({ ...row, web_origins: [] }), undefined);
    assert.ok(stands({ ...row, web_origins: [] }, { response_mode: 'query' }));
  });
});
