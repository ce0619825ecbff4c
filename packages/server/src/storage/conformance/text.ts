// Text: alike on both engines whatever it is, found by its bytes, and never a part of a statement.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnstorableText } from '../store.ts';
import { hashText } from '../text.ts';
import { apis, clients, keys, type Subject, tenantId } from './subject.ts';

/** Different texts that some database or other takes for the same, or for a part of a statement. */
const AWKWARD = [
  ['a', 'A', 'á', 'Á', 'a\u0301', 'ａ', 'a ', ' a', 'a\t', 'a\u200b', 'ß', 'ss', 'İ', 'i', 'I', 'ı'],
  [`'`, `"`, '\\', '`', '\\0', '%', '_', '%a%', '?', '$1', ':a', '--', '/*', ';', '{}', '[]', 'null', 'NULL', 'true'],
  [`';SELECT pg_sleep(5)--`, `' OR 1=1--`, `" OR ""="`, `1);ATTACH DATABASE 'x' AS x;--`, '%27', '‘’“”', `\\'; drop--`],
  ['\u0001', '\u007f', '\uffff', '\ufffd', '\u{10ffff}', '\u{10ffff}x', '🩺', '\r\n', '\ufeff', 'a\u2028b'],
].flat();
const UNSTORABLE = ['a\0b', '\0', '\ud800', 'x\udc00', '\udc00\ud800'];

