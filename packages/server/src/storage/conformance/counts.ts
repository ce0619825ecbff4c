// Counts of log events: each event once, whoever writes at the same time and whoever dies, and for longer than the log.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CountedMember,
  DAY,
  DAYS_KEPT,
  FIVE_MINUTES_KEPT,
  HOUR,
  HOURS_KEPT,
  LOGINS_KEPT,
  MOST_FAILURES,
  UNKNOWN,
} from '../event-counts.ts';
import type { Store } from '../store.ts';
import { eventOf, eventsOf, NOON } from './events.ts';
import { type Child, startChild } from './process.ts';
import { apis, clients, execute, type Fresh, openAt, type Subject } from './subject.ts';

const ROUNDS = 4;
const ever = { since: NOON - 2 * DAY, until: NOON + 2 * DAY };

async function sums(store: Store, by: CountedMember, only?: { [M in CountedMember]?: readonly string[] }) {
  const found: Record<string, number> = {};
  for (const { value, count } of await store.counts.events({ ...ever, by, ...(only ? { only } : {}) }))
    found[value] = (found[value] ?? 0) + count;
  return found;
}
const total = async (store: Store) => Object.values(await sums(store, 'type')).reduce((sum, n) => sum + n, 0);
const logged = async (store: Store) =>
  (await store.logs.page({ filter: {}, newestFirst: true, offset: 0, limit: 1 })).total;

