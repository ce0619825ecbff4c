// The spans of time of the dashboard's Home: bars by the reader's clock, also when clocks change.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type * as Ranges from '../../../dashboard/src/pages/home/ranges.ts';

const source = fileURLToPath(new URL('../../../dashboard/src/pages/home/ranges.ts', import.meta.url));
const { barsOf, inBars, niceMost, ranges, ticksOf }: typeof Ranges = await import(source);
const hour = 3_600_000;

for (const zone of ['UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Asia/Kolkata']) {
  describe(`in ${zone}`, () => {
    const usual = process.env.TZ;
    before(() => {
      process.env.TZ = zone;
    });
    after(() => {
      if (usual === undefined) delete process.env.TZ;
      else process.env.TZ = usual;
    });
    // The second is the day after clocks go back in Europe, the third that in California.
    for (const text of [
      '2026-11-28T22:17:03Z',
      '2026-10-26T10:00:00Z',
      '2026-11-02T05:59:59Z',
      '2026-03-29T12:00:00Z',
    ]) {
      test(`at ${text} bars follow each other, and the last one is now`, () => {
        const now = new Date(text);
        for (const range of ranges) {
          const edges = barsOf(range, now);
          assert.equal(edges.length, range.bars + 1);
          assert.deepEqual(
            edges,
            [...new Set(edges)].toSorted((a, b) => a - b),
          );
          const [last = 0, end = 0] = edges.slice(-2);
          assert.ok(last <= now.getTime() && now.getTime() < end, range.label);
          if (range.label === '30 days') for (const edge of edges) assert.equal(new Date(edge).getHours(), 0);
          const ticks = ticksOf(range, edges.slice(0, -1));
          assert.ok(ticks.size >= 3 && ticks.size <= 5, `${range.label} has ${ticks.size} labels`);
        }
      });
    }
  });
}

test('what the server counted is in the bar in which it began, and nothing is lost', () => {
  const edges = [0, 2 * hour, 4 * hour];
  assert.deepEqual(inBars([1, 2, 4, 8], 0, hour, edges), [3, 12]);
  assert.deepEqual(inBars([1, 2, 4, 8, 16], -hour, hour, edges), [7, 24]);
  assert.deepEqual(inBars([0, 0, 0, 0, 5], 0, hour, edges), [0, 5]);
});

test('the axis ends at a round number that is not below anything, and has a whole half', () => {
  for (const most of [0, 1, 2, 3, 7, 9, 10, 11, 34, 99, 100, 101, 999, 12_345]) {
    const nice = niceMost(most);
    assert.ok(nice >= most && Number.isInteger(nice / 2), `${most} gives ${nice}`);
  }
  assert.deepEqual([niceMost(7), niceMost(34)], [8, 40]);
});
