// Whose turn it is: tenants alternate, and neither a tenant nor an account fills the line for the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from './turns.ts';

/** Work that ends when it is told to. */
function held() {
  const release = Promise.withResolvers<void>();
  return { work: () => release.promise, release: release.resolve };
}

test('tenants take turns, and within a tenant who came first is first', async () => {
  const turns = createTurns({ all: 100, ofTenant: 10, ofAccount: 10 });
  const first = held();
  const done: string[] = [];
  const all = [turns.take({ tenant: 'a' }, first.work)];
  for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'])
    all.push(turns.take({ tenant: name.charAt(0) }, async () => void done.push(name)));
  first.release();
  await Promise.all(all);
  assert.deepEqual(done, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
});

test('one thing happens at a time, and one that fails holds nobody up', async () => {
  const turns = createTurns({ all: 100, ofTenant: 100, ofAccount: 100 });
  let under = 0;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      turns.take({ tenant: `${index % 3}`, account: 'x' }, async () => {
        assert.equal(++under, 1);
        await new Promise(setImmediate);
        under--;
        if (index % 2) throw new RangeError('no');
        return index;
      }),
    ),
  );
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 10);
});

test('neither an account nor a tenant fills the line', async () => {
  const turns = createTurns({ all: 6, ofTenant: 4, ofAccount: 2 });
  const { work, release } = held();
  const taken: Promise<void>[] = [];
  const enters = (tenant: string, account?: string) => {
    const turn = turns.take({ tenant, ...(account ? { account } : {}) }, work);
    taken.push(turn);
    return turn;
  };
  const full = { name: 'StoreUnavailable' };
  enters('a', 'x');
  enters('a', 'x');
  await assert.rejects(turns.take({ tenant: 'a', account: 'x' }, work), full, 'the account has two');
  enters('a', 'y');
  enters('a');
  await assert.rejects(turns.take({ tenant: 'a', account: 'z' }, work), full, 'the tenant has four');
  enters('b', 'x');
  enters('b');
  await assert.rejects(turns.take({ tenant: 'c' }, work), full, 'six in all');
  release();
  await Promise.all(taken);
  await turns.take({ tenant: 'a', account: 'x' }, async () => undefined);
});
