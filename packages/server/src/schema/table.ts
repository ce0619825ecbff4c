// What storage needs to know of a declared resource: its name, its key, its columns and its secrets.
// Everything else about a row lives in one JSON document, so a new field needs no migration.

/** A table of rows of type `Row`; made by `tableOf` from a declaration, or by hand for what has no endpoint. */
export interface Table<Row extends object = Record<string, unknown>> {
  readonly name: string;
  /** The member of a row that is its key, unique within the tenant. */
  readonly id: keyof Row & string;
  /** Members kept as text columns too, for finding and filtering. */
  readonly columns: readonly (keyof Row & string)[];
  /** Sets of columns that are unique together within the tenant. Rows in which one is absent don't conflict. */
  readonly unique: readonly (readonly (keyof Row & string)[])[];
  /** Members that are sealed at rest. */
  readonly secrets: readonly (keyof Row & string)[];
  /** A watched table's writes are announced to every node, whose snapshots then forget the row. */
  readonly watched: boolean;
  /** A column that holds when the row ends, as `Date.toISOString` writes it: rows that ended are deleted some minutes later. */
  readonly expires?: keyof Row & string;
  /** Only here so that a `Table<A>` is not a `Table<B>`; never set. */
  readonly row?: Row;
}
