// DBO: the database goes away, comes back, becomes read-only, or is locked by somebody else. The server says 503 and when to
// come back, never that a credential or a record is wrong, keeps verifiers supplied, and recovers by itself.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { signedWith } from '../support/forgery.ts';
import { judged, probe, watch } from '../support/oracles.ts';
import { startPostgres } from '../support/postgres.ts';
import { freshPlace, type Machine, type Reply, type Site, spawnServer } from '../support/running.ts';

/** How long a node may go on with what it has in memory (ms): `stalestMs` of the snapshot. */
const stalest = 5_000;
const recovery = 10_000;
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

const asks = (machine: Machine) => ({
  grant_type: 'client_credentials',
  client_id: machine.clientId,
  client_secret: machine.clientSecret,
  audience: machine.audience,
});

/** A client with a key: its tokens need a write, since an assertion is spent. */
async function assertiveOf(site: Site): Promise<() => Promise<Reply>> {
  const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const credentials = [{ credential_type: 'public_key', name: 'key', pem }];
  const { clientId, audience } = await site.machine({
    client: { client_authentication_methods: { private_key_jwt: { credentials } } },
  });
  return () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: clientId, sub: clientId, aud: site.issuer, jti: randomUUID(), iat: now, exp: now + 60 };
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const assertion = {
      client_assertion_type: type,
      client_assertion: signedWith(keys.privateKey, { alg: 'RS256' }, claims),
    };
    return site.token({ grant_type: 'client_credentials', audience, ...assertion });
  };
}

