// CRA-01, CRA-02, CRA-04, CRA-05: kill -9 at random moments while people log in and applications exchange and refresh; what was
// recorded is judged by support/history-judge.ts. COUNTERSIGN_KILLS=300 kills longer, COUNTERSIGN_HISTORY=FOLDER keeps the
// histories, COUNTERSIGN_SEED=n repeats the actors' choices (not the moments).

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { changer, deleter, forgetter } from '../support/crash-accounts.ts';
import { buyer, visitor } from '../support/crash-actors.ts';
import { refresher } from '../support/crash-refresher.ts';
import { type Actor, type CrashRig, crashRig } from '../support/crash-rig.ts';
import { judgeHistory } from '../support/history-judge.ts';
import type { Client, Person } from '../support/people.ts';
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
      const least = { 'redeem ok': kills, 'refresh ok': kills, 'log in ok': kills, 'silent ok': kills, 'reset ok': 1 };
      for (const [did, times] of Object.entries({ ...least, 'change password ok': 1, 'delete user ok': 1 }))
        assert.ok((figures[did] ?? 0) >= times, `${did}: ${figures[did]}`);
    });
  });
}

type Act = (actor: Actor, client: Client, person: Person, password: string) => Promise<void>;

/** Who acts: each with a user and a client of their own, so that only their own deeds explain what they see. */
async function cast(rig: CrashRig): Promise<(() => Promise<void>)[]> {
  const site = await rig.site();
  // Whoever tries whether an old password is good looks like somebody who guesses.
  for (const gate of ['brute-force-protection', 'suspicious-ip-throttling']) {
    const off = await site.manage('PATCH', `/attack-protection/${gate}`, { enabled: false });
    assert.equal(off.status, 200, off.text);
  }
  let roles = 0;
  const role = async (name: string, act: Act, client?: Readonly<Record<string, unknown>>) => {
    const actor = rig.actor(name, chance(seed + roles++));
    const [person, made] = await Promise.all([site.user(), site.publicClient(client)]);
    return () => act(actor, made, person, `password of ${name}`);
  };
  const refreshing =
    (leeway: number): Act =>
    (actor, client, person, password) =>
      refresher(rig, actor, { client, person, password, leeway });
  return Promise.all([
    role('buyer', (...who) => buyer(rig, ...who)),
    role('visitor', (...who) => visitor(rig, ...who)),
    ...[0, 60].flatMap((leeway) =>
      [1, 2, 3].map((number) =>
        role(`refresher ${number} with a leeway of ${leeway} s`, refreshing(leeway), rotating(leeway)),
      ),
    ),
    role('changer', (...who) => changer(rig, ...who), rotating(0)),
    role('forgetter', (...who) => forgetter(rig, ...who), rotating(0)),
    role('deleter', (actor, client) => deleter(rig, actor, client), rotating(60)),
  ]);
}

const rotating = (leeway: number) => ({
  refresh_token: {
    rotation_type: 'rotating',
    expiration_type: 'expiring',
    leeway,
    token_lifetime: 86_400,
    idle_token_lifetime: 43_200,
    infinite_token_lifetime: false,
    infinite_idle_token_lifetime: false,
  },
});