export function text(subject: () => Subject): void {
  test('every text is itself alone: as id, lookup, unique column and condition', async () => {
    const store = subject().fresh();
    await store.transact(async (tx) => {
      for (const word of AWKWARD) {
        await tx.insert(clients, { client_id: word, name: word, client_secret: word });
        await tx.insert(apis, { id: word, identifier: word });
      }
    });
    for (const word of AWKWARD) {
      assert.deepEqual(await store.get(clients, word), { client_id: word, name: word, client_secret: word });
      assert.deepEqual(await store.all(apis, { identifier: word }), [{ id: word, identifier: word }]);
      assert.deepEqual((await store.page(clients, { where: { name: word }, offset: 0, limit: 9 })).total, 1);
      await assert.rejects(
        store.transact((tx) => tx.insert(apis, { id: 'new', identifier: word })),
        { name: 'UniqueConflict' },
      );
    }
    assert.equal((await store.all(apis, { identifier: AWKWARD })).length, AWKWARD.length);
    const gone = await store.transact((tx) => tx.removeAll(clients, { name: AWKWARD.slice(0, 7) }));
    assert.equal(gone, 7);
  });

  test('every text is itself alone: as tenant, document, single-use thing, counter and cursor', async () => {
    const { database, fresh } = subject();
    const store = fresh();
    for (const word of AWKWARD) {
      await store.transact(async (tx) => {
        await tx.put(word, { word });
        await tx.keep({ kind: 'code', key: word }, { word }, 2_000);
        await tx.keep({ kind: word, key: 'x' }, { word }, 2_000);
        assert.equal((await tx.count(word, 5, 0, 10)).count, 1);
        assert.equal(await tx.claim({ kind: 'jti', key: word }, 10), true);
      });
      assert.equal(await store.checkpoint(clients, { limit: 1, after: word }), undefined);
      assert.equal(await database.store(tenantId(word)).document(word), undefined);
    }
    for (const word of AWKWARD) {
      assert.deepEqual(await store.document(word), { word });
      const spent = await store.transact((tx) => tx.spend({ kind: 'code', key: word }, 1_000));
      assert.deepEqual(spent, { kind: 'won', value: { word } });
    }
  });

  test('text that no engine keeps is refused alike everywhere, and nothing of its transaction is kept', async () => {
    const store = subject().fresh();
    for (const bad of UNSTORABLE) {
      const attempts: Record<string, () => Promise<unknown>> = {
        id: () => store.transact((tx) => tx.insert(clients, { client_id: bad })),
        lookup: () => store.transact((tx) => tx.insert(clients, { client_id: 'a', name: bad })),
        document: () => store.transact((tx) => tx.insert(clients, { client_id: 'a', callbacks: ['fine', bad] })),
        secret: () => store.transact((tx) => tx.insert(clients, { client_id: 'a', client_secret: bad })),
        member: () => store.transact((tx) => tx.insert(clients, Object.assign({ client_id: 'a' }, { [bad]: 1 }))),
        replaced: () => store.transact((tx) => tx.replace(clients, { client_id: 'a', name: bad })),
        put: () => store.transact((tx) => tx.put('settings', { nested: [{ bad }] })),
        kept: () => store.transact((tx) => tx.keep({ kind: 'code', key: 'k' }, { bad }, 2_000)),
        get: () => store.get(clients, bad),
        find: () => store.find(clients, { name: bad }),
        'any of': () => store.all(clients, { name: ['a', bad] }),
        removed: () => store.transact((tx) => tx.remove(clients, bad)),
        'half-way': () =>
          store.transact(async (tx) => {
            await tx.insert(clients, { client_id: 'half' });
            await tx.insert(clients, { client_id: bad });
          }),
      };
      for (const [where, attempt] of Object.entries(attempts)) {
        await assert.rejects(attempt(), UnstorableText, `${where}: ${JSON.stringify(bad)}`);
      }
    }
    assert.deepEqual(await store.all(clients), []);
  });

  test('the keys of single-use things and the names of counters may be any text at all', async () => {
    const store = subject().fresh();
    await store.transact(async (tx) => {
      for (const key of UNSTORABLE) {
        assert.equal(await tx.claim({ kind: 'jti', key }, 2_000), true, JSON.stringify(key));
        assert.equal(await tx.claim({ kind: 'jti', key }, 2_000), false, JSON.stringify(key));
        assert.deepEqual(await tx.spend({ kind: 'code', key }, 1_000), { kind: 'unknown' });
        assert.deepEqual(await tx.count(key, 1, 0, 10), { added: true, count: 1 });
      }
    });
  });

  test('size is no matter: long ids and lookups, and documents of megabytes', async () => {
    const store = subject().fresh();
    // Random, as PostgreSQL compresses what repeats before it looks at the length.
    const long = Array.from({ length: 20_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000))).join(
      '',
    );
    const row = { client_id: long, name: `${long}!`, callbacks: [long.repeat(50)] };
    await store.transact(async (tx) => {
      await tx.insert(clients, row);
      await tx.insert(clients, { client_id: `${long}.`, name: long });
      await tx.insert(apis, { id: 'a', identifier: long });
      await tx.insert(apis, { id: 'b', identifier: `${long}.` });
      // What a long text is kept as is a text too, and another one.
      await tx.insert(apis, { id: 'twin', identifier: `\u{10ffff}${hashText(long)}` });
    });
    assert.deepEqual(await store.get(clients, long), row);
    assert.deepEqual(await store.find(clients, { name: `${long}!` }), row);
    assert.equal((await store.all(clients, { name: [long, `${long}!`, 'x'] })).length, 2);
    await assert.rejects(
      store.transact((tx) => tx.insert(apis, { id: 'c', identifier: long })),
      { columns: ['identifier'] },
    );
    await store.transact((tx) => tx.remove(clients, long));
    assert.equal(await store.get(clients, long), undefined);
    assert.equal(
      (await store.all(clients, { client_id: Array.from({ length: 50_000 }, (_, i) => `c${i}`) })).length,
      0,
    );
  });

  test('what looks like an escape of NUL is kept', async () => {
    const store = subject().fresh();
    const row = { kid: '\\u0000', alg: '\\\\u0000\\ud800', state: '"\\' };
    await store.transact((tx) => tx.insert(keys, row));
    assert.deepEqual(await store.get(keys, '\\u0000'), row);
  });
}
