// Which reads of people are told, and which are told already.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ask } from '../../web/exchange.ts';
import type { Caller } from './context.ts';
import { untoldReads } from './user-reads.ts';

const ask = (path: string, method = 'GET') => ({ tenant: 't', method, path }) as Ask;
const person = (user_id: string, ...scopes: string[]) =>
  ({ clientId: 'c', clientName: 'C', scopes: new Set(scopes), user: { user_id } }) as unknown as Caller;
const ada = person('ada', 'openid', 'read:users');
const minute = 60_000;

test('a read is told once in ten minutes for each person and thing', () => {
  const untold = untoldReads();
  const rows: readonly [what: string, ask: Ask, caller: Caller, at: number, told: boolean][] = [
    ['the first read', ask('/api/v2/users'), ada, 0, true],
    ['the same again', ask('/api/v2/users'), ada, 9 * minute, false],
    ['another thing', ask('/api/v2/users/x'), ada, 9 * minute, true],
    ['another person', ask('/api/v2/users'), person('bob', 'read:users'), 9 * minute, true],
    ['the same after ten minutes', ask('/api/v2/users'), ada, 10 * minute, true],
    ['the same right after', ask('/api/v2/users'), ada, 11 * minute, false],
    ['the same by a clock that was set back', ask('/api/v2/users'), ada, 5 * minute, true],
    ['a write', ask('/api/v2/roles', 'POST'), ada, 0, false],
    ['of a machine', ask('/api/v2/roles'), { ...ada, user: undefined } as unknown as Caller, 0, false],
    ['of the own profile', ask('/api/v2/users/z'), person('z', 'openid', 'read:current_user'), 0, false],
  ];
  for (const [what, one, caller, at, told] of rows) assert.equal(untold(one, caller, at), told, what);
});

test('only so many are remembered, the latest', () => {
  const untold = untoldReads();
  for (let index = 0; index < 10_001; index++) assert.equal(untold(ask(`/api/v2/users/${index}`), ada, 0), true);
  assert.equal(untold(ask('/api/v2/users/10000'), ada, 1), false);
  assert.equal(untold(ask('/api/v2/users/0'), ada, 1), true);
});
