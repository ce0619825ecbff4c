// Whether the tables that the program declares fit those that the migrations made.
// Without this check a forgotten migration would show as a failing statement on somebody's first write.

import type { DocumentShape, Migration } from './migrations/migration.ts';
import { StoreRefused } from './store.ts';

/** A `Table` of rows of any type. */
export interface DeclaredTable {
  readonly name: string;
  readonly id: string;
  readonly columns: readonly string[];
  readonly unique: readonly (readonly string[])[];
  readonly secrets: readonly string[];
  readonly expires?: string;
}

/** The columns that every document table has for its own use. */
const RESERVED = ['tenant', 'id', 'seq', 'doc'];

/** The tables of documents after these migrations. */
export function documentShapes(migrations: readonly Migration[]): DocumentShape[] {
  return migrations.flatMap((migration) => migration.documents);
}

/** @throws StoreRefused naming every difference. More lookup columns than declared are fine; they stay empty. */
export function checkTables(tables: readonly DeclaredTable[], shapes: readonly DocumentShape[]): void {
  const faults = tables.flatMap((table) => {
    const shape = shapes.find(({ name }) => name === table.name);
    if (!shape) return [`there is no migration that creates the table ${table.name}`];
    const columns = table.columns.filter((column) => column !== table.id);
    return [
      ...columns
        .filter((column) => !shape.columns.includes(column))
        .map((column) => `${table.name}.${column} is declared as a lookup but not migrated`),
      ...columns
        .filter((column) => RESERVED.includes(column))
        .map((column) => `${table.name}.${column} has the name of a column of our own`),
      ...(table.expires === undefined || columns.includes(table.expires)
        ? []
        : [`${table.name}.${table.expires} says when rows end and must be a lookup`]),
      ...table.secrets
        .filter((secret) => secret === table.id || columns.includes(secret))
        .map((secret) => `${table.name}.${secret} is a secret and cannot be a lookup, which is stored readable`),
      ...differences(table.name, uniqueSets(table).map(String), shape.unique.map(String)),
    ];
  });
  if (faults.length) {
    throw new StoreRefused(`The declared tables do not fit the migrations of this program: ${faults.join('; ')}`);
  }
}

/** The unique sets of a table as they are stored; a set of the id alone is the primary key already. */
function uniqueSets(table: DeclaredTable): string[][] {
  return table.unique
    .map((columns) => columns.map((column) => (column === table.id ? 'id' : column)))
    .filter((columns) => String(columns) !== 'id');
}

function differences(table: string, declared: readonly string[], migrated: readonly string[]): string[] {
  return [
    ...declared
      .filter((set) => !migrated.includes(set))
      .map((set) => `${table} declares (${set}) as unique, which is not migrated`),
    ...migrated.filter((set) => !declared.includes(set)).map((set) => `${table} does not declare (${set}) as unique`),
  ];
}
