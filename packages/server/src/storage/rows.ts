// A row between the two forms that it has: what the house works with, and what the database keeps:
// one JSON document with sealed secrets, and beside it the columns by which it is found.

import type { Table } from '../schema/table.ts';
import type { Sealer } from './store.ts';
import { jsonText, keyText } from './text.ts';

export interface StoredRow {
  readonly id: string;
  readonly doc: string;
  /** In the order of `lookups(table)`. */
  readonly values: readonly (string | null)[];
}

/** The lookup columns of a table; the id has its own. */
export function lookups<Row extends object>(table: Table<Row>): (keyof Row & string)[] {
  return table.columns.filter((column) => column !== table.id);
}

/** @throws UnstorableText. A lookup that is not a scalar, or a row without its id, is a bug and throws `TypeError`. */
export function encodeRow<Row extends object>(sealer: Sealer, tenant: string, table: Table<Row>, row: Row): StoredRow {
  const id = columnText(table, table.id, row[table.id]);
  if (id === null) throw new TypeError(`a row of ${table.name} has no ${table.id}`);
  const values = lookups(table).map((column) => columnText(table, column, row[column]));
  const members = Object.entries(row).map(([member, value]) => {
    if (value === undefined || value === null || !isSecret(table, member)) return [member, value];
    return [member, sealer.seal(jsonText(value, `${table.name}.${member}`), place(tenant, table, row, member))];
  });
  return { id, values, doc: jsonText(Object.fromEntries(members), `a row of ${table.name}`) };
}

/** @throws StoreRefused if a secret was sealed with another key, changed, or moved here from elsewhere */
export function decodeRow<Row extends object>(sealer: Sealer, tenant: string, table: Table<Row>, doc: string): Row {
  const row: Row = JSON.parse(doc);
  for (const member of table.secrets) {
    const sealed: unknown = row[member];
    if (sealed === undefined || sealed === null) continue;
    // Whatever else is there was not sealed by us, and must not pass for a secret that was.
    row[member] = JSON.parse(sealer.open(String(sealed), place(tenant, table, row, member)));
  }
  return row;
}

function isSecret<Row extends object>(table: Table<Row>, member: string): boolean {
  return table.secrets.some((secret) => secret === member);
}

/** Where a secret is kept; part of what is authenticated. JSON, so that no name can pose as two. */
function place<Row extends object>(tenant: string, table: Table<Row>, row: Row, member: string): string {
  return JSON.stringify([tenant, table.name, row[table.id], member]);
}

function columnText<Row extends object>(table: Table<Row>, member: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return keyText(value, `${table.name}.${member}`);
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  throw new TypeError(`${table.name}.${member} is a lookup, so it must be a string, a number or a boolean`);
}
