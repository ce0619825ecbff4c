// The store as the rest of the house sees it: a database, and a store opened for one tenant.
// Both engines implement these interfaces; `conformance.ts` says what they mean by testing it.

import type { TenantId } from '../schema/brand.ts';
import type { Table } from '../schema/table.ts';
import type { Bucket, Counted, Drawn, Limits } from './counting.ts';
import type { CountReads } from './event-counts.ts';

export type { Bucket, Counted, Drawn, Limits, Tally } from './counting.ts';

/** The database is away, locked or out of space: answer 503 and try again, nothing was decided. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** A write that would break a unique set of columns; nothing of its transaction is kept. */
export class UniqueConflict extends Error {
  override readonly name = 'UniqueConflict';
  readonly table: string;
  /** The columns of the unique set, or the id's name. */
  readonly columns: readonly string[];
  constructor(table: string, columns: readonly string[]) {
    super(`a row of ${table} with the same ${columns.join(' and ')} exists`);
    this.table = table;
    this.columns = columns;
  }
}

/** Text that no engine keeps unchanged: U+0000 or half of a surrogate pair. Bad input, not a fault: answer 400. */
export class UnstorableText extends TypeError {
  override readonly name = 'UnstorableText';
  /** The member or column that has it, where known. */
  readonly member: string;
  constructor(member: string) {
    super(`${member} holds a NUL character or an unpaired surrogate, which cannot be stored`);
    this.member = member;
  }
}

/** Start-up cannot go on; the message is one sentence that says what to do. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}

/** What a text begins with, compared by bytes. Texts of more than 600 bytes are kept as hashes and never found so. */
export interface Prefix {
  readonly prefix: string;
}

/** Equality per column, or what it begins with; a list means any of them. An empty list finds nothing. */
export type Where<Row> = { readonly [K in keyof Row & string]?: string | readonly string[] | Prefix };

/** Rows in the order in which they were inserted. */
export interface PageQuery<Row> {
  readonly where?: Where<Row>;
  /** Rows to skip; past the end gives an empty page. */
  readonly offset: number;
  readonly limit: number;
}
export interface CheckpointQuery<Row> {
  readonly where?: Where<Row>;
  /** `next` of the page before; absent for the first. Unknown or foreign cursors give `undefined` from `checkpoint`. */
  readonly after?: string;
  readonly limit: number;
}

export interface Reads {
  /** The row with this id, secrets opened. */
  get<Row extends object>(table: Table<Row>, id: string): Promise<Row | undefined>;
  /** The first row (in order of insertion) that has these columns. */
  find<Row extends object>(table: Table<Row>, where: Where<Row>): Promise<Row | undefined>;
  page<Row extends object>(table: Table<Row>, query: PageQuery<Row>): Promise<{ rows: Row[]; total: number }>;
  /** `undefined` when the cursor is not one of ours for this tenant and table (cursors are authenticated). */
  checkpoint<Row extends object>(
    table: Table<Row>,
    query: CheckpointQuery<Row>,
  ): Promise<{ rows: Row[]; next?: string } | undefined>;
  /** Every row that has these columns; for small sets only (a client's credentials, a tenant's keys). */
  all<Row extends object>(table: Table<Row>, where?: Where<Row>): Promise<Row[]>;
  /** A single-use thing as it stands, without spending it: what it is worth is known only once it is spent. Times in ms. */
  kept<T extends object>(thing: SingleUse): Promise<Kept<T> | undefined>;
  /** The tallies about this subject that have not ended. `now` in ms. */
  tallies<About extends object>(subject: string, now: number): Promise<Counted<About>[]>;
  /** A bucket as it stands, `drawn` saying whether a token could be taken; nothing is taken. `now` in ms. */
  bucket(bucket: Bucket, now: number): Promise<Drawn>;
  /** The one document of this name, or `undefined` before the first `put`. Announced like a watched table. */
  document<T extends object>(name: string): Promise<T | undefined>;
}

/** A single-use thing: what it is, the secret that names it (only its hash is kept), and when it ends (ms). */
export interface SingleUse {
  /** What it is for: `code`, `jti`, `ticket`... A key of one kind is unknown to every other kind. */
  readonly kind: string;
  readonly key: string;
}
/** What is kept of a single-use thing; `spentAt` is there once somebody spent it. */
export interface Kept<T> {
  readonly value: T;
  readonly expiresAt: number;
  readonly spentAt?: number;
}
export type Spent<T> =
  | { readonly kind: 'won'; readonly value: T }
  /** Somebody else had it, at `at` (ms): a replay. The value tells what to revoke. */
  | { readonly kind: 'spent'; readonly value: T; readonly at: number }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' };

