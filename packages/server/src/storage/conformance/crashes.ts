// kill -9 in the middle of writing: what was acknowledged is there, and nothing is half there.
// This says nothing about power failures (security-cases.md M3); for those, the settings that force writes to disk.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './process.ts';
import { clients, openAt, type Subject } from './subject.ts';

const ROUNDS = 6;

interface Written {
  readonly kind: 'written';
  readonly id: string;
  readonly side: number;
  readonly index: number;
}
type Word = Written | { readonly kind: 'spent'; readonly id: string; readonly outcome: string };

export function crashes(subject: () => Subject): void {
  test('every write that was acknowledged before a kill -9 is there afterwards', async () => {
    const { place, fresh } = subject();
    const store = fresh();
    let acknowledged = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const who = `round-${round}`;
      const words: Word[] = [];
      const child = await startChild(place);
      const writing = child.ask('writeForEver', store.tenant, { who }, (word) => words.push(word as Word));
      writing.catch(() => {});
      while (words.length < 40) await sleep(2);
      await sleep(Math.random() * 60);
      await child.kill9();
      await assert.rejects(writing, /the child was killed/);

      const database = await openAt(place);
      const again = database.store(store.tenant);
      const kept = new Map((await again.all(clients)).map((row) => [row.client_id, row]));
      const written = words.filter((word) => word.kind === 'written');
      const spent = new Set(words.filter((word) => word.kind === 'spent').map(({ id }) => id));
      for (const { id, side, index } of written) {
        assert.equal(kept.get(id)?.client_secret, id, `${id} is there`);
        const document = await again.document<{ index: number }>(`document-${who}-${side}`);
        assert.ok(document && document.index >= index);
        const outcome = await again.transact((tx) => tx.spend({ kind: 'code', key: id }, 1_000));
        if (spent.has(id)) assert.equal(outcome.kind, 'spent', `${id} was spent before the crash`);
        else assert.ok(outcome.kind === 'won' || outcome.kind === 'spent', `${id} was kept`);
      }
      // A row and its single-use thing were written together, so none is there without the other.
      const ours = [...kept.keys()].filter((id) => id.startsWith(`${who}-`));
      for (const id of ours) {
        const { kind } = await again.transact((tx) => tx.spend({ kind: 'code', key: id }, 1_000));
        assert.notEqual(kind, 'unknown', `${id} is whole`);
      }
      acknowledged += words.length;
      await database.close();
    }
    assert.ok(acknowledged > ROUNDS * 39);
  });
}
