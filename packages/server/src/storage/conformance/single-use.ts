// What can be used once is used once: in one process, in two, at the same moment, and whatever the clock does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SINGLE_USE_KEPT_MS } from '../prune.ts';
import type { Child } from './process.ts';
import type { Subject } from './subject.ts';

const ROUNDS = 200;

export function singleUse(subject: () => Subject, children: () => readonly Child[]): void {
  test('a thing is spent once; afterwards it tells when, and what to revoke', async () => {
    const store = subject().fresh();
    const thing = { kind: 'code', key: 'secret' };
    const spend = (now: number, kind = 'code') => store.transact((tx) => tx.spend({ ...thing, kind }, now));
    assert.deepEqual(await spend(1_000), { kind: 'unknown' });
    await store.transact((tx) => tx.keep(thing, { grant: 'g' }, 2_000));
    assert.deepEqual(await spend(1_000, 'ticket'), { kind: 'unknown' });
    assert.deepEqual(await spend(1_500), { kind: 'won', value: { grant: 'g' } });
    assert.deepEqual(await spend(1_600), { kind: 'spent', value: { grant: 'g' }, at: 1_500 });
    assert.deepEqual(await spend(9_000), { kind: 'spent', value: { grant: 'g' }, at: 1_500 });
    await assert.rejects(
      store.transact((tx) => tx.keep(thing, {}, 5_000)),
      { name: 'UniqueConflict', table: 'single_use' },
    );
  });

  test('looking at a thing does not spend it, and tells how it stands, inside a transaction and outside', async () => {
    const store = subject().fresh();
    const thing = { kind: 'code', key: 'looked at' };
    assert.equal(await store.kept(thing), undefined);
    await store.transact(async (tx) => {
      await tx.keep(thing, { grant: 'g' }, 2_000);
      assert.deepEqual(await tx.kept(thing), { value: { grant: 'g' }, expiresAt: 2_000 });
    });
    assert.deepEqual(await store.kept(thing), { value: { grant: 'g' }, expiresAt: 2_000 });
    assert.equal(await store.kept({ ...thing, kind: 'ticket' }), undefined);
    assert.equal(await subject().fresh().kept(thing), undefined, 'of another tenant');
    assert.equal((await store.transact((tx) => tx.spend(thing, 1_500))).kind, 'won');
    assert.deepEqual(await store.kept(thing), { value: { grant: 'g' }, expiresAt: 2_000, spentAt: 1_500 });
  });

  test('an expired thing stays expired when the clock is set back', async () => {
    const store = subject().fresh();
    const thing = { kind: 'code', key: 'k' };
    const spend = (now: number) => store.transact((tx) => tx.spend(thing, now));
    await store.transact((tx) => tx.keep(thing, {}, 2_000));
    assert.deepEqual(await spend(2_000), { kind: 'expired' });
    assert.deepEqual(await spend(1_000), { kind: 'expired' });
  });

  test('a claimed name stays claimed after its end, until long after it is pruned', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const jti = { kind: 'jti', key: 'j' };
    const claim = (expiresAt: number) => store.transact((tx) => tx.claim(jti, expiresAt));
    const end = 2_000;
    assert.equal(await claim(end), true);
    assert.equal(await claim(end * 2), false);
    await database.prune(end + SINGLE_USE_KEPT_MS - 1, 0);
    assert.equal(await claim(end), false);
    await database.prune(end + SINGLE_USE_KEPT_MS + 1, 0);
    assert.equal(await claim(end), true);
    const spent = await store.transact((tx) => tx.spend(jti, 1_000));
    assert.equal(spent.kind, 'spent', 'a claimed name was never for spending');
  });

  test('a counter counts up to its limit, ends, and starts anew', async () => {
    const store = subject().fresh();
    const count = (limit: number, now: number) => store.transact((tx) => tx.count('attempts', limit, now, now + 100));
    assert.deepEqual(await count(0, 0), { added: false, count: 0 });
    assert.deepEqual(await count(2, 0), { added: true, count: 1 });
    assert.deepEqual(await count(2, 50), { added: true, count: 2 });
    assert.deepEqual(await count(2, 99), { added: false, count: 2 });
    assert.deepEqual(await count(3, 99), { added: true, count: 3 });
    assert.deepEqual(await count(0, 99), { added: false, count: 3 });
    assert.deepEqual(await count(2, 100), { added: true, count: 1 });
    assert.deepEqual(await count(0, 250), { added: false, count: 0 });
  });

  test('of 20 parallel spends from two processes one wins, every time', async () => {
    const store = subject().fresh();
    const codes = Array.from({ length: ROUNDS }, (_, round) => `code ${round}`);
    await store.transact(async (tx) => {
      for (const key of codes) await tx.keep({ kind: 'code', key }, {}, 2_000);
    });
    for (const key of codes) {
      const outcomes = await Promise.all(
        children().map((child) => child.ask('spend', store.tenant, { key, racers: 10 })),
      );
      assert.deepEqual(outcomes.flat().sort(), [...Array(19).fill('spent'), 'won'], key);
    }
  });

  test('of 20 parallel claims from two processes one is first, every time', async () => {
    const store = subject().fresh();
    for (let round = 0; round < ROUNDS; round++) {
      const outcomes = await Promise.all(
        children().map((child) => child.ask('claim', store.tenant, { key: `jti ${round}`, racers: 10 })),
      );
      assert.equal(outcomes.flat().filter((first) => first === true).length, 1, `jti ${round}`);
      assert.equal(outcomes.flat().length, 20);
    }
  });

  test('a counter under use by two processes stops exactly at its limit', async () => {
    const store = subject().fresh();
    const added = await Promise.all(
      children().map((child) => child.ask('count', store.tenant, { limit: 70, times: 50 })),
    );
    assert.equal(
      added.reduce<number>((sum, one) => sum + Number(one), 0),
      70,
    );
    assert.deepEqual(await store.transact((tx) => tx.count('attempts', 70, 2_000, 9_000)), { added: false, count: 70 });
  });
}