export interface Transaction extends Reads, Limits {
  /** @throws UniqueConflict */
  insert<Row extends object>(table: Table<Row>, row: Row): Promise<void>;
  /** The row with this id, locked until the transaction ends, so that read-change-write loses no update. */
  lock<Row extends object>(table: Table<Row>, id: string): Promise<Row | undefined>;
  /** Writes the whole row over the one with its id. `false` if there is none. @throws UniqueConflict */
  replace<Row extends object>(table: Table<Row>, row: Row): Promise<boolean>;
  remove<Row extends object>(table: Table<Row>, id: string): Promise<boolean>;
  /** Removes all rows that have these columns; how many. */
  removeAll<Row extends object>(table: Table<Row>, where: Where<Row>): Promise<number>;
  /** The document of this name, locked until the transaction ends (also when it does not exist yet). */
  lockDocument<T extends object>(name: string): Promise<T | undefined>;
  put<T extends object>(name: string, document: T): Promise<void>;

  /** Keeps a single-use thing that can be spent once until `expiresAt` (ms). @throws UniqueConflict if the key was kept before */
  keep(thing: SingleUse, value: object, expiresAt: number): Promise<void>;
  /** Spends it by one conditional write; of any number of racers on any number of nodes one has `won`. */
  spend<T extends object>(thing: SingleUse, now: number): Promise<Spent<T>>;
  /** Marks a name as used until `expiresAt`: `true` for the first caller ever, `false` for all others (a `jti`). */
  claim(thing: SingleUse, expiresAt: number): Promise<boolean>;
  /**
   * Adds one to the counter of this name if it is below `limit`, in one conditional write. A counter ends at `expiresAt`
   * (ms) of its first addition and then starts anew. `count` is the value after it; `added` says whether it counted.
   */
  count(name: string, limit: number, now: number, expiresAt: number): Promise<{ added: boolean; count: number }>;

  /** Leaves a job that is done once this commits; `false` if one of this id waits already, which stays as it is. */
  enqueue(job: NewJob): Promise<boolean>;
}

/** Work to be done after the commit, by any node: see `domain/jobs/`. */
export interface NewJob {
  /** Unique in the tenant while the job waits. */
  readonly id: string;
  readonly kind: string;
  /** Anything that JSON keeps; sealed at rest. */
  readonly payload: object;
  /** Not before this time (ms). */
  readonly dueAt: number;
}

/** The store of one tenant. No read or write of it can touch a row of another. */
export interface Store extends Reads {
  readonly tenant: TenantId;
  /**
   * Runs `work` in one database transaction (SQLite: BEGIN IMMEDIATE) and commits, or keeps nothing if it throws.
   * It may run more than once (lock conflicts), so it must do nothing but use `tx`.
   * @throws StoreUnavailable, UniqueConflict, and whatever `work` throws
   */
  transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  readonly logs: LogReads;
  /** How often what happened, by the log; see `event-counts.ts`. */
  readonly counts: CountReads;
}

/** A tenant log event as stored: the searchable members beside the whole record. */
export interface StoredLog {
  readonly tenant: TenantId;
  /** Sortable, unique; the newest is the greatest. */
  readonly log_id: string;
  readonly type: string;
  /** ms */
  readonly date: number;
  readonly client_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly ip?: string | undefined;
  readonly connection?: string | undefined;
  /** For the counts only: the API's identifier as stored, the code of what failed, and whether a user logged in by it. */
  readonly audience?: string | undefined;
  readonly cause?: string | undefined;
  readonly login?: boolean;
  /** The record as JSON text. */
  readonly record: string;
}
export type LogColumn = 'type' | 'client_id' | 'user_id' | 'ip' | 'connection' | 'log_id';
export interface LogFilter {
  /** Every condition must hold. */
  readonly equals?: readonly { readonly column: LogColumn; readonly anyOf: readonly string[] }[];
  readonly not?: readonly { readonly column: LogColumn; readonly anyOf: readonly string[] }[];
  /** ms, inclusive */
  readonly since?: number;
  readonly until?: number;
  /** Words that must all occur in the record (case ignored). */
  readonly contains?: readonly string[];
  /** An API's identifier, compared by its bytes: events about it, and changes whose body names it as `audience`. */
  readonly audience?: string;
  /** Events whose id comes before this one's by its bytes: older ones. */
  readonly beforeId?: string;
}
export interface LogReads {
  get(logId: string): Promise<string | undefined>;
  /** Records as JSON text. */
  page(query: {
    filter: LogFilter;
    newestFirst: boolean;
    offset: number;
    limit: number;
  }): Promise<{ records: string[]; total: number }>;
  /** The first `limit` records of those, without a total: what costs no look at the rest of the log. */
  first(query: { filter: LogFilter; newestFirst: boolean; limit: number }): Promise<string[]>;
  /** Records after this log id, oldest first; from the oldest when absent. */
  after(query: { logId?: string; limit: number }): Promise<string[]>;
}

