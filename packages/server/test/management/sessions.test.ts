// Sessions, consents and branding through the Management API (auth0-behaviour §2.5, §33.4; security case SES-10).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { storeConsent } from '../../src/domain/issuing/consent.ts';
import { userGrants } from '../../src/domain/issuing/user-tables.ts';
import { findSession, startSession, touchSession } from '../../src/domain/sessions/lifecycle.ts';
import { sessions } from '../../src/domain/sessions/session.ts';
import { tenantSettings } from '../../src/resources/index.ts';
import { type Engine, engines, serveHere } from '../support/running.ts';
import { at, makeConnection, makeUser, storeOf } from './people.ts';

const suite = (engine: Engine) => () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let connection: string;
  before(async () => {
    site = await serveHere(engine);
    connection = await makeConnection(site);
  });
  after(() => site.stop());

  const settings = tenantSettings.initial;
  const logIn = (user_id: string) =>
    storeOf(site).transact(async (tx) => {
      const proof = { user_id, connection, method: 'pwd', ip: '192.0.2.1', user_agent: 'Test' } as const;
      const { session, handle } = await startSession(tx, proof, settings, Date.now());
      const use = {
        client_id: 'spa',
        issuer: site.issuer,
        hearsOfLogouts: false,
        ip: '192.0.2.2',
        user_agent: 'Later',
      };
      await touchSession(tx, session, use, settings, Date.now());
      return { id: session.id, handle };
    });
  const alive = async (handle: string) =>
    (await findSession(storeOf(site), handle, settings, Date.now())) !== undefined;

  test('a session has the documented members, and nothing of its cookie', async () => {
    const user = await makeUser(site, connection);
    const { id, handle } = await logIn(user.user_id);
    const reply = await site.manage('GET', `/sessions/${id}`);
    assert.equal(reply.status, 200, reply.text);
    const { created_at, updated_at, authenticated_at, last_interacted_at, idle_expires_at, expires_at, ...rest } =
      reply.body;
    for (const time of [created_at, updated_at, authenticated_at, last_interacted_at, idle_expires_at, expires_at])
      assert.equal(new Date(time).toISOString(), time);
    assert.deepEqual(rest, {
      id,
      user_id: user.user_id,
      connection,
      clients: [{ client_id: 'spa' }],
      device: {
        initial_ip: '192.0.2.1',
        initial_user_agent: 'Test',
        last_ip: '192.0.2.2',
        last_user_agent: 'Later',
      },
      authentication: { methods: [{ name: 'pwd', timestamp: authenticated_at }] },
      cookie: { mode: 'persistent' },
    });
    const stored = await storeOf(site).get(sessions, id);
    for (const secret of [handle, stored?.handle_hash ?? '-']) assert.ok(!reply.text.includes(secret));
    assert.deepEqual((await site.manage('GET', `/sessions/${id}?fields=id`)).body, { id });
    const missing = await site.manage('GET', '/sessions/none');
    assert.deepEqual([missing.status, missing.body.message], [404, 'The session does not exist.']);
  });

  test('SES-10: a session that is ended has ended, and the others go on', async () => {
    const user = await makeUser(site, connection);
    const stranger = await makeUser(site, connection);
    const [one, two, three] = [await logIn(user.user_id), await logIn(user.user_id), await logIn(user.user_id)];
    const foreign = await logIn(stranger.user_id);
    const gone = await site.manage('DELETE', `/sessions/${one.id}`);
    assert.deepEqual([gone.status, gone.body], [202, {}]);
    const revoked = await site.manage('POST', `/sessions/${two.id}/revoke`);
    assert.deepEqual([revoked.status, revoked.body], [202, {}]);
    assert.deepEqual(
      [await alive(one.handle), await alive(two.handle), await alive(three.handle)],
      [false, false, true],
    );
    assert.equal((await site.manage('GET', `/sessions/${one.id}`)).status, 404);
    const list = (await site.manage('GET', `${at(user)}/sessions`)).body;
    assert.deepEqual(
      list.sessions.map((session: { id: string }) => session.id),
      [three.id],
    );
    const all = await site.manage('DELETE', `${at(user)}/sessions`);
    assert.deepEqual([all.status, all.body], [202, {}]);
    assert.deepEqual((await site.manage('GET', `${at(user)}/sessions?include_totals=true`)).body.sessions, []);
    assert.deepEqual([await alive(three.handle), await alive(foreign.handle)], [false, true]);
    assert.equal((await site.manage('DELETE', '/sessions/none')).status, 202);
  });

  test('the sessions of a user are listed by checkpoints', async () => {
    const user = await makeUser(site, connection);
    const ids = [(await logIn(user.user_id)).id, (await logIn(user.user_id)).id, (await logIn(user.user_id)).id];
    const first = (await site.manage('GET', `${at(user)}/sessions?take=2`)).body;
    assert.equal(first.sessions.length, 2);
    const rest = (await site.manage('GET', `${at(user)}/sessions?take=2&from=${first.next}`)).body;
    assert.deepEqual(
      [...first.sessions, ...rest.sessions].map((session: { id: string }) => session.id),
      ids,
    );
    assert.equal(rest.next, undefined);
  });

  test('SES-13: metadata of a session is replaced, cleared, and bounded', async () => {
    const user = await makeUser(site, connection);
    const { id } = await logIn(user.user_id);
    const path = `/sessions/${id}`;
    const patch = (session_metadata: unknown) => site.manage('PATCH', path, { session_metadata });
    assert.deepEqual((await patch({ a: '1', b: '2' })).body.session_metadata, { a: '1', b: '2' });
    assert.deepEqual((await patch({ c: '3' })).body.session_metadata, { c: '3' });
    assert.deepEqual((await site.manage('GET', path)).body.session_metadata, { c: '3' });
    const many = Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`k${index}`, 'v']));
    for (const wrong of [many, { k: 'x'.repeat(256) }, { ['k'.repeat(256)]: 'v' }]) {
      const reply = await patch(wrong);
      assert.deepEqual(
        [reply.status, reply.body.message],
        [400, 'Metadata must not exceed 25 entries. Each key and value must be ≤ 255 characters.'],
      );
    }
    for (const wrong of [{ 'a b': 'x' }, { a: 1 }, 'x', ['x']])
      assert.equal((await patch(wrong)).status, 400, JSON.stringify(wrong));
    assert.equal((await site.manage('PATCH', path, { user_id: 'auth0|other' })).status, 400);
    assert.deepEqual((await site.manage('GET', path)).body.session_metadata, { c: '3' }, 'nothing of it was kept');
    assert.equal('session_metadata' in (await patch({})).body, false);
    assert.equal((await site.manage('PATCH', '/sessions/none', { session_metadata: {} })).status, 404);
  });

  test('consents are listed by user, client and API, and deleted one by one or by user', async () => {
    const user = await makeUser(site, connection);
    const other = await makeUser(site, connection);
    const management = `https://${site.host}/api/v2/`;
    await storeOf(site).transact(async (tx) => {
      const give = (user_id: string, client_id: string, audience: string | undefined, ...scopes: string[]) =>
        storeConsent(tx, { user_id, client_id, audience, scopes });
      await give(user.user_id, 'one', undefined, 'openid', 'profile');
      await give(user.user_id, 'one', 'urn:countersign:management-api', 'read:current_user');
      await give(user.user_id, 'two', 'https://consented.example/', 'a');
      await give(other.user_id, 'one', undefined, 'openid');
    });
    const list = async (query: Record<string, string>) =>
      (await site.manage('GET', `/grants?${new URLSearchParams(query)}`)).body;
    const own = await list({ user_id: user.user_id, include_totals: 'true' });
    assert.deepEqual(
      { ...own, grants: own.grants.map(({ id, ...rest }: { id: string }) => rest) },
      {
        start: 0,
        limit: 50,
        total: 3,
        grants: [
          {
            clientID: 'one',
            user_id: user.user_id,
            audience: `https://${site.host}/userinfo`,
            scope: ['openid', 'profile'],
          },
          { clientID: 'one', user_id: user.user_id, audience: management, scope: ['read:current_user'] },
          { clientID: 'two', user_id: user.user_id, audience: 'https://consented.example/', scope: ['a'] },
        ],
      },
    );
    assert.equal((await list({ client_id: 'one', user_id: user.user_id })).length, 2);
    assert.equal((await list({ audience: management, user_id: user.user_id })).length, 1);
    assert.equal((await list({ audience: `https://${site.host}/userinfo`, client_id: 'one' })).length, 2);
    assert.deepEqual(await list({ audience: 'urn:countersign:userinfo' }), []);
    const [first] = own.grants;
    assert.equal((await site.manage('DELETE', `/grants/${first.id}`)).status, 204);
    assert.equal((await site.manage('DELETE', `/grants/${first.id}`)).status, 204);
    assert.equal((await list({ user_id: user.user_id })).length, 2);
    assert.equal((await site.manage('DELETE', '/grants')).status, 400, 'never everybody’s by a slip');
    assert.equal(
      (await site.manage('DELETE', `/grants?${new URLSearchParams({ user_id: user.user_id })}`)).status,
      204,
    );
    assert.deepEqual(await list({ user_id: user.user_id }), []);
    assert.equal((await storeOf(site).all(userGrants, { user_id: other.user_id })).length, 1);
  });

  test('branding is changed member by member, and takes nothing that could stand for something else in a page', async () => {
    const patch = (body: object) => site.manage('PATCH', '/branding', body);
    assert.deepEqual((await site.manage('GET', '/branding')).body, {});
    const colors = { primary: '#0059d6', page_background: '#000000' };
    const first = await patch({
      colors,
      logo_url: 'https://a.example/l.png',
      font: { url: 'https://a.example/f.ttf' },
    });
    assert.equal(first.status, 200, first.text);
    assert.deepEqual((await patch({ colors: { primary: '#abc' }, font: null })).body, {
      colors: { primary: '#abc', page_background: '#000000' },
      logo_url: 'https://a.example/l.png',
    });
    const gradient = { type: 'linear-gradient', start: '#fff', end: '#000000', angle_deg: 35 };
    assert.deepEqual((await patch({ colors: { page_background: gradient } })).body.colors.page_background, gradient);
    for (const wrong of [
      { colors: { primary: 'red' } },
      { colors: { primary: '#12345' } },
      { colors: { page_background: 'url(https://x)' } },
      { colors: { page_background: { ...gradient, type: 'url' } } },
      { colors: { page_background: { ...gradient, angle_deg: 999 } } },
      { logo_url: 'javascript:alert(1)' },
      { logo_url: 'data:image/png;base64,x' },
      { favicon_url: 'x' },
      { foo: 1 },
    ])
      assert.equal((await patch(wrong)).status, 400, JSON.stringify(wrong));
    assert.equal((await site.manage('GET', '/branding')).body.logo_url, 'https://a.example/l.png');
  });
};

for (const engine of engines) describe(`sessions, consents and branding on ${engine}`, suite(engine));
