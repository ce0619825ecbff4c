// What the hot path needs of a tenant, held in memory: filled on first use, forgotten row by row when a write is
// announced. On the node that wrote this holds at once, on the others within `pollEvery`; older than `stalest` it refuses.

import type { TenantId } from '../../schema/brand.ts';
import { type Change, type Database, StoreUnavailable } from '../../storage/store.ts';

/** A loaded value and the rows that it was made from, as `table/id` or `table/*`. */
export interface Loaded<T> {
  readonly value: T;
  readonly from: readonly string[];
}

export interface Staleness {
  /** Take what memory has while the database is away, however old. */
  readonly evenStale?: boolean;
  /** Readers of this key may ask so: a change marks its value as outdated and does not drop it. */
  readonly lasting?: boolean;
}

export interface Snapshot {
  /**
   * The value under (tenant, kind, key), from memory or loaded. `undefined` from `load` is not kept: what does not
   * exist may be created on another node at any moment. @throws StoreUnavailable when memory may be older than allowed
   */
  get<T>(
    tenant: TenantId,
    kind: string,
    key: string,
    options: Staleness,
    load: () => Promise<Loaded<T> | undefined>,
  ): Promise<T | undefined>;
  /** From memory only, for the hot path: `undefined` when it must be loaded. */
  peek<T>(tenant: TenantId, kind: string, key: string): T | undefined;
  /** Whether announced changes were heard recently enough. */
  fresh(): boolean;
  /** Starts to listen; the first poll is awaited. */
  start(): Promise<void>;
  stop(): void;
}

export const pollEveryMs = 400;
const stalestMs = 5_000;
/** Entries kept; the oldest go first. An entry is a few hundred bytes to a few kilobytes. */
const most = 300_000;

interface Entry {
  readonly value: unknown;
  readonly from: readonly string[];
  readonly lasting: boolean;
  /** It changed since; good only for those who take what is stale, and only while the database is away. */
  readonly outdated: boolean;
}

/** Opens the snapshot of a database. `clock` in ms, monotonic. */
export function createSnapshot(database: Database, clock: () => number = () => performance.now()): Snapshot {
  const values = new Map<string, Entry>();
  const dependents = new Map<string, Set<string>>();
  let epoch = 0;
  let cursor: string | undefined;
  let heard = clock();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const forgetKey = (key: string) => {
    const entry = values.get(key);
    if (!entry) return;
    if (entry.lasting) values.set(key, { ...entry, outdated: true });
    else values.delete(key);
    for (const source of entry.from) {
      const keys = dependents.get(source);
      keys?.delete(key);
      if (keys?.size === 0) dependents.delete(source);
    }
  };
  const forget = (change: Change) => {
    epoch++;
    for (const source of [`${change.tenant}/${change.table}/${change.id}`, `${change.tenant}/${change.table}/*`]) {
      for (const key of [...(dependents.get(source) ?? [])]) forgetKey(key);
    }
  };
  const poll = async () => {
    const asked = clock();
    const { cursor: next, changes } = await database.changesSince(cursor);
    cursor = next;
    heard = asked;
    if (changes === 'all') {
      epoch++;
      for (const key of [...values.keys()]) forgetKey(key);
    } else changes.forEach(forget);
  };
  const again = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      // A failed poll is told by `fresh()` turning false; the next one tries again.
      poll().then(again, again);
    }, pollEveryMs);
    timer.unref();
  };
  database.onChange(forget);

  const fresh = () => clock() - heard < stalestMs;
  const keep = (key: string, tenant: TenantId, loaded: Loaded<unknown>, lasting: boolean, outdated: boolean) => {
    const from = loaded.from.map((source) => `${tenant}/${source}`);
    values.set(key, { value: loaded.value, from, lasting, outdated });
    for (const source of outdated ? [] : from) {
      const keys = dependents.get(source);
      if (keys) keys.add(key);
      else dependents.set(source, new Set([key]));
    }
    if (values.size > most) {
      const oldest = values.keys().next().value;
      if (oldest !== undefined) {
        forgetKey(oldest);
        values.delete(oldest);
      }
    }
  };

  return {
    async get<T>(
      tenant: TenantId,
      kind: string,
      key: string,
      options: Staleness,
      load: () => Promise<Loaded<T> | undefined>,
    ): Promise<T | undefined> {
      const name = `${tenant}/${kind}/${key}`;
      const found = values.get(name);
      if (found && !found.outdated && (options.evenStale || fresh())) return found.value as T;
      try {
        if (!fresh()) throw new StoreUnavailable('changes have not been heard for too long');
        const before = epoch;
        const loaded = await load();
        // A change that was announced while loading may not be in what was read: use it once. A lasting value is kept for
        // outages all the same, or a node that started while others were writing would have nothing to tell verifiers.
        const outdated = before !== epoch;
        if (loaded && (!outdated || options.lasting)) keep(name, tenant, loaded, options.lasting === true, outdated);
        return loaded?.value;
      } catch (error) {
        if (found && options.evenStale && error instanceof StoreUnavailable) return found.value as T;
        throw error;
      }
    },
    peek<T>(tenant: TenantId, kind: string, key: string): T | undefined {
      if (!fresh()) return undefined;
      const found = values.get(`${tenant}/${kind}/${key}`);
      return found?.outdated ? undefined : (found?.value as T | undefined);
    },
    fresh,
    async start() {
      await poll();
      again();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
