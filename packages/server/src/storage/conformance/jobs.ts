// Jobs come with the transaction that leaves them, and are held by one process at a time until somebody finishes them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeasedJob, Store } from '../store.ts';
import { type Child, startChild } from './process.ts';
import { clients, dump, execute, type Subject } from './subject.ts';

export function jobs(subject: () => Subject, children: () => readonly Child[]): void {
  let kinds = 0;
  const newKind = () => `kind ${++kinds}`;
  const queue = () => subject().database.jobs;
  const leave = (store: Store, kind: string, id = 'a', dueAt = 1_000, payload: object = { for: id }) =>
    store.transact((tx) => tx.enqueue({ id, kind, payload, dueAt }));
  const lease = (kind: string, now: number, until = now + 1_000, limit = 10) =>
    queue().lease({ kind, limit, now, until });
  const only = (found: readonly LeasedJob[]) => {
    assert.equal(found.length, 1);
    return found[0] as LeasedJob;
  };

  test('a job is due from its time on, and comes with what it was left with', async () => {
    const [store, kind] = [subject().fresh(), newKind()];
    assert.equal(await leave(store, kind), true);
    assert.deepEqual(await queue().due([kind, 'none of ours'], 999), []);
    assert.deepEqual(await lease(kind, 999), []);
    assert.deepEqual(await queue().due([], 1_000), []);
    assert.deepEqual(await queue().due([kind, 'none of ours'], 1_000), [kind]);
    const { lease: held, ...job } = only(await lease(kind, 1_000, 2_000));
    assert.ok(held);
    assert.deepEqual(job, {
      tenant: store.tenant,
      id: 'a',
      kind,
      payload: { for: 'a' },
      attempt: 1,
      until: 2_000,
    });
  });

  test('a transaction that fails leaves no job, and one that commits tells the listeners', async () => {
    const [store, kind] = [subject().fresh(), newKind()];
    let heard = 0;
    queue().onEnqueued(() => heard++);
    await assert.rejects(
      store.transact(async (tx) => {
        await tx.enqueue({ id: 'a', kind, payload: {}, dueAt: 0 });
        throw new Error('changed its mind');
      }),
      /changed its mind/,
    );
    assert.deepEqual([await queue().due([kind], 1_000), heard], [[], 0]);
    await leave(store, kind);
    assert.equal(heard, 1);
    assert.equal(await leave(store, kind, 'a', 0, { other: true }), false, 'one of this id waits');
    await store.transact((tx) => tx.insert(clients, { client_id: 'no job' }));
    assert.equal(heard, 1);
    assert.deepEqual(only(await lease(kind, 1_000)).payload, { for: 'a' });
    assert.equal(await leave(subject().fresh(), kind), true, "another tenant's ids are its own");
  });

  test('a job that is held is nobody else’s until its lease ends; then the first holder has lost it', async () => {
    const [store, kind] = [subject().fresh(), newKind()];
    await leave(store, kind);
    const first = only(await lease(kind, 1_000, 2_000));
    assert.deepEqual(await lease(kind, 1_999), []);
    const second = only(await lease(kind, 2_000, 3_000));
    assert.equal(second.attempt, 2);
    assert.equal(await queue().finish(first), false);
    assert.equal(await queue().putOff(first, 0, true), false);
    assert.equal(await queue().finish(second), true);
    assert.equal(await queue().finish(second), false);
    assert.deepEqual(await lease(kind, 9_000), []);
  });

  test('a job that is put off is due again later, and an attempt that is not counted never was', async () => {
    const [store, kind] = [subject().fresh(), newKind()];
    await leave(store, kind);
    assert.equal(await queue().putOff(only(await lease(kind, 1_000)), 5_000, true), true);
    assert.deepEqual(await lease(kind, 4_999), []);
    const second = only(await lease(kind, 5_000));
    assert.equal(second.attempt, 2);
    assert.equal(await queue().putOff(second, 0, false), true);
    assert.equal(only(await lease(kind, 5_000)).attempt, 2);
  });

  test('the longest due come first, of all tenants, and no more than asked for', async () => {
    const [one, two, kind] = [subject().fresh(), subject().fresh(), newKind()];
    for (const [store, id, due] of [
      [one, 'c', 30],
      [two, 'a', 10],
      [one, 'b', 20],
    ] as const)
      await leave(store, kind, id, due);
    const ids = (found: readonly LeasedJob[]) => found.map(({ id }) => id).sort();
    assert.deepEqual(ids(await lease(kind, 1_000, 2_000, 2)), ['a', 'b']);
    assert.deepEqual(ids(await lease(kind, 1_000, 2_000, 2)), ['c']);
  });

  test('what a job carries is sealed at rest, and a payload that was moved here from elsewhere does not open', async () => {
    const [store, kind] = [subject().fresh(), newKind()];
    const secret = `one-time-${kind.replace(' ', '-')}`;
    await leave(store, kind, 'a', 1_000, { link: secret });
    await leave(store, kind, 'b', 1_000, { link: 'other' });
    assert.ok(!(await dump(subject().place)).includes(secret));
    await execute(
      subject().place,
      `update jobs set payload = (select payload from jobs where tenant = '${store.tenant}' and id = 'a')
       where tenant = '${store.tenant}' and id = 'b'`,
    );
    const found = await lease(kind, 1_000);
    const payloads = Object.fromEntries(found.map(({ id, payload }) => [id, payload]));
    assert.deepEqual(payloads, { a: { link: secret }, b: undefined });
  });

  test('of racers in two processes each job has one', async () => {
    const [store, kind] = [subject().fresh(), newKind()];
    const ids = Array.from({ length: 60 }, (_, index) => `job ${String(index).padStart(2, '0')}`);
    await store.transact(async (tx) => {
      for (const id of ids) await tx.enqueue({ id, kind, payload: {}, dueAt: 0 });
    });
    const taken = await Promise.all(
      children().map((child) => child.ask('leaseJobs', store.tenant, { key: kind, limit: 2, racers: 5 })),
    );
    assert.deepEqual(taken.flat().sort(), ids);
  });

  test('after a kill -9 of the holder the job is due again when its lease ends', async () => {
    const [store, kind] = [subject().fresh(), newKind()];
    await leave(store, kind);
    const child = await startChild(subject().place);
    const heard = await new Promise((resolve) => {
      child.ask('leaseAndHang', store.tenant, { key: kind }, resolve).catch(() => {});
    });
    assert.deepEqual(heard, ['a']);
    await child.kill9();
    assert.deepEqual(await lease(kind, 1_999), []);
    assert.equal(only(await lease(kind, 2_000)).attempt, 2);
  });

  test('a job that nobody has wanted for a month goes, and one that is younger stays', async () => {
    const [store, kind] = [subject().fresh(), newKind()];
    const month = 30 * 86_400_000;
    await leave(store, kind, 'old', 1_000);
    await leave(store, kind, 'young', 1_001);
    await subject().database.prune(month + 1_001, 0);
    assert.deepEqual(
      (await lease(kind, month)).map(({ id }) => id),
      ['young'],
    );
  });
}
