// Sessions over both engines: found by their cookie, renewed by proofs, touched by use, ended (auth0-behaviour §33).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { endSession, endSessionsOf } from '../../src/domain/sessions/ending.ts';
import {
  findSession,
  sessionOfId,
  sessionsOf,
  startSession,
  touchSession,
} from '../../src/domain/sessions/lifecycle.ts';
import { cookieLifetime } from '../../src/domain/sessions/lifetime.ts';
import type { Session } from '../../src/domain/sessions/session.ts';
import type { TenantSettings } from '../../src/domain/tenants/settings.ts';
import type { Store } from '../../src/storage/store.ts';
import { engines } from '../support/running.ts';
import { openStore } from '../support/store.ts';

const minute = 60_000;
const hour = 60 * minute;
const settings: TenantSettings = { session_lifetime: 10, idle_session_lifetime: 2 };
const start = Date.parse('2026-01-01T00:00:00.000Z');
const issuer = 'https://auth.example.test/';
const ending = { why: 'session-revoked', now: start } as const;

for (const engine of engines) {
  describe(`sessions on ${engine}`, () => {
    let store: Store;
    let close: () => Promise<void>;
    before(async () => {
      ({ store, close } = await openStore(engine));
    });
    after(() => close());

    let users = 0;
    const newUser = () => `auth0|${++users}`;
    const login = (user_id: string, options: { previous?: Session; settings?: TenantSettings; now?: number } = {}) =>
      store.transact((tx) =>
        startSession(
          tx,
          {
            user_id,
            connection: 'people',
            method: 'pwd',
            ip: '192.0.2.1',
            user_agent: 'one',
            previous: options.previous,
          },
          options.settings ?? settings,
          options.now ?? start,
        ),
      );
    const find = (handle: string, now: number, under: TenantSettings = settings) =>
      findSession(store, handle, under, now);
    const use = (session: Session, client_id: string, now: number) =>
      store.transact((tx) =>
        touchSession(
          tx,
          session,
          { client_id, issuer, hearsOfLogouts: false, ip: '192.0.2.2', user_agent: 'two' },
          settings,
          now,
        ),
      );

    test('a session is found by its handle and by nothing else', async () => {
      const { session, handle } = await login(newUser());
      assert.deepEqual(await find(handle, start), session);
      assert.deepEqual(await sessionOfId(store, session.id, settings, start), session);
      assert.equal(await find(session.handle_hash, start), undefined);
      assert.equal(await find(session.id, start), undefined);
      assert.equal(await findSession(store, undefined, settings, start), undefined);
      assert.ok(!JSON.stringify(session).includes(handle));
    });

    test('SES-08: a handle that was changed, cut or lengthened by a character names nobody', async () => {
      const { handle } = await login(newUser());
      for (let i = 0; i < handle.length; i++) {
        const other = handle[i] === 'A' ? 'B' : 'A';
        assert.equal(await find(handle.slice(0, i) + other + handle.slice(i + 1), start), undefined);
        assert.equal(await find(handle.slice(0, i), start), undefined);
      }
      for (const odd of [`${handle}A`, '', '\u0000', '\ud800', 'x'.repeat(10_000)])
        assert.equal(await find(odd, start), undefined);
    });

    test('SES-06: without use a session ends after the idle time, and with use after the whole', async () => {
      const { session, handle } = await login(newUser());
      assert.ok(await find(handle, start + 2 * hour - 1));
      assert.equal(await find(handle, start + 2 * hour), undefined);
      for (let at = start + hour; at < start + 10 * hour; at += hour) assert.ok(await use(session, 'app', at));
      assert.ok(await find(handle, start + 10 * hour - 1));
      assert.equal(await find(handle, start + 10 * hour), undefined);
      assert.equal(await use(session, 'app', start + 10 * hour), undefined);
    });

    test('SES-2: shorter settings end a session at once, longer ones do not prolong it', async () => {
      const { handle } = await login(newUser());
      const short = { session_lifetime: 1, idle_session_lifetime: 1 };
      const long = { session_lifetime: 100, idle_session_lifetime: 100 };
      assert.equal(await find(handle, start + hour, short), undefined);
      assert.ok(await find(handle, start + hour, long));
      assert.equal(await find(handle, start + 2 * hour, long), undefined);
    });

    test('TEN-3: lifetimes may be fractions of an hour', async () => {
      const brief = { session_lifetime: 3 / 60, idle_session_lifetime: 1 / 60 };
      const { handle } = await login(newUser(), { settings: brief });
      assert.ok(await find(handle, start + minute - 1, brief));
      assert.equal(await find(handle, start + minute, brief), undefined);
    });

    test('use is noted: the client once, the last address, a new idle time; the handle stays', async () => {
      const { session, handle } = await login(newUser());
      await use(session, 'one', start + minute);
      await use(session, 'two', start + 2 * minute);
      const used = await use(session, 'one', start + 3 * minute);
      assert.ok(used);
      assert.deepEqual(used.clients, [
        { client_id: 'one', issuer },
        { client_id: 'two', issuer },
      ]);
      assert.deepEqual(used.device, {
        initial_ip: '192.0.2.1',
        initial_user_agent: 'one',
        last_ip: '192.0.2.2',
        last_user_agent: 'two',
      });
      assert.equal(used.idle_expires_at, new Date(start + 3 * minute + 2 * hour).toISOString());
      assert.equal(used.expires_at, session.expires_at);
      assert.equal(used.authenticated_at, session.authenticated_at);
      assert.deepEqual(await find(handle, start + 3 * minute), used);
    });

    test('SES-3, SES-01: the same user keeps the sid, with a new handle and new times; the old handle is dead', async () => {
      const user = newUser();
      const first = await login(user);
      await use(first.session, 'app', start + minute);
      const second = await login(user, { previous: first.session, now: start + hour });
      assert.equal(second.session.id, first.session.id);
      assert.notEqual(second.handle, first.handle);
      assert.equal(second.session.authenticated_at, new Date(start + hour).toISOString());
      assert.equal(second.session.expires_at, new Date(start + 11 * hour).toISOString());
      assert.equal(second.session.created_at, first.session.created_at);
      assert.deepEqual(second.session.clients, [{ client_id: 'app', issuer }]);
      assert.equal(await find(first.handle, start + hour), undefined);
      assert.ok(await find(second.handle, start + hour));
    });

    test('SES-3: another user gets another sid, and the session before it ends', async () => {
      const first = await login(newUser());
      const second = await login(newUser(), { previous: first.session, now: start + minute });
      assert.notEqual(second.session.id, first.session.id);
      assert.equal(await find(first.handle, start + minute), undefined);
      assert.deepEqual(second.session.clients, []);
    });

    test('a session that ended is not raised again by a login that saw it alive', async () => {
      const user = newUser();
      const first = await login(user);
      await store.transact((tx) => endSession(tx, first.session.id, ending));
      const second = await login(user, { previous: first.session, now: start + minute });
      assert.notEqual(second.session.id, first.session.id);
      const late = await login(user, { previous: second.session, now: start + 20 * hour });
      assert.notEqual(late.session.id, second.session.id);
    });

    test('a session that ended cannot be used, nor ended twice', async () => {
      const { session } = await login(newUser());
      assert.equal(await store.transact((tx) => endSession(tx, session.id, ending)), true);
      assert.equal(await store.transact((tx) => endSession(tx, session.id, ending)), false);
      assert.equal(await use(session, 'app', start), undefined);
    });

    test('SES-10: the sessions of a user are listed and ended together; those of others live', async () => {
      const user = newUser();
      const one = await login(user);
      const two = await login(user);
      const other = await login(newUser());
      const ids = async (now: number) => (await sessionsOf(store, user, now)).map((session) => session.id);
      assert.deepEqual(await ids(start), [one.session.id, two.session.id]);
      await use(two.session, 'app', start + hour);
      assert.deepEqual(await ids(start + 2 * hour), [two.session.id]);
      assert.equal(await store.transact((tx) => endSessionsOf(tx, user, ending)), 2);
      assert.equal(await find(one.handle, start), undefined);
      assert.equal(await find(two.handle, start), undefined);
      assert.ok(await find(other.handle, start));
    });

    test('SES-5: a session of the browser has its own lifetimes and a cookie without an age', async () => {
      const ephemeral: TenantSettings = {
        session_cookie: { mode: 'non-persistent' },
        ephemeral_session_lifetime: 3,
        idle_ephemeral_session_lifetime: 1,
      };
      const { session, handle } = await login(newUser(), { settings: ephemeral });
      assert.deepEqual(cookieLifetime(session, start), {});
      assert.ok(await find(handle, start + hour - 1, ephemeral));
      assert.equal(await find(handle, start + hour, ephemeral), undefined);
      const kept = await login(newUser());
      assert.deepEqual(cookieLifetime(kept.session, start + hour), { maxAgeSeconds: 9 * 3600 });
    });
  });
}
