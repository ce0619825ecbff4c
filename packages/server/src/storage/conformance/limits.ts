// Tallies and buckets stop exactly at their limits, in one process and in two, and whatever the clock does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TALLY_FORGIVEN_MS } from '../limits.ts';
import { SINGLE_USE_KEPT_MS } from '../prune.ts';
import type { Store } from '../store.ts';
import type { Child } from './process.ts';
import type { Subject } from './subject.ts';

const day = 86_400_000;
const kept = 30 * day;
const tried = { name: 'user u at 192.0.2.1', subject: 'user u', about: { ip: '192.0.2.1' } };
const bucket = { name: 'address 192.0.2.1', capacity: 3, everyMs: 1_000 };

export function limits(subject: () => Subject, children: () => readonly Child[]): void {
  const tallier = (store: Store) => (limit: number, now: number) =>
    store.transact((tx) => tx.tally(tried, limit, now, kept));
  const drawer = (store: Store) => (now: number) => store.transact((tx) => tx.draw(bucket, now));

  test('a tally counts to its limit, ends after its last addition, and is found by its subject', async () => {
    const store = subject().fresh();
    const tally = tallier(store);
    assert.deepEqual(await tally(0, 0), { added: false, count: 0 });
    assert.deepEqual(await tally(2, 0), { added: true, count: 1 });
    assert.deepEqual(await tally(2, day), { added: true, count: 2 });
    assert.deepEqual(await tally(2, 2 * day), { added: false, count: 2 });
    const found = { about: tried.about, count: 2, endsAt: kept + day };
    assert.deepEqual(await store.tallies('user u', 2 * day), [found]);
    await store.transact(async (tx) => assert.deepEqual(await tx.tallies('user u', 2 * day), [found]));
    assert.deepEqual(await store.tallies('user v', 2 * day), []);
    assert.deepEqual(
      await subject()
        .fresh()
        .tallies('user u', 2 * day),
      [],
      'of another tenant',
    );
    assert.deepEqual(await tally(3, 2 * day), { added: true, count: 3 }, 'a raised limit holds at once');
    assert.deepEqual(await store.tallies('user u', kept + 2 * day), [], 'it has ended');
    assert.deepEqual(await tally(2, kept + 2 * day), { added: true, count: 1 });
  });

  test('a success takes back its own addition at once, and the others some seconds later', async () => {
    const store = subject().fresh();
    const tally = tallier(store);
    for (let at = 1; at <= 3; at++) await tally(3, at);
    await store.transact((tx) => tx.forgive(tried.name, 10));
    assert.deepEqual(await tally(3, 20), { added: true, count: 3 }, 'its own');
    assert.deepEqual(await tally(3, 20), { added: false, count: 3 }, 'a burst gets no more than the limit');
    assert.deepEqual(await tally(3, 5), { added: false, count: 3 }, 'nor does who came before the success and waited');
    // Who logs in all the time is forgiven all the same.
    await store.transact((tx) => tx.forgive(tried.name, 4_000));
    assert.deepEqual(await tally(3, 9 + TALLY_FORGIVEN_MS), { added: true, count: 3 });
    assert.deepEqual(await store.tallies('user u', 10 + TALLY_FORGIVEN_MS), []);
    assert.deepEqual(await tally(3, 10 + TALLY_FORGIVEN_MS), { added: true, count: 1 });
    assert.deepEqual(await tally(3, 10 + 2 * TALLY_FORGIVEN_MS), { added: true, count: 2 });
  });

  test('an addition is taken back, and a subject forgotten with all its tallies', async () => {
    const store = subject().fresh();
    const tally = tallier(store);
    await tally(2, 0);
    await tally(2, 0);
    await store.transact((tx) => tx.untally(tried.name));
    assert.deepEqual(await tally(2, 0), { added: true, count: 2 });
    for (let more = 0; more < 5; more++) await store.transact((tx) => tx.untally(tried.name));
    assert.deepEqual(await store.tallies('user u', 0), [], 'nothing is left of it, and never less');
    assert.deepEqual(await tally(2, 0), { added: true, count: 1 });
    await store.transact((tx) => tx.tally({ ...tried, name: 'user u at 192.0.2.2' }, 2, 0, kept));
    assert.equal((await store.tallies('user u', 0)).length, 2);
    assert.equal(await store.transact((tx) => tx.removeTallies('user u')), 2);
    assert.equal(await store.transact((tx) => tx.removeTallies('user u')), 0);
    assert.deepEqual(await tally(2, 0), { added: true, count: 1 });
  });

  test('a clock that is set back makes no tally last longer than it would from then, and revives none', async () => {
    const store = subject().fresh();
    const tally = tallier(store);
    const now = 100 * day;
    await tally(1, now);
    assert.deepEqual(await tally(1, now - day), { added: false, count: 1 });
    assert.deepEqual(await tally(1, now - day + kept), { added: true, count: 1 });
    await store.transact((tx) => tx.forgive(tried.name, now));
    assert.deepEqual(await tally(1, now - day), { added: true, count: 1 }, 'forgiven is forgiven');
  });

  test('a bucket gives what it has, fills up by itself, and takes back', async () => {
    const store = subject().fresh();
    const draw = drawer(store);
    assert.deepEqual(await store.bucket(bucket, 0), { drawn: true, left: 3, fullAt: 0, nextAt: -2_000 });
    assert.deepEqual(await draw(0), { drawn: true, left: 2, fullAt: 1_000, nextAt: -1_000 });
    assert.deepEqual(await draw(0), { drawn: true, left: 1, fullAt: 2_000, nextAt: 0 });
    assert.deepEqual(await draw(0), { drawn: true, left: 0, fullAt: 3_000, nextAt: 1_000 });
    assert.deepEqual(await draw(999), { drawn: false, left: 0, fullAt: 3_000, nextAt: 1_000 });
    assert.equal((await store.bucket(bucket, 999)).drawn, false);
    assert.equal((await draw(1_000)).drawn, true);
    assert.equal((await draw(1_000)).drawn, false);
    await store.transact((tx) => tx.putBack(bucket));
    assert.equal((await draw(1_000)).drawn, true);
    assert.deepEqual(await draw(100_000), { drawn: true, left: 2, fullAt: 101_000, nextAt: 99_000 });
    assert.equal((await subject().fresh().bucket(bucket, 100_000)).left, 3, 'of another tenant');
    assert.equal(await store.transact((tx) => tx.fill(bucket.name)), true);
    assert.equal(await store.transact((tx) => tx.fill(bucket.name)), false);
    assert.equal((await store.bucket(bucket, 100_000)).left, 3);
    assert.equal((await store.transact((tx) => tx.draw({ ...bucket, capacity: 0 }, 0))).drawn, false);
  });

  test('a clock that is set back leaves a bucket empty, and no worse', async () => {
    const store = subject().fresh();
    const draw = drawer(store);
    await draw(day);
    assert.deepEqual(await draw(0), { drawn: false, left: 0, fullAt: 3_000, nextAt: 1_000 });
    assert.equal((await draw(1_000)).drawn, true);
  });

  test('a counter and a bucket of one name are two', async () => {
    const store = subject().fresh();
    await drawer(store)(0);
    const counted = await store.transact((tx) => tx.count(bucket.name, 1, 0, 10));
    assert.deepEqual(counted, { added: true, count: 1 });
    assert.equal((await store.bucket(bucket, 0)).left, 2);
  });

  test('what has ended is pruned', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    await tallier(store)(1, 0);
    await drawer(store)(kept);
    assert.ok((await database.prune(kept + SINGLE_USE_KEPT_MS + 1, 0)) >= 1);
    assert.equal(await store.transact((tx) => tx.removeTallies('user u')), 0);
    assert.equal((await store.bucket(bucket, kept)).left, 2, 'not what has not ended');
  });

  test('a tally and a bucket under use by two processes stop exactly at their limits', async () => {
    const store = subject().fresh();
    for (const chore of ['tally', 'draw']) {
      const added = await Promise.all(
        children().map((child) => child.ask(chore, store.tenant, { limit: 70, times: 50 })),
      );
      assert.equal(
        added.reduce<number>((sum, one) => sum + Number(one), 0),
        70,
        chore,
      );
    }
  });
}
