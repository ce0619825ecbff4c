import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schemaOf } from '../../src/storage/conformance/schema.ts';
import { openAt } from '../../src/storage/conformance/subject.ts';
import { freshDatabase } from '../support/postgres.ts';
import { freshDirectory } from './directory.ts';

test('both engines have the same columns, keys, indexes and references, compared by bytes', async () => {
  const places = [await freshDirectory(), await freshDatabase()];
  const [sqlite, postgres] = await Promise.all(
    places.map(async (place) => {
      await (await openAt(place)).close();
      const schema = await schemaOf(place);
      await place.drop();
      return schema;
    }),
  );
  assert.ok(sqlite && sqlite.columns.length > 50 && sqlite.indexes.length > 30 && sqlite.foreignKeys.length === 1);
  assert.deepEqual(postgres, sqlite);
  assert.deepEqual(sqlite.notByBytes, []);
});
