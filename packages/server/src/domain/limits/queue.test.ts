// The queue lets a crowd through that gives back what it took, and nobody wait who has nobody to wait for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueue } from './queue.ts';

/** Attempts of which only so many may be under way; `taken` counts those that got through. */
function places(most: number) {
  const state = { left: most, taken: 0 };
  return {
    state,
    async attempt() {
      if (state.left === 0) return 'refused' as const;
      state.left--;
      state.taken++;
      return 'open' as const;
    },
  };
}
const refused = (outcome: string) => outcome === 'refused';
const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

test('a crowd gets through a few at a time, if each gives back what it took', async () => {
  const queue = createQueue();
  const { state, attempt } = places(3);
  await Promise.all(
    Array.from({ length: 30 }, async () => {
      const { outcome, end } = await queue.enter('key', attempt, refused);
      assert.equal(outcome, 'open');
      await soon();
      state.left++;
      end(true);
    }),
  );
  assert.equal(state.taken, 30);
});

test('a crowd that gives nothing back is refused beyond the limit, all of it', async () => {
  const queue = createQueue();
  const { state, attempt } = places(3);
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const { outcome, end } = await queue.enter('key', attempt, refused);
      await soon();
      end(false);
      end(true);
      return outcome;
    }),
  );
  assert.equal(state.taken, 3);
  assert.equal(outcomes.filter(refused).length, 27);
});

test('who has nobody to wait for is refused at once, and other keys are nobody', async () => {
  const queue = createQueue();
  const { outcome } = await queue.enter('other', async () => 'open', refused);
  assert.equal(outcome, 'open');
  assert.equal((await queue.enter('key', places(0).attempt, refused)).outcome, 'refused');
});

test('an attempt that fails keeps nobody waiting', async () => {
  const queue = createQueue();
  await assert.rejects(
    queue.enter(
      'key',
      () => Promise.reject(new Error('the store is away')),
      () => false,
    ),
    /away/,
  );
  assert.equal((await queue.enter('key', places(0).attempt, refused)).outcome, 'refused');
});
