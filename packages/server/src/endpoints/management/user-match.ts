// Whether a user is one that a search asks for, and which part of the search the store's columns can answer. Pure.

import type { Bound, Test } from './user-query.ts';

type Row = object;

/** A condition that a column answers: its value, one of some, or what it begins with. */
export type ColumnTest = string | readonly string[] | { readonly prefix: string };

/** A search as columns answer it, and what must be looked at row by row. */
export interface Plan {
  readonly columns: Readonly<Record<string, ColumnTest>>;
  /** `all` if the columns answer everything. */
  readonly rest: Test;
}

/** Fields that are columns, in the spelling in which they are stored. */
const columns: Readonly<Record<string, { readonly column: string; readonly lower: boolean }>> = {
  user_id: { column: 'user_id', lower: false },
  email: { column: 'email', lower: true },
  username: { column: 'username', lower: true },
  phone_number: { column: 'phone_number', lower: false },
  name: { column: 'name', lower: false },
  'identities.connection': { column: 'connection', lower: false },
};

/** Fields whose values are compared as they are written: their columns could not answer otherwise. */
const exact: ReadonlySet<string> = new Set(['user_id', 'name', 'identities.connection']);

/** Splits a search into conditions on columns, each column once, and the rest. */
export function planOf(test: Test): Plan {
  const conditions: Record<string, ColumnTest> = {};
  const rest: Test[] = [];
  for (const one of test.kind === 'and' ? test.tests : [test]) {
    const found = columnTest(one);
    if (found && !Object.hasOwn(conditions, found.column)) conditions[found.column] = found.test;
    else if (one.kind !== 'all') rest.push(one);
  }
  return { columns: conditions, rest: rest.length === 0 ? { kind: 'all' } : { kind: 'and', tests: rest } };
}

function columnTest(test: Test): { readonly column: string; readonly test: ColumnTest } | undefined {
  const field = test.kind === 'is' ? test.field : test.kind === 'or' ? fieldOfAll(test.tests) : undefined;
  const known = field === undefined || !Object.hasOwn(columns, field) ? undefined : columns[field];
  if (!known) return undefined;
  const { column, lower } = known;
  const stored = (text: string) => (lower ? text.toLowerCase() : text);
  if (test.kind === 'or') {
    return { column, test: test.tests.flatMap((one) => (one.kind === 'is' ? [stored(one.parts[0] ?? '')] : [])) };
  }
  if (test.kind !== 'is') return undefined;
  const [first = '', ...others] = test.parts;
  if (others.length === 0) return { column, test: stored(first) };
  return others.length === 1 && others[0] === '' && first !== ''
    ? { column, test: { prefix: stored(first) } }
    : undefined;
}

/** The field of alternatives that all name whole values of the same one. */
function fieldOfAll(tests: readonly Test[]): string | undefined {
  const [first] = tests;
  if (first?.kind !== 'is') return undefined;
  const same = tests.every((one) => one.kind === 'is' && one.field === first.field && one.parts.length === 1);
  return same ? first.field : undefined;
}

/** Whether the user is one of those that are searched for. */
export function matches(test: Test, user: Row): boolean {
  switch (test.kind) {
    case 'all':
      return true;
    case 'and':
      return test.tests.every((one) => matches(one, user));
    case 'or':
      return test.tests.some((one) => matches(one, user));
    case 'not':
      return !matches(test.test, user);
    case 'exists':
      return valuesOf(user, test.field).length > 0;
    case 'is': {
      const fold = (text: string) => (exact.has(test.field) ? text : text.toLowerCase());
      const parts = test.parts.map(fold);
      return valuesOf(user, test.field).some((value) => holds(fold(String(value)), parts));
    }
    case 'range':
      return valuesOf(user, test.field).some((value) => {
        return isAbove(value, test.from) && isBelow(value, test.to);
      });
  }
}

/** Every value at a path: lists stand for each of their items, and objects have none. */
export function valuesOf(user: Row, field: string): (string | number | boolean)[] {
  let found: unknown[] = [user];
  for (const step of field.split('.')) {
    found = found.flatMap((value) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? items((value as Record<string, unknown>)[step])
        : [],
    );
  }
  return found.filter((value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean');
}

function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flatMap(items) : [value];
}

/** Whether the text is these parts with anything between them; in time that grows with the text only. */
function holds(text: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

function isAbove(value: string | number | boolean, { value: bound, included }: Bound): boolean {
  if (bound === '*') return true;
  const order = compare(value, bound);
  return order > 0 || (included && order === 0);
}

function isBelow(value: string | number | boolean, { value: bound, included }: Bound): boolean {
  if (bound === '*') return true;
  const order = compare(value, bound);
  return order < 0 || (included && order === 0);
}

const date = /^\d{4}-\d\d(?:-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)?$/;

/** Numbers as numbers, times as times, all else as text; `NaN` for what cannot be compared. */
function compare(value: string | number | boolean, bound: string): number {
  if (typeof value === 'number') return value - Number(bound);
  const text = String(value);
  if (date.test(text) && date.test(bound)) return Date.parse(text) - Date.parse(bound);
  return order(text.toLowerCase(), bound.toLowerCase());
}

/** -1, 0 or 1. */
export function order(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
