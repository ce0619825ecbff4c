import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrations } from '../../src/storage/migrations/index.ts';
import { uniqueIndexName } from '../../src/storage/migrations/migration.ts';
import { StoreRefused } from '../../src/storage/store.ts';
import { checkTables, type DeclaredTable, documentShapes } from '../../src/storage/tables.ts';

const shapes = [
  { name: 'pets', columns: ['name', 'kind'], unique: [['name'], ['kind', 'name']] },
  { name: 'toys', columns: ['pet_id'], unique: [] },
];
const pets: DeclaredTable = {
  name: 'pets',
  id: 'pet_id',
  columns: ['pet_id', 'name', 'kind'],
  unique: [['name'], ['kind', 'name'], ['pet_id']],
  secrets: ['pin'],
};

test('tables that fit pass, also with fewer lookups than migrated', () => {
  checkTables([pets, { name: 'toys', id: 'id', columns: [], unique: [], secrets: [] }], shapes);
  checkTables([], shapes);
});

const faults: [change: Partial<DeclaredTable>, message: RegExp][] = [
  [{ name: 'dogs' }, /no migration that creates the table dogs/],
  [{ columns: ['name', 'kind', 'colour'] }, /pets\.colour is declared as a lookup but not migrated/],
  [{ columns: ['name', 'seq'] }, /pets\.seq has the name of a column of our own/],
  [{ unique: [['name']] }, /pets does not declare \(kind,name\) as unique/],
  [{ unique: [...pets.unique, ['kind']] }, /pets declares \(kind\) as unique, which is not migrated/],
  [{ unique: [['name'], ['name', 'kind']] }, /pets declares \(name,kind\).*pets does not declare \(kind,name\)/],
  [{ expires: 'ends_at' }, /pets\.ends_at says when rows end and must be a lookup/],
  [{ secrets: ['name'] }, /pets\.name is a secret and cannot be a lookup/],
  [{ secrets: ['pet_id'] }, /pets\.pet_id is a secret and cannot be a lookup/],
];
for (const [change, message] of faults) {
  test(`a declared table that does not fit is refused: ${message.source}`, () => {
    assert.throws(
      () => checkTables([{ ...pets, ...change }], shapes),
      (error) => error instanceof StoreRefused && message.test(error.message),
    );
  });
}

test('the migrations are numbered without gaps, and their names of indexes fit PostgreSQL', () => {
  assert.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, index) => index + 1),
  );
  for (const { name, columns, unique } of documentShapes(migrations)) {
    const names = [
      ...unique.map((set) => uniqueIndexName(name, set)),
      ...columns.map((column) => `${name}_${column}_idx`),
    ];
    for (const index of names) assert.ok(index.length < 64, index);
    for (const column of unique.flat()) assert.ok(columns.includes(column), `${name}.${column}`);
  }
});
