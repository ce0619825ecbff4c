// The shape of most of the Management API: a collection of rows under one path, declared as data.
// Routes, validation, scopes, tables, OpenAPI and dashboard forms all follow from a declaration.

import type { Draft, Entity, Fields } from './field.ts';
import type { Table } from './table.ts';

/** How ids are made: `prefix` + `length` characters of the alphabet. */
export interface IdShape {
  readonly prefix: string;
  readonly alphabet: 'hex' | 'base62';
  readonly length: number;
}

/** One thing wrong with a body; `path` as in `scopes[0].value`, empty for the body itself. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

export interface CollectionErrors {
  /** 404: its `errorCode` and message. */
  readonly missing: { readonly errorCode?: string; readonly message: string };
  /** 409: its `errorCode` and message. */
  readonly conflict: { readonly errorCode?: string; readonly message: string };
}

/** Scopes of which a token must hold one. */
export type AnyOf = readonly [string, ...string[]];

/** A query parameter that filters a list by a lookup. */
export interface Filter {
  readonly param: string;
  readonly field: string;
  /**
   * `list` may be sent several times and finds any of its values. `part` finds what holds the text, case ignored, and
   * `equal` what is the text, in a field that is no lookup: such a list is read whole, so only where there are a thousand
   * rows or so.
   */
  readonly type: 'text' | 'boolean' | 'list' | 'part' | 'equal';
  readonly about: string;
}

/** What is the same for every collection and singleton. */
export interface Declared<F extends Fields> {
  /** Table, list wrapper and scope word: `resource_servers`. */
  readonly name: string;
  /** Below `/api/v2`: `resource-servers`, `clients/:client_id/credentials`. */
  readonly path: string;
  /** For messages and log entries: `Resource Server`, with its article. */
  readonly noun: { readonly one: string; readonly a: string };
  readonly about: string;
  readonly fields: F;
}

/** Who may do what. An operation that is not named is not offered. */
export interface CollectionScopes {
  readonly read: AnyOf;
  readonly create?: AnyOf;
  readonly update?: AnyOf;
  readonly remove?: AnyOf;
}

export interface Collection<F extends Fields = Fields> extends Declared<F> {
  readonly kind: 'collection';
  readonly id: keyof F & string;
  readonly ids: IdShape;
  readonly scopes: CollectionScopes;
  /** `paged`: page and checkpoint pagination, wrapped when totals or a checkpoint are asked for. `bare`: always the whole array. */
  readonly list: 'paged' | 'bare';
  /** Lists the newest first; else the oldest. Only for `bare` lists. */
  readonly newestFirst?: boolean;
  /** Rows belong to a row of another collection, named by this path parameter and kept in this field. */
  readonly within?: { readonly collection: string; readonly param: string; readonly field: keyof F & string };
  /** A second field by which a path may name a row: an API's identifier. */
  readonly alsoFoundBy?: keyof F & string;
  readonly filters: readonly Filter[];
  /** What a DELETE of a row that is not there answers. Auth0 is not of one mind: recorded per resource. */
  readonly removingNothing: 204 | 404;
  /** What a POST answers where it is not 201, and a DELETE where it is not 204 without a body. */
  readonly statuses?: { readonly created?: 200; readonly removed?: 200 };
  readonly uniqueTogether: readonly (readonly (keyof F & string)[])[];
  readonly errors: CollectionErrors;
  /** Members that depend on the rest of the draft; those returned are stored instead of the draft's. Pure. */
  readonly defaults: (draft: Draft<F>) => Partial<Entity<F>>;
  /** Rules across fields, on what would be stored. Pure; an empty list lets it pass. */
  readonly check: (entity: Entity<F>) => readonly Problem[];
}

export interface Singleton<F extends Fields = Fields> extends Declared<F> {
  readonly kind: 'singleton';
  readonly scopes: { readonly read: AnyOf; readonly update: AnyOf };
  /** What a tenant has before anybody changed anything. */
  readonly initial: Entity<F>;
  readonly check: (entity: Entity<F>) => readonly Problem[];
}

/** A collection of whatever fields, for what reads declarations and makes no rows. */
export type AnyCollection = Omit<Collection<Fields>, 'defaults' | 'check'>;
export type AnySingleton = Omit<Singleton<Fields>, 'initial' | 'check'>;

/** Declares a collection; gives the types and changes nothing. */
export function collection<F extends Fields>(declaration: Omit<Collection<F>, 'kind'>): Collection<F> {
  return { kind: 'collection', ...declaration };
}

/** Declares a singleton; gives the types and changes nothing. */
export function singleton<F extends Fields>(declaration: Omit<Singleton<F>, 'kind'>): Singleton<F> {
  return { kind: 'singleton', ...declaration };
}

/** The table that keeps a collection: its lookups become columns, its secrets are sealed. */
export function tableOf<F extends Fields>(declared: Collection<F>): Table<Entity<F>> {
  type Key = keyof Entity<F> & string;
  const names = Object.keys(declared.fields) as Key[];
  const having = (test: (field: Fields[string]) => boolean | undefined) =>
    names.filter((name) => test(declared.fields[name] as Fields[string]));
  return {
    name: declared.name,
    id: declared.id as string as Key,
    columns: having((field) => field.lookup !== undefined),
    unique: [
      ...having((field) => field.lookup === 'unique').map((name) => [name]),
      ...(declared.uniqueTogether as readonly (readonly string[])[] as readonly (readonly Key[])[]),
    ],
    secrets: having((field) => field.secret),
    watched: true,
  };
}
