// Hashing and verifying: what matches, what is to be upgraded, one at a time, and the same time for nobody's password.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash as argonHash } from '@node-rs/argon2';
import bcrypt from 'bcrypt';
import { isReused } from './history.ts';
import { createPasswords, isUsableHash } from './passwords.ts';

const passwords = createPasswords();
const whose = { tenant: 'tenant' };

test('a password matches its own hash only, and the hash is argon2id at the cost of now', async () => {
  const stored = await passwords.hash('correct horse', whose);
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.deepEqual(await passwords.verify('correct horse', stored, whose), { ok: true, upgrade: false });
  assert.deepEqual(await passwords.verify('Correct horse', stored, whose), { ok: false, upgrade: false });
  assert.notEqual(await passwords.hash('correct horse', whose), stored);
});

test('nobody’s password matches nothing', async () => {
  assert.deepEqual(await passwords.verify('anything', undefined, whose), { ok: false, upgrade: false });
  assert.deepEqual(await passwords.verify('no password', undefined, whose), { ok: false, upgrade: false });
});

test('bcrypt hashes match, with the prefix of PHP too, and are to be upgraded', async () => {
  const stored = await bcrypt.hash('imported', 4);
  for (const prefix of ['$2b$', '$2a$', '$2y$']) {
    const hash = stored.replace('$2b$', prefix);
    assert.equal(isUsableHash(hash), true);
    assert.deepEqual(await passwords.verify('imported', hash, whose), { ok: true, upgrade: true }, prefix);
    assert.deepEqual(await passwords.verify('other', hash, whose), { ok: false, upgrade: false }, prefix);
  }
});

test('a weaker argon2 hash is to be upgraded', async () => {
  const stored = await argonHash('imported', { memoryCost: 8192, timeCost: 1 });
  assert.deepEqual(await passwords.verify('imported', stored, whose), { ok: true, upgrade: true });
});

test('nothing beyond 72 bytes, with a NUL or with half a surrogate pair is hashed or matches', async () => {
  const long = 'x'.repeat(72);
  const stored = await bcrypt.hash(long, 4);
  assert.equal((await passwords.verify(long, stored, whose)).ok, true);
  // bcrypt itself would let both of these in.
  assert.equal((await passwords.verify(`${long}y`, stored, whose)).ok, false);
  assert.equal((await passwords.verify('secret\0x', await bcrypt.hash('secret', 4), whose)).ok, false);
  for (const wrong of ['', `${long}y`, 'é'.repeat(37), 'a\0b', '\ud800']) {
    await assert.rejects(passwords.hash(wrong, whose), RangeError);
  }
  assert.equal((await passwords.verify('\ud800', await passwords.hash('\ufffd', whose), whose)).ok, false);
});

test('hashes from elsewhere are taken as bcrypt or argon2 at a bearable cost, and nothing else is', async () => {
  const good = await argonHash('x');
  assert.equal(isUsableHash(good), true);
  for (const wrong of [
    '',
    'plain',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '$2b$31$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcdef',
    '$2x$10$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcdef',
    '$2b$10$short',
    good.replace('m=19456', 'm=99999999'),
    good.replace('t=2', 't=4000'),
    `${good}\n`,
    good.slice(0, 40),
  ]) {
    assert.equal(isUsableHash(wrong), false, wrong);
  }
});

test('one hash runs at a time, and when too many wait the next is told at once', async () => {
  const own = createPasswords();
  const stored = await own.hash('x', whose);
  await own.verify('x', undefined, whose);
  // In turns, and the quickest of each: a busy machine makes some dearer, and none cheaper.
  const took: { one: number[]; four: number[] } = { one: [], four: [] };
  for (let round = 0; round < 12; round++) {
    took.one.push(await timed(() => own.verify('x', stored, whose)));
    took.four.push(await timed(() => Promise.all([1, 2, 3, 4].map(() => own.verify('x', stored, whose)))));
  }
  const [one, four] = [Math.min(...took.one), Math.min(...took.four)];
  assert.ok(four > 2.5 * one, `four at once took ${four} ms, one ${one} ms`);
  const crowd = await Promise.allSettled(Array.from({ length: 230 }, () => own.verify('x', 'not a hash', whose)));
  const refused = crowd.filter((one) => one.status === 'rejected');
  assert.equal(refused.length, 30);
  assert.equal((await own.verify('x', stored, whose)).ok, true);
});

