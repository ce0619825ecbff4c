// Whether removing a user reaches every table that holds something of a user, those of other rooms included.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrations } from '../../storage/migrations/index.ts';
import { documentShapes } from '../../storage/tables.ts';
import { ownedTables } from './remove.ts';

test('every table with a user_id is emptied of a user who is removed', () => {
  const withUser = documentShapes(migrations)
    .filter(({ columns }) => columns.includes('user_id'))
    .map(({ name }) => name);
  assert.deepEqual([...ownedTables].sort(), [...withUser, 'passwords', 'users'].sort());
});