export interface TenantRow {
  readonly id: TenantId;
  /** Shown to people: `friendly_name` until settings name it otherwise. */
  readonly name: string;
  readonly hosts: readonly string[];
}

/** What changed in a watched table or document (`documents`), so that a snapshot can forget it. */
export interface Change {
  readonly tenant: TenantId;
  readonly table: string;
  readonly id: string;
}

/** A job that this process alone may run until the lease ends. */
export interface LeasedJob {
  readonly tenant: TenantId;
  readonly id: string;
  readonly kind: string;
  /** `undefined` if it was changed, or sealed under another master key. */
  readonly payload: object | undefined;
  /** 1 for the first; also counts attempts that a crash ended. */
  readonly attempt: number;
  readonly lease: string;
  /** The lease's end (ms). */
  readonly until: number;
}

/** The jobs of all tenants. Times in ms. */
export interface JobQueue {
  /** Those of these kinds of which a job is due: one small read, to be asked often. */
  due(kinds: readonly string[], now: number): Promise<string[]>;
  /** Takes up to `limit` due jobs of a kind, the longest due first, by one conditional write. */
  lease(ask: { kind: string; limit: number; now: number; until: number }): Promise<LeasedJob[]>;
  /** Removes a job that is over; `false` if its lease was lost: somebody else runs it, or has. */
  finish(job: LeasedJob): Promise<boolean>;
  /** Gives a job back until `dueAt`; `false` as above. Not `counted`: as if this attempt had not been. */
  putOff(job: LeasedJob, dueAt: number, counted: boolean): Promise<boolean>;
  /** Called after each commit of this process that left a job. */
  onEnqueued(listener: () => void): void;
}

export interface Database {
  readonly engine: 'sqlite' | 'postgres';
  /** Opens the store of a tenant. Does not check that the tenant exists. */
  store(tenant: TenantId): Store;
  tenants(): Promise<TenantRow[]>;
  /** Creates a tenant or leaves the one with this id as it is; `true` if it was created. @throws UniqueConflict if a host is taken by another */
  addTenant(tenant: TenantRow): Promise<boolean>;
  /** Appends log events of any tenants, and counts them, in one transaction. */
  appendLogs(events: readonly StoredLog[]): Promise<void>;
  readonly jobs: JobQueue;
  /**
   * Deletes log events older than this (ms) in small portions, expired single-use things and counters, and jobs that nobody has
   * wanted for a month, and adds up counts of long ago; how many rows went.
   */
  prune(now: number, logsBefore: number): Promise<number>;
  /**
   * Everything announced since `cursor`, in commit order and without gaps, with the cursor to ask from next time.
   * `all` when the cursor is too old to tell: forget everything.
   */
  changesSince(cursor: string | undefined): Promise<{ cursor: string; changes: readonly Change[] | 'all' }>;
  /** Called with each change that this process committed, before its `transact` returns. */
  onChange(listener: (change: Change) => void): void;
  /** @throws StoreUnavailable */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Seals secrets for storage: authenticated encryption bound to where the value is kept. */
export interface Sealer {
  /** `context` names the place (tenant, table, id, member): a sealed value copied elsewhere does not open. */
  seal(plain: string, context: string): string;
  /** @throws StoreRefused if it was sealed with another key, changed, or copied from elsewhere */
  open(sealed: string, context: string): string;
  /** Authenticates a text (HMAC-SHA-256, base64url) under a key of its own for each purpose. Compare in constant time. */
  mac(purpose: string, text: string): string;
}
