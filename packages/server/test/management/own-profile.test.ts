// MAS-02: a user's own token at the Management API reads and changes that user's own `user_metadata`, and nothing else
// (auth0-behaviour MA-5).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { application, person, responseTo } from '../issuing/login.ts';
import { serveHere } from '../support/running.ts';
import { at } from './people.ts';

let site: Awaited<ReturnType<typeof serveHere>>;
let own: string;
let other: string;
let token: string;
before(async () => {
  site = await serveHere();
  own = await person(site);
  other = await person(site);
  const spa = await application(site, { app_type: 'spa', token_endpoint_auth_method: 'none' });
  const answer = await responseTo(site, spa.id, own, {
    response_type: ['token'],
    audience: `https://${site.host}/api/v2/`,
    scope: 'read:current_user update:current_user_metadata read:users update:users delete:users',
  });
  token = answer.access_token ?? '';
});
after(() => site.stop());

const ask = (method: string, user: string, body?: object, below = '') =>
  site.send(method, `/api/v2${at({ user_id: user })}${below}`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

test('a user reads the own profile and no other', async () => {
  const reply = await ask('GET', own);
  assert.deepEqual([reply.status, reply.body.user_id], [200, own]);
  assert.deepEqual([(await ask('GET', other)).status, (await ask('GET', 'auth0|none')).status], [403, 403]);
});

test('a user changes the own user_metadata, and nothing else of it', async () => {
  const reply = await ask('PATCH', own, { user_metadata: { colour: 'blue' } });
  assert.deepEqual([reply.status, reply.body.user_metadata], [200, { colour: 'blue' }]);
  const before = (await site.manage('GET', at({ user_id: own }))).body;
  for (const body of [
    { app_metadata: { admin: true } },
    { email: 'other@example.com' },
    { email_verified: true },
    { password: 'another password' },
    { blocked: false },
    { username: 'somebody' },
    { user_metadata: { a: 1 }, app_metadata: { admin: true } },
    { user_metadata: { a: 1 }, nickname: 'x' },
  ]) {
    const refused = await ask('PATCH', own, body);
    assert.deepEqual([refused.status, refused.body.errorCode], [403, 'insufficient_scope'], JSON.stringify(body));
  }
  assert.deepEqual((await site.manage('GET', at({ user_id: own }))).body, before);
});

test('a user keeps so much user_metadata and so many public keys: what is added a piece at a time ends, too', async () => {
  const piece = (name: string, length: number) => ({ user_metadata: { [name]: 'x'.repeat(length) } });
  assert.equal((await ask('PATCH', own, piece('one', 40_000))).status, 200);
  const more = await ask('PATCH', own, piece('two', 40_000));
  assert.equal(more.status, 400, more.text.slice(0, 200));
  assert.match(more.body.message, /maximum 65536/);
  const machine = (body: object) => site.manage('PATCH', at({ user_id: own }), body);
  for (const name of ['two', 'three']) assert.equal((await machine(piece(name, 500_000))).status, 200);
  assert.equal((await machine(piece('four', 500_000))).status, 400);
  assert.equal(
    (await ask('PATCH', own, { user_metadata: { three: null } })).status,
    200,
    'what is too long gets shorter',
  );
  assert.equal((await ask('PATCH', own, piece('three', 10))).status, 400);
  assert.equal((await ask('PATCH', own, { user_metadata: {} })).status, 200);

  const spa = await application(site, { app_type: 'spa', token_endpoint_auth_method: 'none' });
  const { access_token } = await responseTo(site, spa.id, own, {
    response_type: ['token'],
    audience: `https://${site.host}/api/v2/`,
    scope: 'create:current_user_device_credentials',
  });
  const key = JSON.stringify({ type: 'public_key', device_name: 'Phone', device_id: 'P', value: 'AAAA' });
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
  const add = () => site.send('POST', '/api/v2/device-credentials', { headers, body: key });
  const statuses = (await Promise.all(Array.from({ length: 105 }, add))).map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 201).length, 100);
  assert.equal(statuses.filter((status) => status === 400).length, 5);
});

test('a user changes, removes and lists nobody, whatever scopes were asked for', async () => {
  assert.equal((await ask('PATCH', other, { user_metadata: { a: 1 } })).status, 403);
  assert.equal((await ask('DELETE', own)).status, 403);
  assert.equal((await ask('POST', own, { roles: ['rol_x'] }, '/roles')).status, 403);
  assert.equal((await ask('GET', own, undefined, '/permissions')).status, 403);
  assert.equal((await ask('DELETE', own, undefined, '/sessions')).status, 403);
  const list = await site.send('GET', '/api/v2/users', { headers: { authorization: `Bearer ${token}` } });
  assert.equal(list.status, 403);
  assert.equal((await site.manage('GET', at({ user_id: other }))).body.user_metadata, undefined);
});

test('a user who was blocked or removed has no token that works', async () => {
  await site.manage('PATCH', at({ user_id: own }), { blocked: true });
  assert.equal((await ask('GET', own)).status, 401);
  await site.manage('PATCH', at({ user_id: own }), { blocked: false });
  assert.equal((await ask('GET', own)).status, 200);
  await site.manage('DELETE', at({ user_id: own }));
  assert.equal((await ask('GET', own)).status, 401);
});
