// Tenant log events: appended cheaply, filtered, and followed without missing one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogFilter, Store, StoredLog } from '../store.ts';
import { type Subject, tenantId } from './subject.ts';

export function logs(subject: () => Subject): void {
  const event = (store: Store, log_id: string, more: Partial<StoredLog> = {}): StoredLog => ({
    tenant: store.tenant,
    log_id,
    type: 'seccft',
    date: 1_000,
    record: JSON.stringify({ log_id }),
    ...more,
  });
  const idOf = (record: string) => JSON.parse(record).log_id;

  test('events are filtered by every condition together', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    await database.appendLogs([
      event(store, '1', { type: 'seccft', client_id: 'a', date: 100, ip: '1.2.3.4' }),
      event(store, '2', { type: 'feccft', client_id: 'a', date: 200, user_id: 'u' }),
      event(store, '3', { type: 'feccft', client_id: 'b', date: 300, connection: 'c' }),
      event(store, '4', { type: 's', date: 400 }),
    ]);
    const found = async (filter: LogFilter) => {
      const page = await store.logs.page({ filter, newestFirst: false, offset: 0, limit: 9 });
      assert.equal(page.total, page.records.length);
      return page.records.map(idOf).join('');
    };
    assert.equal(await found({}), '1234');
    assert.equal(await found({ equals: [{ column: 'type', anyOf: ['feccft', 's'] }] }), '234');
    assert.equal(await found({ equals: [{ column: 'type', anyOf: [] }] }), '');
    assert.equal(await found({ not: [{ column: 'type', anyOf: ['feccft'] }] }), '14');
    assert.equal(await found({ not: [{ column: 'client_id', anyOf: ['a'] }] }), '34');
    assert.equal(await found({ since: 200, until: 300 }), '23');
    assert.equal(
      await found({
        equals: [
          { column: 'client_id', anyOf: ['a'] },
          { column: 'log_id', anyOf: ['2', '3'] },
        ],
        not: [{ column: 'ip', anyOf: ['1.2.3.4'] }],
      }),
      '2',
    );
    assert.equal(await found({ equals: [{ column: 'user_id', anyOf: ['u'] }], since: 201 }), '');
    assert.equal(await found({ equals: [{ column: 'connection', anyOf: ['c', "' OR 1=1--"] }] }), '3');
  });

  test('words are found anywhere in a record, literally, without regard to case', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const texts = ['Alice "quoted" 50% off', 'alice_b \\ Ünal 🩺', 'line\nbreak a\u0000b'];
    await database.appendLogs(
      texts.map((text, index) =>
        event(store, String(index), { record: JSON.stringify({ log_id: String(index), text }) }),
      ),
    );
    const found = async (...contains: string[]) => {
      const page = await store.logs.page({ filter: { contains }, newestFirst: false, offset: 0, limit: 9 });
      return page.records.map(idOf).join('');
    };
    assert.equal(await found('ALICE'), '01');
    assert.equal(await found('alice', 'QUOTED'), '0');
    assert.equal(await found('"quoted"'), '0');
    assert.equal(await found('50%'), '0');
    assert.equal(await found('%'), '0');
    assert.equal(await found('alice_b'), '1');
    assert.equal(await found('e_q'), '');
    assert.equal(await found('\\ Ünal'), '1');
    assert.equal(await found('ünal'), '', 'only the case of A to Z');
    assert.equal(await found('\n'), '2');
    assert.equal(await found('a\0b'), '2');
    assert.equal(await found("' OR 1=1--"), '');
    assert.equal(await found('x'.repeat(100_000)), '');
  });

  test('events about an API are found by its identifier, byte for byte', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const records = [
      { audience: 'https://a.example.com/' },
      { audience: 'https://A.example.com/' },
      { audience: 'https://a.example.com' },
      { audience: null, details: { request: { body: { audience: 'https://a.example.com/' } } } },
      { description: 'audience https://a.example.com/' },
      { audience: 'Ünal "q" \\ %_' },
    ];
    await database.appendLogs(
      records.map((one, index) =>
        event(store, String(index), { record: JSON.stringify({ log_id: String(index), ...one }) }),
      ),
    );
    const found = async (audience: string) => {
      const page = await store.logs.page({ filter: { audience }, newestFirst: false, offset: 0, limit: 9 });
      return page.records.map(idOf).join('');
    };
    assert.equal(await found('https://a.example.com/'), '03');
    assert.equal(await found('https://A.example.com/'), '1');
    assert.equal(await found('https://a.example.com'), '2');
    assert.equal(await found('Ünal "q" \\ %_'), '5');
    assert.equal(await found('","type":"s'), '');
  });

  test('pages go in either direction by the bytes of the id, with the total', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const ids = ['B', 'a', 'É', 'é', 'Z', '_', '10', '9'];
    await database.appendLogs(ids.map((id) => event(store, id)));
    const sorted = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const page = async (newestFirst: boolean, offset: number, limit: number) => {
      const { records, total } = await store.logs.page({ filter: {}, newestFirst, offset, limit });
      assert.equal(total, ids.length);
      return records.map(idOf);
    };
    assert.deepEqual(await page(false, 0, 9), sorted);
    assert.deepEqual(await page(true, 2, 3), [...sorted].reverse().slice(2, 5));
    assert.deepEqual(await page(true, 99, 3), []);
    assert.equal(await store.logs.get('É'), JSON.stringify({ log_id: 'É' }));
    assert.equal(await store.logs.get('e'), undefined);
  });

  test('a time is searched among thousands of events, also where a clock was set back by half an hour', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const minute = 60_000;
    // An event a minute, of which every hundredth carries a time of half an hour before.
    const dates = Array.from({ length: 2_500 }, (_, index) => (index - (index % 100 === 99 ? 30 : 0)) * minute);
    await database.appendLogs(dates.map((date, index) => event(store, String(index).padStart(5, '0'), { date })));
    for (const [since, until] of [
      [0, 0],
      [1_900, 2_000],
      [1_169, 1_169],
      [2_499, 9_999],
      [-99, 20],
      [2_000, 1_000],
    ] as const) {
      const filter = { since: since * minute, until: until * minute };
      const wanted = [...dates.keys()].filter((index) => {
        const date = dates[index] ?? 0;
        return date >= filter.since && date <= filter.until;
      });
      for (const newestFirst of [true, false]) {
        const { records, total } = await store.logs.page({ filter, newestFirst, offset: 0, limit: 3_000 });
        assert.equal(total, wanted.length);
        const ids = records.map((record) => Number(idOf(record)));
        assert.deepEqual(newestFirst ? ids.toReversed() : ids, wanted, `${since} to ${until}`);
        assert.deepEqual(await store.logs.first({ filter, newestFirst, limit: 3_000 }), records);
      }
    }
  });

  test('pages, totals and filters are right among thousands of events', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const ids = Array.from({ length: 2_500 }, (_, index) => String(index).padStart(5, '0'));
    await database.appendLogs(ids.map((id, index) => event(store, id, { type: index % 5 ? 's' : 'f' })));
    const filter: LogFilter = { equals: [{ column: 'type', anyOf: ['f'] }] };
    const failures = ids.filter((_, index) => index % 5 === 0);
    for (const [newestFirst, all, some] of [
      [false, ids, failures],
      [true, ids.toReversed(), failures.toReversed()],
    ] as const) {
      for (const [offset, limit] of [
        [0, 10],
        [995, 10],
        [1_000, 5],
        [199, 3],
        [1_990, 20],
        [2_495, 10],
        [0, 3_000],
        [9_999, 1],
      ] as const) {
        const before = all[offset] ?? (newestFirst ? '' : '~');
        const older = await store.logs.first({ filter: { beforeId: before }, newestFirst, limit });
        assert.deepEqual(older.map(idOf), all.filter((id) => id < before).slice(0, limit));
        const failed = await store.logs.first({ filter: { ...filter, beforeId: before }, newestFirst, limit });
        assert.deepEqual(failed.map(idOf), some.filter((id) => id < before).slice(0, limit));
        const page = await store.logs.page({ filter: {}, newestFirst, offset, limit });
        assert.deepEqual(
          { ...page, records: page.records.map(idOf) },
          { records: all.slice(offset, offset + limit), total: 2_500 },
        );
        const filtered = await store.logs.page({ filter, newestFirst, offset, limit });
        assert.deepEqual(filtered.records.map(idOf), some.slice(offset, offset + limit));
        assert.equal(filtered.total, 500);
      }
    }
  });

  test('whoever follows the events by id hears all, also one that was written late', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    await database.appendLogs([event(store, '10'), event(store, '12')]);
    const after = async (logId?: string, limit = 9) =>
      (await store.logs.after({ limit, ...(logId === undefined ? {} : { logId }) })).map(idOf);
    assert.deepEqual(await after(), ['10', '12']);
    await database.appendLogs([event(store, '11'), event(store, '13')]);
    assert.deepEqual(await after('12'), ['11', '13']);
    assert.deepEqual(await after('10', 2), ['12', '11']);
    assert.deepEqual(await after('13'), []);
    assert.deepEqual(await after('00'), ['10', '12', '11', '13']);
    await database.prune(0, 2_000);
    assert.deepEqual(await after('11'), []);
  });

  test('an event is appended whatever its members hold, once, and events of many tenants together', async () => {
    const { database, fresh } = subject();
    const [one, other] = [fresh(), fresh()];
    const events = [
      event(one, '1', { client_id: 'a\0b', user_id: '\ud800', ip: "'", record: '{"log_id":"1","x":"\\u0000"}' }),
      ...Array.from({ length: 2_500 }, (_, index) => event(index % 2 ? one : other, `x${index}`)),
    ];
    await database.appendLogs(events);
    await database.appendLogs(events);
    await database.appendLogs([]);
    const page = (store: Store) => store.logs.page({ filter: {}, newestFirst: true, offset: 0, limit: 1 });
    assert.equal((await page(one)).total, 1_251);
    assert.equal((await page(other)).total, 1_250);
    assert.equal(await one.logs.get('1'), '{"log_id":"1","x":"\\u0000"}');
    const nul = { filter: { equals: [{ column: 'client_id', anyOf: ['a\ufffdb'] }] } } as const;
    assert.equal((await one.logs.page({ ...nul, newestFirst: true, offset: 0, limit: 1 })).total, 1);
  });

  test('old events go, young ones stay', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    const events = Array.from({ length: 1_200 }, (_, index) =>
      event(store, String(index), { date: index < 1_100 ? 5 : 50 }),
    );
    await database.appendLogs(events);
    assert.equal(await database.prune(0, 10), 1_100);
    assert.equal((await store.logs.after({ limit: 9_999 })).length, 100);
    assert.deepEqual(await database.store(tenantId('nobody')).logs.after({ limit: 9 }), []);
    await database.prune(0, 2_000);
  });
}