test('an unknown user and one without a usable password cost what a wrong password costs', async () => {
  const stored = await passwords.hash('right', whose);
  const classes = { wrong: 'wrong', unknown: 'wrong', long: 'x'.repeat(100_000) };
  const samples: Record<string, number[]> = { wrong: [], unknown: [], long: [] };
  for (let round = 0; round < 25; round++) {
    for (const [name, password] of Object.entries(classes)) {
      const known = name === 'wrong' ? stored : undefined;
      samples[name]?.push(await spent(() => passwords.verify(password, known, whose)));
    }
  }
  // The cheapest of each: a core that is shared makes any of them dearer, and none cheaper. Without the dummy it were nothing.
  const least = (name: string) => Math.min(...(samples[name] ?? []));
  for (const name of ['unknown', 'long']) {
    const ratio = least(name) / least('wrong');
    assert.ok(ratio > 0.6 && ratio < 1.6, `${name}: ${least(name)} ms, wrong password: ${least('wrong')} ms`);
  }
});

test('the present password and those of the history count as used, as many as the connection remembers', async () => {
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((password) => passwords.hash(password, whose)));
  const stored = { hash: a ?? '', history: [b ?? '', c ?? ''] };
  assert.equal(await isReused(passwords, 'a', stored, 1, whose), true);
  assert.equal(await isReused(passwords, 'b', stored, 1, whose), false);
  assert.equal(await isReused(passwords, 'b', stored, 2, whose), true);
  assert.equal(await isReused(passwords, 'c', stored, 2, whose), false);
  assert.equal(await isReused(passwords, 'c', stored, 24, whose), true);
  assert.equal(await isReused(passwords, 'd', stored, 24, whose), false);
  assert.equal(await isReused(passwords, 'a', stored, 0, whose), false);
  assert.equal(await isReused(passwords, 'a', undefined, 24, whose), false);
});

test('while there are imported hashes, users who were imported, others and nobody cost the same', async () => {
  let time = 0;
  const own = createPasswords(() => time);
  const stored = { imported: await bcrypt.hash('right', 10), own: await own.hash('right', whose), nobody: undefined };
  /** The cheapest of each, taken in turns: a core that is shared makes any of them dearer, and none cheaper. */
  const quickest = async (names: readonly (keyof typeof stored)[]) => {
    const least = new Map(names.map((name) => [name, Number.POSITIVE_INFINITY]));
    for (let round = 0; round < 10; round++) {
      for (const name of names) {
        const took = await spent(() => own.verify('wrong', stored[name], whose));
        least.set(name, Math.min(took, least.get(name) ?? took));
      }
    }
    return (name: keyof typeof stored) => least.get(name) ?? Number.NaN;
  };
  const alone = (await quickest(['own']))('own');
  const all = await quickest(['imported', 'own', 'nobody']);
  for (const name of ['own', 'nobody'] as const) {
    const ratio = all(name) / all('imported');
    assert.ok(ratio > 0.7 && ratio < 1.4, `${name} ${all(name)} ms, imported ${all('imported')} ms`);
  }
  assert.equal((await own.verify('right', stored.own, whose)).ok, true);
  assert.equal((await own.verify('wrong', stored.nobody, whose)).ok, false);
  time += 3_600_001;
  const later = (await quickest(['own']))('own');
  assert.ok(
    later < (alone + all('imported')) / 2,
    `${later} ms long after, ${alone} ms before, ${all('imported')} ms with`,
  );
});

/** CPU of this process, hashing threads included, in ms: on a busy machine the time that passes says little. */
async function spent(work: () => Promise<unknown>): Promise<number> {
  const from = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
