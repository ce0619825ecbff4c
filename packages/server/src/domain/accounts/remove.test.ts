// Whether removing a user reaches every table that holds something of a user, those of other rooms included.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { people } from '../../storage/migrations/0002-people.ts';
import { ownedTables } from './remove.ts';

test('every table with a user_id is emptied of a user who is removed', () => {
  const withUser = people.documents.filter(({ columns }) => columns.includes('user_id')).map(({ name }) => name);
  assert.deepEqual([...ownedTables].sort(), [...withUser, 'passwords', 'users'].sort());
});
