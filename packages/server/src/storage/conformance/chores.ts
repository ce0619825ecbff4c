// What a child process of the conformance tests can do. Each chore is for one tenant.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, type Store, StoreUnavailable, UniqueConflict } from '../store.ts';
import { eventsOf } from './events.ts';
import { apis, clients, keys } from './subject.ts';

/** What chores are told; each reads what it needs. */
export interface Input {
  readonly who: string;
  readonly key: string;
  readonly id: string;
  /** How many at once, how often, how many on each side, and for how long. */
  readonly racers: number;
  readonly times: number;
  readonly limit: number;
  readonly ms: number;
}
type Chore = (store: Store, input: Input, say: (word: unknown) => void, database: Database) => Promise<unknown>;

const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

export const chores: Readonly<Record<string, Chore>> = {
  /** Opens the database, which the child does before its first chore. */
  async open() {},

  async spend(store, { key, racers }) {
    const outcomes = await times(racers, () => store.transact((tx) => tx.spend({ kind: 'code', key }, 1_000)));
    return outcomes.map(({ kind }) => kind);
  },

  async claim(store, { key, racers }) {
    return times(racers, () => store.transact((tx) => tx.claim({ kind: 'jti', key }, 2_000)));
  },

  async count(store, { limit, times: count }) {
    const outcomes = await times(count, () => store.transact((tx) => tx.count('attempts', limit, 1_000, 9_000)));
    return outcomes.filter(({ added }) => added).length;
  },

  async tally(store, { limit, times: count }) {
    const tally = { name: 'attempts', subject: 'user u', about: {} };
    const outcomes = await times(count, () => store.transact((tx) => tx.tally(tally, limit, 1_000, 9_000)));
    return outcomes.filter(({ added }) => added).length;
  },

  async draw(store, { limit, times: count }) {
    const bucket = { name: 'attempts', capacity: limit, everyMs: 1_000 };
    const outcomes = await times(count, () => store.transact((tx) => tx.draw(bucket, 1_000)));
    return outcomes.filter(({ drawn }) => drawn).length;
  },

  /** Inserts rows that all have the same identifier; how many went in. */
  async insertSame(store, { key: identifier, racers, who }) {
    const outcomes = await times(racers, (index) =>
      store
        .transact((tx) => tx.insert(apis, { id: `${who}-${index}-${identifier}`, identifier }))
        .then(
          () => 'inserted',
          (error) => (error instanceof UniqueConflict ? `conflict on ${error.columns}` : String(error)),
        ),
    );
    return outcomes;
  },

  /** Adds one to the count of a row, read and written in one transaction. */
  async addUp(store, { id, times: additions }) {
    await times(additions, () =>
      store.transact(async (tx) => {
        const row = await tx.lock(clients, id);
        await sleep(0);
        if (row) await tx.replace(clients, { ...row, count: (row.count ?? 0) + 1 });
      }),
    );
  },

  /** Writes watched and other rows one after the other, from several sides at once, and says which are in. */
  async insertMany(store, { who, times: count, racers: sides }) {
    await times(sides, async (side) => {
      for (let index = 0; index < count; index++) {
        const id = `${who}-${side}-${String(index).padStart(6, '0')}`;
        await store.transact(async (tx) => {
          await tx.insert(clients, { client_id: id });
          await tx.insert(keys, { kid: id, alg: 'RS256' });
        });
      }
    });
  },

  /** Writes until it is killed, and says everything that was acknowledged. */
  async writeForEver(store, { who }, say) {
    await times(4, async (side) => {
      for (let index = 0; ; index++) {
        const id = `${who}-${side}-${index}`;
        const thing = { kind: 'code', key: id };
        await store.transact(async (tx) => {
          await tx.insert(clients, { client_id: id, client_secret: id });
          await tx.keep(thing, { id }, 2_000);
          await tx.put(`document-${who}-${side}`, { index });
        });
        say({ kind: 'written', id, side, index });
        const spent = await store.transact((tx) => tx.spend(thing, 1_000));
        say({ kind: 'spent', id, outcome: spent.kind });
      }
    });
  },

  /** Takes due jobs of a kind, from several sides at once, until there are none; their ids. */
  async leaseJobs(_store, { key: kind, limit, racers }, _say, { jobs: queue }) {
    const taken = await times(racers, async () => {
      const ids: string[] = [];
      for (;;) {
        const jobs = await queue.lease({ kind, limit, now: 1_000, until: 2_000 });
        if (!jobs.length) return ids;
        ids.push(...jobs.map(({ id }) => id));
      }
    });
    return taken.flat();
  },

  /** Takes a job, says so, and is never heard of again. */
  async leaseAndHang(_store, { key: kind }, say, { jobs: queue }) {
    say((await queue.lease({ kind, limit: 1, now: 1_000, until: 2_000 })).map(({ id }) => id));
    await sleep(60_000);
  },

  /** Appends batches of log events, each twice, from several sides at once. */
  async appendEvents(store, { who, times: batches, racers: sides }, _say, database) {
    await times(sides, async (side) => {
      for (let batch = 0; batch < batches; batch++) {
        const events = eventsOf(store, `${who}-${side}-${batch}`, 40);
        await database.appendLogs(events);
        await database.appendLogs(events);
      }
    });
  },

  /** Appends batches until it is killed; says which were acknowledged. */
  async appendForEver(store, { who }, say, database) {
    for (let batch = 0; ; batch++) {
      await database.appendLogs(eventsOf(store, `${who}-${batch}`, 40));
      say(batch);
    }
  },

  /** Adds up counts of long ago, again and again: `ms` is the time that it is. */
  async rollUp(_store, { times: rounds, ms }, _say, database) {
    for (let round = 0; round < rounds; round++) await database.prune(ms, 0);
  },

  /** Holds a transaction open for some time; says when it is. */
  async hold(store, { id, ms }, say) {
    await store.transact(async (tx) => {
      await tx.insert(keys, { kid: id, alg: 'RS256' });
      say('open');
      await sleep(ms);
    });
  },

  async insertOne(store, { id }) {
    return store
      .transact((tx) => tx.insert(clients, { client_id: id }))
      .then(
        () => 'inserted',
        (error) => (error instanceof StoreUnavailable ? 'unavailable' : String(error)),
      );
  },
};
