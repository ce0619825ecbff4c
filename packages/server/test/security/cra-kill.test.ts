// CRA-01, CRA-02, CRA-04: kill -9 at random moments while people log in and applications exchange and refresh; what was
// recorded is judged by support/history-judge.ts. COUNTERSIGN_KILLS=300 kills longer, COUNTERSIGN_HISTORY=FOLDER keeps the
// histories, COUNTERSIGN_SEED=n repeats the actors' choices (not the moments).

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { buyer, visitor } from '../support/crash-actors.ts';
import { type CrashRig, crashRig } from '../support/crash-rig.ts';
import { judgeHistory } from '../support/history-judge.ts';
import { chance } from '../support/random.ts';
import { engines } from '../support/running.ts';

const kills = Number(process.env.COUNTERSIGN_KILLS ?? 3);
const seed = Number(process.env.COUNTERSIGN_SEED ?? Math.floor(Math.random() * 2 ** 31));
const folder = process.env.COUNTERSIGN_HISTORY;

for (const engine of engines) {
  describe(`kill -9 among logins, exchanges and refreshes on ${engine}`, () => {
    test(`I1 to I6 hold over ${kills} kills (seed ${seed})`, async (t) => {
      const file = folder === undefined ? undefined : join(folder, `${engine}-${seed}.jsonl`);
      const rig = await crashRig(engine, file);
      try {
        await rig.run(await cast(rig), kills, chance(seed));
      } finally {
        await rig.stop();
      }
      const { wrong, figures } = judgeHistory(rig.history.lines());
      t.diagnostic(JSON.stringify(figures));
      assert.deepEqual(wrong, []);
      // A run in which nothing happened proves nothing.
      for (const did of ['redeem ok', 'log in ok', 'silent ok', 'userinfo refused'])
        assert.ok((figures[did] ?? 0) >= kills, `${did}: ${figures[did]}`);
    });
  });
}

/** Who acts: each with a user and a client of their own, so that only their own deeds explain what they see. */
async function cast(rig: CrashRig): Promise<(() => Promise<void>)[]> {
  const site = await rig.site();
  const role = async (name: string, act: typeof buyer) => {
    const [person, client] = await Promise.all([site.user(), site.publicClient()]);
    const actor = rig.actor(name, chance(seed + name.length));
    return () => act(rig, actor, client, person, `password of ${name}`);
  };
  return Promise.all([role('buyer', buyer), role('visitor', visitor), role('second visitor', visitor)]);
}