/** The Management API with a token that was had before. */
async function managing(site: Site): Promise<Site['manage']> {
  const { body } = await site.token({
    grant_type: 'client_credentials',
    client_id: site.admin.clientId,
    client_secret: site.admin.clientSecret,
    audience: `https://${site.host}/api/v2/`,
  });
  const headers = { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' };
  return (method, path, sent) =>
    site.send(method, `/api/v2${path}`, { headers, ...(sent === undefined ? {} : { body: JSON.stringify(sent) }) });
}

function isOutage(reply: Reply, what: string): void {
  assert.equal(reply.status, 503, `${what}: ${reply.status} ${reply.text}`);
  assert.ok(Number(reply.headers.get('retry-after')) > 0, what);
  assert.ok(reply.body.error === 'temporarily_unavailable' || reply.body.statusCode === 503, `${what}: ${reply.text}`);
}

async function until(milliseconds: number, what: string, ask: () => Promise<Reply>, status: number): Promise<number> {
  const began = Date.now();
  for (;;) {
    const reply = await ask();
    if (reply.status === status) return Date.now() - began;
    assert.equal(reply.status, 503, `${what}: ${reply.text}`);
    assert.ok(Date.now() - began < milliseconds, `${what}: not ${status} within ${milliseconds} ms`);
    await sleep(50);
  }
}

describe('the database', { concurrency: true }, () => {
  test('DBO-01 to DBO-04: is gone for longer than memory is good for, and comes back', async () => {
    await using database = await startPostgres();
    const place = await freshPlace('sqlite');
    const at = { data: place.data, url: database.url };
    const [first, second] = await Promise.all([spawnServer(at), spawnServer(at)]);
    // Nobody has asked the second for anything before the outage.
    const [one, cold] = [judged(first, { unavailable: true }), judged(second, { unavailable: true })];
    const [watched, watchedToo] = [await watch(first, { clear: async () => {} }), await watch(second, place)];
    try {
      const machine = await one.machine();
      const assertive = await assertiveOf(one);
      await one.manage('POST', '/keys/signing/rotate');
      const manage = await managing(one);
      assert.equal((await assertive()).status, 200);
      assert.equal((await one.token(asks(machine))).status, 200);
      // What verifiers need changes at the last moment, so memory has it as outdated only.
      await manage('PATCH', '/tenants/settings', { friendly_name: 'Before' });
      assert.equal(
        (await manage('POST', '/resource-servers', { identifier: 'urn:es', signing_alg: 'ES256' })).status,
        201,
      );
      const { body: signing } = await manage('GET', '/keys/signing');
      const previous = signing.find((key: { previous?: boolean }) => key.previous).kid;
      assert.equal((await one.token(asks(machine))).status, 200);

      await database.stop('immediate');
      const gone = Date.now();
      while (Date.now() - gone < stalest + 1_500) {
        const stale = Date.now() - gone > stalest + 500;
        for (const node of [one, cold]) {
          for (const path of [
            '/.well-known/jwks.json',
            '/.well-known/openid-configuration',
            '/health',
            '/api/v2/openapi.json',
          ]) {
            const reply = await node.send('GET', path);
            assert.equal(reply.status, 200, `DBO-02: ${path} ${reply.text}`);
          }
        }
        const keySet = (await one.send('GET', '/.well-known/jwks.json')).body.keys;
        assert.ok(keySet.length >= 2);
        if (Date.now() - gone > 400) assert.equal((await one.send('GET', '/ready')).status, 503);
        const token = await one.token(asks(machine));
        if (token.status !== 200 || stale) isOutage(token, 'a token');
        isOutage(await one.token({ ...asks(machine), client_id: 'not-seen-before' }), 'an unknown client');
        isOutage(await cold.token(asks(machine)), 'a token from the node that never saw the client');
        isOutage(await assertive(), 'a token for an assertion');
        isOutage(await manage('GET', '/clients'), 'a list');
        isOutage(await manage('GET', `/clients/${machine.clientId}`), 'a client');
        isOutage(await manage('GET', '/clients/nobody'), 'no client');
        isOutage(await manage('GET', '/logs'), 'logs');
        await sleep(200);
      }
      const writes = [
        ['POST', '/clients', { name: 'During' }],
        ['PATCH', `/clients/${machine.clientId}`, { name: 'During' }],
        ['POST', `/clients/${machine.clientId}/rotate-secret`],
        ['DELETE', `/client-grants/${machine.grantId}`],
        ['DELETE', `/clients/${machine.clientId}`],
        ['PATCH', '/tenants/settings', { friendly_name: 'During' }],
        ['PUT', `/keys/signing/${previous}/revoke`],
        ['POST', '/keys/signing/rotate'],
      ] as const;
      for (const [verb, path, sent] of writes) isOutage(await manage(verb, path, sent), `DBO-04: ${verb} ${path}`);

      await database.start();
      const times = await Promise.all([
        until(recovery, 'a token', () => one.token(asks(machine)), 200),
        until(recovery, 'a token of the other node', () => cold.token(asks(machine)), 200),
        until(recovery, 'an assertion', assertive, 200),
        until(recovery, 'readiness', () => cold.send('GET', '/ready'), 200),
        until(recovery, 'a list', () => manage('GET', '/clients'), 200),
      ]);
      assert.ok(Math.max(...times) < recovery, `DBO-03: ${times}`);
      assert.equal(
        (await manage('GET', `/clients/${machine.clientId}`)).body.name.startsWith('Machine'),
        true,
        'DBO-04: nothing was changed',
      );
      assert.equal((await manage('GET', '/tenants/settings')).body.friendly_name, 'Before');
      const names = (await manage('GET', '/clients?per_page=100')).body.map((client: { name: string }) => client.name);
      assert.ok(!names.includes('During'));
      const key = (await manage('GET', `/keys/signing/${previous}`)).body;
      assert.ok(!key.revoked, 'DBO-04: the key is still published');
      assert.equal((await manage('PUT', `/keys/signing/${previous}/revoke`)).status, 200, 'a retry works');

      // A restart in the middle of requests.
      const stop = probe(() => one.token(asks(machine)), 5);
      await database.stop('fast');
      await database.start();
      await until(recovery, 'a write after the restart', () => manage('POST', '/clients', { name: 'After' }), 201);
      const { statuses } = await stop();
      for (const status of statuses) assert.ok([200, 503].includes(status), `${[...statuses]}`);

      // DBO-05: everything but writing.
      const readOnly = async (on: boolean) => {
        const admin = new pg.Client({ connectionString: database.url });
        await admin.connect();
        await admin.query(
          `alter system ${on ? 'set default_transaction_read_only = on' : 'reset default_transaction_read_only'}`,
        );
        await admin.query('select pg_reload_conf()');
        await admin.end();
        await sleep(300);
      };
      await readOnly(true);
      isOutage(await manage('POST', '/clients', { name: 'Read-only' }), 'DBO-05: a write');
      isOutage(await manage('DELETE', `/clients/${machine.clientId}`), 'DBO-05: a delete');
      isOutage(await assertive(), 'DBO-05: an assertion cannot be spent');
      assert.equal((await manage('GET', '/clients')).status, 200, 'DBO-05: verification and reading work');
      assert.equal((await one.send('GET', '/.well-known/jwks.json')).status, 200);
      const plain = await one.token(asks(machine));
      if (plain.status !== 200) isOutage(plain, 'DBO-05: a token');
      await readOnly(false);
      await until(
        recovery,
        'DBO-05: a write again',
        () => manage('PATCH', `/clients/${machine.clientId}`, { description: 'again' }),
        200,
      );
      const after = (await manage('GET', '/clients?per_page=100')).body.map((client: { name: string }) => client.name);
      assert.ok(!after.includes('Read-only'));
      // Events that waited in memory are written, when the writer gets to it.
      const events = `type:seccft AND client_id:"${machine.clientId}"`;
      const written = async () =>
        (await manage('GET', `/logs?include_totals=true&q=${encodeURIComponent(events)}`)).body.total;
      for (let tries = 0; tries < 100 && !((await written()) > 5); tries++) await sleep(200);
      assert.ok((await written()) > 5);
    } finally {
      await watched.end();
      await watchedToo.end();
    }
  });

  test('DBO-09: is locked by another process for three seconds, and then for longer than a writer waits', async () => {
    const place = await freshPlace('sqlite');
    const server = await spawnServer(place);
    const watched = await watch(server, place);
    try {
      const site = judged(server, { unavailable: true });
      const machine = await site.machine();
      const assertive = await assertiveOf(site);
      const manage = await managing(site);
      const file = join(place.data, 'countersign.db');
      const reads = async () => {
        assert.equal((await site.token(asks(machine))).status, 200, 'a token needs no write');
        assert.equal((await manage('GET', '/clients')).status, 200);
        assert.equal((await site.send('GET', '/.well-known/jwks.json')).status, 200);
        assert.equal((await site.send('GET', '/ready')).status, 200);
      };
      const locked = async (milliseconds: number) => {
        const holder = new DatabaseSync(file, { timeout: 5_000 });
        holder.exec('begin immediate');
        const began = Date.now();
        const writes = [
          assertive(),
          manage('POST', '/clients', { name: 'Waiting' }),
          manage('PATCH', '/tenants/settings', { friendly_name: 'Waiting' }),
        ];
        await reads();
        await sleep(milliseconds - (Date.now() - began));
        await reads();
        holder.exec('rollback');
        holder.close();
        return Promise.all(writes);
      };
      const patient = await locked(3_000);
      assert.deepEqual(
        patient.map((reply) => reply.status),
        [200, 201, 200],
      );
      for (const reply of await locked(11_000)) isOutage(reply, 'a write that waited for ten seconds');
      const took = await until(recovery, 'a write', () => manage('POST', '/clients', { name: 'Free' }), 201);
      assert.ok(took < 2_000, `it took ${took} ms`);

      // A long reader holds the log file; when it is gone the file is folded back.
      const reader = new DatabaseSync(file);
      reader.exec('begin');
      reader.prepare('select count(*) from clients').get();
      for (let i = 0; i < 20; i++)
        await manage('PATCH', `/clients/${machine.clientId}`, {
          client_metadata: { note: 'x'.repeat(200), turn: String(i) },
        });
      reader.exec('commit');
      reader.close();
      assert.ok((await stat(`${file}-wal`)).size < 32 * 1024 * 1024);
    } finally {
      await watched.end();
    }
  });
});