export function counts(subject: () => Subject, children: () => readonly Child[], make: () => Promise<Fresh>): void {
  test('events are counted by each member, in steps of five minutes, for their tenant only', async () => {
    const { database, fresh } = subject();
    const [store, other] = [fresh(), fresh()];
    await store.transact(async (tx) => {
      await tx.insert(clients, { client_id: 'a' });
      await tx.insert(apis, { id: 'rs1', identifier: 'https://api' });
    });
    const at = NOON + 299_999;
    await database.appendLogs([
      eventOf(store, '1', { client_id: 'a', audience: 'https://api' }),
      eventOf(store, '2', { client_id: 'a', date: at }),
      eventOf(store, '3', {
        type: 'feccft',
        client_id: 'a',
        audience: 'https://api',
        cause: 'bad_scope',
        date: at + 1,
      }),
      eventOf(other, '4', { client_id: 'a' }),
    ]);
    assert.deepEqual(await sums(store, 'type'), { seccft: 2, feccft: 1 });
    assert.deepEqual(await sums(store, 'client_id'), { a: 3 });
    assert.deepEqual(await sums(store, 'audience'), { 'https://api': 2, '': 1 });
    assert.deepEqual(await sums(store, 'cause'), { '': 2, bad_scope: 1 });
    assert.deepEqual(await sums(store, 'connection'), { '': 3 });
    assert.deepEqual(await sums(store, 'type', { audience: ['https://api'], client_id: ['a', 'b'] }), {
      seccft: 1,
      feccft: 1,
    });
    assert.deepEqual(await sums(store, 'type', { type: [] }), {});
    assert.deepEqual(await sums(other, 'client_id'), { [UNKNOWN]: 1 }, 'the client is none of this tenant');
    assert.deepEqual(await store.counts.events({ since: NOON, until: NOON + 300_000, by: 'type' }), [
      { start: NOON, span: 300_000, value: 'seccft', count: 2 },
    ]);
    assert.deepEqual(await store.counts.events({ since: NOON + 1, until: NOON + 300_001, by: 'type' }), [
      { start: NOON + 300_000, span: 300_000, value: 'feccft', count: 1 },
    ]);
  });

  test('an event that is appended again is not counted again, also among others', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const events = eventsOf(store, 'x', 2_500);
    await database.appendLogs(events);
    const once = await sums(store, 'type');
    await database.appendLogs(events);
    assert.deepEqual(await sums(store, 'type'), once);
    await database.appendLogs([...events.slice(0, 1_500), eventOf(store, 'y'), ...events.slice(1_500)]);
    assert.deepEqual(await sums(store, 'type'), { ...once, seccft: (once.seccft ?? 0) + 1 });
  });

  test('names that strangers invent share one count, and a name counts from the moment that it is there', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const invented = Array.from({ length: 1_500 }, (_, index) => `invented ${index} \0 \ud800 ' % *`);
    const strangers = invented.map((name, index) => {
      const names = { client_id: name, audience: name, connection: name };
      return eventOf(store, String(index), { type: 'feccft', cause: 'malformed', ...names });
    });
    await database.appendLogs(strangers);
    for (const member of ['client_id', 'audience', 'connection'] as const)
      assert.deepEqual(await sums(store, member), { [UNKNOWN]: 1_500 });
    await database.appendLogs([eventOf(store, 'before', { client_id: 'later' })]);
    await store.transact((tx) => tx.insert(clients, { client_id: 'later' }));
    await database.appendLogs([eventOf(store, 'after', { client_id: 'later' })]);
    assert.deepEqual(await sums(store, 'client_id'), { [UNKNOWN]: 1_501, later: 1 });
  });

  test(`failures have ${MOST_FAILURES} rows in five minutes; what is beyond shares one, and tokens have their own`, async () => {
    const { database, fresh, place } = subject();
    const store = fresh();
    const failing = (causes: number, log: string) =>
      Array.from({ length: causes }, (_, index) =>
        eventOf(store, `${log}${index}`, { type: 'feccft', cause: `c${String(index).padStart(4, '0')}` }),
      );
    await database.appendLogs(failing(MOST_FAILURES - 10, 'a'));
    await database.appendLogs(failing(MOST_FAILURES + 50, 'b'));
    await database.appendLogs([...failing(MOST_FAILURES + 60, 'c'), eventOf(store, 'token')]);
    const found = await sums(store, 'cause');
    assert.equal(found[UNKNOWN], 50 + 60);
    assert.equal(found.c0000, 3);
    assert.equal(found[''], 1);
    assert.equal(await total(store), 3 * MOST_FAILURES + 101);
    const rows = await execute(place, `select count(*) as n from log_counts where tenant = '${store.tenant}'`);
    assert.equal(Number(rows[0]?.n), MOST_FAILURES + 2);
  });

  test('of three processes that write and add up at once, none counts an event twice or not at all', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const [first, second] = children();
    assert.ok(first && second);
    const long = NOON + HOURS_KEPT + 2 * DAY;
    await Promise.all([
      first.ask('appendEvents', store.tenant, { who: 'first', times: 10, racers: 3 }),
      second.ask('appendEvents', store.tenant, { who: 'second', times: 10, racers: 3 }),
      first.ask('rollUp', store.tenant, { times: 15, ms: long }),
      second.ask('rollUp', store.tenant, { times: 15, ms: long }),
      ...Array.from({ length: 10 }, (_, batch) => database.appendLogs(eventsOf(store, `third-${batch}`, 40))),
    ]);
    const written = (30 + 30 + 10) * 40;
    assert.equal(await logged(store), written);
    assert.equal(await total(store), written);
    await database.prune(long, 0);
    const found = await store.counts.events({ ...ever, by: 'type' });
    assert.deepEqual([...new Set(found.map(({ start, span }) => `${start} ${span}`))], [`${NOON - 12 * HOUR} ${DAY}`]);
    assert.equal(await total(store), written);
  });

  test('after a kill -9 there are as many counts as events', async () => {
    const { place, fresh, database } = subject();
    const store = fresh();
    for (let round = 0; round < ROUNDS; round++) {
      let enough = () => {};
      const said = new Promise<void>((resolve) => (enough = resolve));
      let acknowledged = 0;
      const child = await startChild(place);
      const before = await logged(store);
      const writing = child.ask('appendForEver', store.tenant, { who: `round-${round}` }, () => {
        acknowledged += 1;
        if (acknowledged === 5 + round) enough();
      });
      writing.catch(() => {});
      await said;
      await child.kill9();
      await assert.rejects(writing, /the child was killed/);
      const events = await logged(store);
      assert.ok(events >= before + acknowledged * 40);
      assert.equal(await total(store), events);
    }
    await database.prune(0, NOON + DAY);
    assert.equal(await logged(store), 0);
    assert.ok((await total(store)) >= ROUNDS * 200, 'counts outlive the log');
  });

  test('five minutes become hours, hours become days, and days go in the end', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    await database.appendLogs([
      ...eventsOf(store, 'noon', 40),
      ...[1, 2, 2, 13].map((hours, index) => eventOf(store, `h${index}`, { date: NOON + hours * HOUR })),
    ]);
    const steps = async () =>
      (await store.counts.events({ ...ever, by: 'connection' })).map(({ start, span, count }) => [
        (start - NOON) / HOUR,
        span,
        count,
      ]);
    await database.prune(NOON + FIVE_MINUTES_KEPT - 1, 0);
    assert.equal((await steps()).length, 7, 'nothing is old');
    await database.prune(NOON + FIVE_MINUTES_KEPT + 2 * HOUR, 0);
    assert.deepEqual(await steps(), [
      [0, HOUR, 40],
      [1, HOUR, 1],
      [2, 300_000, 2],
      [13, 300_000, 1],
    ]);
    await database.appendLogs([eventOf(store, 'late', { date: NOON + 5 })]);
    await database.prune(NOON + HOURS_KEPT + 11 * HOUR, 0);
    assert.deepEqual(await steps(), [
      [0, HOUR, 41],
      [1, HOUR, 1],
      [2, HOUR, 2],
      [13, HOUR, 1],
    ]);
    await database.prune(NOON + HOURS_KEPT + 12 * HOUR, 0);
    assert.deepEqual(await steps(), [
      [-12, DAY, 44],
      [13, HOUR, 1],
    ]);
    await database.prune(NOON + DAYS_KEPT - 12 * HOUR + 1, 0);
    assert.deepEqual(await steps(), [[12, DAY, 1]]);
  });

  test('the last login of a user is known for a month, whatever comes in which order', async () => {
    const { database, fresh } = subject();
    const [store, other] = [fresh(), fresh()];
    const login = (whose: Store, log: string, user_id: string, date: number) =>
      eventOf(whose, log, { type: 's', login: true, user_id, date });
    await database.appendLogs([
      login(store, '1', 'u', NOON),
      login(store, '2', 'u', NOON - DAY),
      login(store, '3', 'v', NOON - DAY),
      login(other, '4', 'w', NOON),
      eventOf(store, '5', { type: 'f', user_id: 'x' }),
    ]);
    await database.appendLogs([login(store, '6', 'u', NOON - 2 * DAY)]);
    assert.equal(await store.counts.usersSince(NOON - DAY), 2);
    assert.equal(await store.counts.usersSince(NOON), 1);
    assert.equal(await store.counts.usersSince(NOON + 1), 0);
    await database.prune(NOON + LOGINS_KEPT, 0);
    assert.equal(await store.counts.usersSince(0), 1);
  });

  test('the migration counts the events that are there already', async () => {
    const place = await make();
    try {
      const before = await openAt(place);
      const store = before.store(subject().fresh().tenant);
      await store.transact(async (tx) => {
        await tx.insert(clients, { client_id: 'a' });
        await tx.insert(apis, { id: 'rs1', identifier: 'urn:countersign:management-api' });
      });
      const record = (log_id: string, more: object) => JSON.stringify({ log_id, hostname: 'h', ...more });
      const refused = { error: { type: 'bad_scope', oauthError: 'invalid_scope' } };
      await before.appendLogs([
        ...eventsOf(store, 'x', 2_500),
        eventOf(store, 'm', { type: 'sapi', client_id: 'a', record: record('m', { audience: 'https://h/api/v2/' }) }),
        eventOf(store, 'r', { type: 'feccft', client_id: 'b', record: record('r', { details: refused }) }),
        eventOf(store, 'b', { type: 'fapi', record: 'broken' }),
      ]);
      await before.close();
      for (const statement of ['drop table log_counts', 'drop table last_logins']) await execute(place, statement);
      await execute(place, `update meta set value = '6' where name = 'schema'`);

      const database = await openAt(place);
      const after = database.store(store.tenant);
      assert.deepEqual(await sums(after, 'type'), { fp: 834, s: 833, seccft: 833, sapi: 1, feccft: 1, fapi: 1 });
      assert.deepEqual(await sums(after, 'client_id'), { '': 1_667, a: 835, [UNKNOWN]: 1 });
      assert.deepEqual(await sums(after, 'audience'), { '': 2_502, 'urn:countersign:management-api': 1 });
      assert.deepEqual(await sums(after, 'cause'), { '': 1_667, fp: 834, bad_scope: 1, fapi: 1 });
      assert.equal(await after.counts.usersSince(NOON), 5);
      await database.appendLogs([eventOf(store, 'new')]);
      assert.equal((await sums(after, 'type')).seccft, 834);
      await database.close();
    } finally {
      await place.drop();
    }
  });
}
