// What may be asked of the counts of the log, and how they are put together.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefused, readQuery } from './query.ts';
import { daysOf, readDays, readEvents, seriesOf } from './stats-query.ts';

const now = Date.parse('2026-11-28T22:17:03.500Z');
const hour = 3_600_000;
const day = 24 * hour;

function queried<T>(text: string, read: (query: never, now: number) => T) {
  const query = readQuery(text, ['by', 'interval', 'from', 'to', 'limit'], ['type']);
  assert.ok(!isRefused(query));
  return read(query as never, now);
}
const days = (text: string) => queried(text, readDays);
const events = (text: string) => queried(text, readEvents);
const at = (text: string) => Date.parse(text);

test('days are whole, both ends belong to them, and without ends they are all that is kept', () => {
  assert.deepEqual(days('from=20261101&to=20261102'), { since: at('2026-11-01'), until: at('2026-11-03') });
  assert.deepEqual(days('from=20261101&to=20261101'), { since: at('2026-11-01'), until: at('2026-11-02') });
  assert.deepEqual(days('from=20240229&to=99991231'), {
    since: at('2026-11-29') - 402 * day,
    until: at('2026-11-30'),
  });
  assert.deepEqual(days(''), days('from=00010101'));
});

const badDays = ['2026-11-01', '20260231', '20261301', '20260100', '2026110', '', '202611011', 'today', '%0A20261101'];
for (const text of badDays) {
  test(`from=${text} is no day`, () => {
    for (const name of ['from', 'to']) {
      const read = days(`${name}=${text}`);
      assert.ok(isRefused(read));
      assert.deepEqual([read.status, read.errorCode], [400, 'invalid_query_string']);
      assert.match(read.message, new RegExp(`^Query validation error: 'String '.*YYYYMMDD' on property ${name}\\.$`));
    }
  });
}

test('a last day before the first is refused', () => {
  const read = days('from=20261102&to=20261101');
  assert.ok(isRefused(read) && read.status === 400);
});

test('without a question the events of a day are counted by type and hour', () => {
  assert.deepEqual(events(''), {
    by: 'type',
    interval: 'hour',
    limit: 10,
    since: at('2026-11-27T22:00Z'),
    until: at('2026-11-28T23:00Z'),
  });
});

test('ends are rounded outwards to whole steps, whatever the time zone they are written in', () => {
  const read = events('from=2026-11-28T12:34:56%2B02:00&to=2026-11-28T11:00:00Z&interval=five_minutes&by=client_id');
  assert.ok(!isRefused(read));
  assert.deepEqual([read.since, read.until], [at('2026-11-28T10:30Z'), at('2026-11-28T11:00Z')]);
  assert.equal(read.by, 'client_id');
});

const badEvents: readonly [text: string, parameter: string][] = [
  ['by=ip', 'by'],
  ['interval=minute', 'interval'],
  ['limit=1', 'limit'],
  ['limit=101', 'limit'],
  ['from=yesterday', 'from'],
  ['from=2026-11-28T12:00', 'from'],
  ['to=2026-13-01', 'to'],
  ['from=2026-11-28&to=2026-11-28', 'from'],
  ['from=2026-11-27&interval=five_minutes', 'from'],
  ['from=2026-10-27', 'from'],
  ['from=2025-10-20&interval=day', 'from'],
  ['to=2200-01-01&interval=day&from=2026-01-01', 'from'],
];
for (const [text, parameter] of badEvents) {
  test(`${text} is refused on ${parameter}`, () => {
    const read = events(text);
    assert.ok(isRefused(read));
    assert.equal(read.errorCode, 'invalid_query_string');
    assert.match(read.message, new RegExp(` on property ${parameter}\\.$`));
  });
}

test('a month of hours and a year of days can be had', () => {
  assert.ok(!isRefused(events('from=2026-10-29T00:00:00Z')));
  assert.ok(!isRefused(events('from=2025-11-29&interval=day')));
  assert.ok(!isRefused(events(`from=${new Date(now - day).toISOString()}&interval=five_minutes`)));
});

test('logins of every kind and sign-ups are summed by day, and the times are about when they happened', () => {
  const start = at('2026-11-28T00:00Z');
  const rows = [
    { start: start - day, span: day, value: 'ss', count: 2 },
    { start: start + 9 * hour, span: hour, value: 's', count: 3 },
    { start: start + 22 * hour, span: hour, value: 'sepft', count: 1 },
  ];
  assert.deepEqual(daysOf(rows, new Set(['s', 'sepft']), now), [
    {
      date: '2026-11-27T00:00:00.000Z',
      logins: 0,
      signups: 2,
      leaked_passwords: 0,
      leaked_passwords_signup: 0,
      created_at: '2026-11-27T00:00:00.000Z',
      updated_at: '2026-11-27T23:59:59.999Z',
    },
    {
      date: '2026-11-28T00:00:00.000Z',
      logins: 4,
      signups: 0,
      leaked_passwords: 0,
      leaked_passwords_signup: 0,
      created_at: '2026-11-28T09:00:00.000Z',
      updated_at: new Date(now).toISOString(),
    },
  ]);
});

const asked = { by: 'client_id', interval: 'hour', since: 0, until: 3 * hour, limit: 3 } as const;
const words = { unknown: '*', named: (value: string) => `<${value}>` };
const row = (value: string, step: number, count: number) => ({
  start: step * hour + 300_000,
  span: 300_000,
  value,
  count,
});

test('series are the largest first, with one of all others, and together they are everything', () => {
  const rows = [row('a', 0, 1), row('a', 2, 4), row('b', 1, 9), row('', 0, 2), row('*', 0, 1), row('c', 2, 1)];
  const { series, total, from, to } = seriesOf(rows, asked, words);
  assert.deepEqual(series, [
    { kind: 'value', value: '<b>', total: 9, counts: [0, 9, 0] },
    { kind: 'value', value: '<a>', total: 5, counts: [1, 0, 4] },
    { kind: 'others', total: 4, counts: [3, 0, 1] },
  ]);
  assert.deepEqual([total, from, to], [18, '1970-01-01T00:00:00.000Z', '1970-01-01T03:00:00.000Z']);
  const all = seriesOf(rows, { ...asked, limit: 5 }, words).series;
  assert.deepEqual(
    all.map(({ kind }) => kind),
    ['value', 'value', 'none', 'unknown', 'value'],
  );
  assert.deepEqual(seriesOf([], asked, words).series, []);
});

test('what did not fail is no series of causes', () => {
  const { series, total } = seriesOf([row('', 0, 50), row('fp', 0, 2)], { ...asked, by: 'cause' }, words);
  assert.deepEqual([series.length, total], [1, 2]);
});
