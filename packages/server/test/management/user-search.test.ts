// GET /api/v2/users, /users-by-email and /users/{id}/logs: searched, ordered and paged (auth0-behaviour §37.5; SQL-02).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type User, users as userTable } from '../../src/domain/accounts/user.ts';
import { type Engine, engines, serveHere } from '../support/running.ts';
import { at, makeConnection, makeUser, storeOf } from './people.ts';

const suite = (engine: Engine) => () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let connection: string;
  let other: string;
  before(async () => {
    site = await serveHere(engine);
    connection = await makeConnection(site);
    other = await makeConnection(site);
    await makeUser(site, connection, { email: 'ann@example.com', name: 'Ann', app_metadata: { plan: 'gold' } });
    await makeUser(site, connection, { email: 'bob@example.com', username: 'bobby', name: 'Bob', blocked: true });
    await makeUser(site, connection, { email: 'cy@other.example', name: 'Cy', user_metadata: { pet: 'Cat' } });
    await makeUser(site, other, { email: 'ann@example.com', name: 'ann', user_id: 'chosen' });
  });
  after(() => site.stop());

  const get = (query: Record<string, string>) => site.manage('GET', `/users?${new URLSearchParams(query)}`);
  const found = async (query: Record<string, string>) => {
    const reply = await get(query);
    assert.equal(reply.status, 200, reply.text);
    return reply.body.map((user: { name: string }) => user.name);
  };

  test('users are found by what columns answer, and by what they do not', async () => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['', ['Ann', 'Bob', 'Cy', 'ann']],
      ['*', ['Ann', 'Bob', 'Cy', 'ann']],
      ['email:"ann@example.com"', ['Ann', 'ann']],
      ['email:ANN@example.com', ['Ann', 'ann']],
      ['email:bob*', ['Bob']],
      ['email:*@other.example', ['Cy']],
      ['name:A*', ['Ann']],
      ['username:bobby', ['Bob']],
      ['user_id:"auth0|chosen"', ['ann']],
      ['user_id:auth0|*', ['Ann', 'Bob', 'Cy', 'ann']],
      [`identities.connection:"${other}"`, ['ann']],
      [`identities.connection:"${connection}" AND email:ann*`, ['Ann']],
      ['app_metadata.plan:gold', ['Ann']],
      ['user_metadata.pet:cat', ['Cy']],
      ['blocked:true', ['Bob']],
      ['NOT blocked:true', ['Ann', 'Cy', 'ann']],
      ['email:(ann@example.com OR bob@example.com) AND -name:ann', ['Ann', 'Bob']],
      ['created_at:[1900-02-01T04:16:48.000Z TO *]', ['Ann', 'Bob', 'Cy', 'ann']],
      ['created_at:[2100-01-01 TO *]', []],
      ['email:nobody@example.com', []],
      ["email:\"x' OR '1'='1\"", []],
    ];
    for (const [q, names] of cases) assert.deepEqual(await found({ q, search_engine: 'v3' }), names, q);
    assert.deepEqual(await found({ connection: other }), ['ann']);
  });

  test('users are in the order of creation, or as asked for', async () => {
    assert.deepEqual(await found({ sort: 'created_at:-1' }), ['ann', 'Cy', 'Bob', 'Ann']);
    assert.deepEqual(await found({ sort: 'created_at:-1', per_page: '3', page: '1' }), ['Ann']);
    assert.deepEqual(await found({ sort: 'created_at:-1', per_page: '3', page: '2' }), []);
    assert.deepEqual(await found({ sort: 'created_at:-1', q: 'NOT blocked:true' }), ['ann', 'Cy', 'Ann']);
    assert.deepEqual(await found({ sort: 'email:-1' }), ['Cy', 'Bob', 'ann', 'Ann']);
    assert.deepEqual(await found({ sort: 'username:-1', q: 'email:b*' }), ['Bob']);
    for (const sort of ['email', 'email:2', 'password:1', 'app_metadata:1'])
      assert.equal((await get({ sort })).status, 400, sort);
  });

  test('pages are bare, or wrapped with their length when totals are asked for', async () => {
    const wrapped = (await get({ include_totals: 'true', per_page: '3' })).body;
    const { users, ...around } = wrapped;
    assert.deepEqual(around, { start: 0, limit: 3, length: 3, total: 4 });
    assert.deepEqual(Object.keys(users[0]).includes('connection'), false, 'what is kept for finding does not travel');
    const looked = (await get({ include_totals: 'true', per_page: '2', page: '1', q: 'NOT blocked:true' })).body;
    assert.deepEqual([looked.total, looked.length, looked.users[0].name], [3, 1, 'ann']);
    assert.deepEqual(await found({ page: '7' }), []);
    const fields = (await get({ fields: 'email,user_id', q: 'email:bob*' })).body;
    assert.deepEqual(Object.keys(fields[0]).toSorted(), ['email', 'user_id']);
    const without = (await get({ fields: 'identities', include_fields: 'false', q: 'email:bob*' })).body;
    assert.equal('identities' in without[0], false);
    const deep = await get({ page: '10', per_page: '100' });
    assert.deepEqual([deep.status, deep.body.errorCode], [400, 'invalid_paging']);
  });

  test('a walk by checkpoints sees each user once', async () => {
    const walked: string[] = [];
    for (let from: Record<string, string> = {}; ; ) {
      const { body } = await get({ take: '3', ...from });
      walked.push(...body.users.map((user: { name: string }) => user.name));
      if (body.next === undefined) break;
      from = { from: body.next };
    }
    assert.deepEqual(walked, ['Ann', 'Bob', 'Cy', 'ann']);
    assert.equal((await get({ take: '3', from: 'x' })).status, 400);
    assert.equal((await get({ take: '3', q: 'blocked:true' })).status, 400);
  });

  test('SQL-02: what cannot be searched is a 400 with the reason', async () => {
    for (const q of [
      'email:"a" OR password_hash:*',
      '_exists_:app_metadata',
      'hash:x',
      'email:"a',
      'email:[a',
      '(email:a',
      '/regex/',
      'jane',
      'doc:x',
      'x'.repeat(3000),
    ]) {
      const reply = await get({ q });
      assert.equal(reply.status, 400, q.slice(0, 40));
      assert.equal(reply.body.errorCode, 'invalid_query_string');
    }
    for (const query of [
      { search_engine: 'v1' },
      { search_engine: 'v2' },
      { foo: '1' },
      { page: '-1' },
      { per_page: '101' },
    ])
      assert.equal((await get(query as Record<string, string>)).status, 400, JSON.stringify(query));
  });

  test('users are found by e-mail address in any case, in every connection', async () => {
    const byEmail = (email: string) => site.manage('GET', `/users-by-email?${new URLSearchParams({ email })}`);
    const names = async (email: string) => (await byEmail(email)).body.map((user: { name: string }) => user.name);
    assert.deepEqual(await names('Ann@Example.com'), ['Ann', 'ann']);
    assert.deepEqual(await names('nobody@example.com'), []);
    assert.equal((await byEmail('x')).status, 400);
    assert.equal((await site.manage('GET', '/users-by-email')).status, 400);
    const reply = await site.manage('GET', '/users-by-email?email=ann@example.com&fields=name');
    assert.deepEqual(reply.body, [{ name: 'Ann' }, { name: 'ann' }]);
  });

  test('the log of a user has the events that concern this user', async () => {
    const user = await makeUser(site, connection, { email: 'logged@example.com', verify_email: false });
    for (const [type, user_id] of [
      ['s', user.user_id],
      ['fp', user.user_id],
      ['s', 'auth0|chosen'],
    ] as const) {
      site.house.record({ tenant: storeOf(site).tenant, type, user_id, description: type });
      await site.house.logs.flush();
    }
    const reply = await site.manage('GET', `${at(user)}/logs?include_totals=true`);
    assert.deepEqual(
      [reply.body.total, reply.body.length, reply.body.logs.map(({ type }: { type: string }) => type)],
      [2, 2, ['fp', 's']],
    );
    const oldest = await site.manage('GET', `${at(user)}/logs?sort=date:1&per_page=1`);
    assert.deepEqual(
      oldest.body.map(({ type }: { type: string }) => type),
      ['s'],
    );
    assert.equal((await site.manage('GET', `${at(user)}/logs?sort=type:1`)).status, 400);
  });

  test('a search that would look at too many users one by one is refused, one by columns is not', async () => {
    const store = storeOf(site);
    const when = '2026-01-01T00:00:00.000Z';
    for (let from = 0; from < 10_000; from += 500) {
      await store.transact(async (tx) => {
        for (let index = from; index < from + 500; index++) {
          const row: User = {
            user_id: `auth0|many${index}`,
            connection: 'Many',
            email: `many-${index}@example.com`,
            name: `Many ${index}`,
            created_at: when,
            updated_at: when,
            identities: [{ connection: 'Many', provider: 'auth0', user_id: `many${index}`, isSocial: false }],
          };
          await tx.insert(userTable, row);
        }
      });
    }
    const refused = await get({ q: 'given_name:x' });
    assert.equal(refused.status, 400);
    assert.match(refused.body.message, /one by one, more than 10000; add a condition on email/);
    assert.equal((await get({ sort: 'email:1' })).status, 400);
    assert.deepEqual(await found({ sort: 'created_at:-1', per_page: '1', connection: 'Many' }), ['Many 9999']);
    assert.deepEqual(await found({ q: 'email:many-9999@*' }), ['Many 9999']);
    assert.deepEqual(await found({ q: 'email:many-999* AND name:*7', sort: 'email:-1' }), ['Many 9997']);
    assert.equal((await get({ q: 'user_id:auth0|many*', include_totals: 'true' })).body.total, 10_000);
  });
};

for (const engine of engines) describe(`search of users on ${engine}`, suite(engine));
