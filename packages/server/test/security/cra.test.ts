// CRA: kill -9 in the middle of things. What was acknowledged holds, what was not is done or not done, never half,
// and nothing that can be used once is used twice over the crash.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { signedWith } from '../support/forgery.ts';
import { rounds } from '../support/oracles.ts';
import { race } from '../support/race.ts';
import { engines, freshPlace, type Machine, type Spawned, spawnServer } from '../support/running.ts';
import { type RawReply, request } from '../support/sockets.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** The same issuer in every life of the server, whatever its port. */
const host = 'localhost:1';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const credential = {
  credential_type: 'public_key',
  name: 'key',
  pem: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
};

const form = (params: Record<string, string>) =>
  request(
    'POST /oauth/token HTTP/1.1',
    [`Host: ${host}`, 'Content-Type: application/x-www-form-urlencoded'],
    new URLSearchParams(params).toString(),
  );
const portOf = (server: Spawned) => Number(new URL(server.base).port);
const asks = (machine: Machine, more: Record<string, string> = {}) => ({
  grant_type: 'client_credentials',
  client_id: machine.clientId,
  client_secret: machine.clientSecret,
  audience: machine.audience,
  ...more,
});

/** Sends everything at once and kills the server within so many ms; an answer that did not come whole is unknown. */
async function cutOff(
  server: Spawned,
  requests: readonly string[],
  withinMs: number,
): Promise<(RawReply | undefined)[]> {
  let blow: Promise<unknown> | undefined;
  const replies = await race([portOf(server)], requests, () => {
    blow = sleep(Math.random() * withinMs).then(() => server.end('SIGKILL'));
  });
  await blow;
  return replies;
}

for (const engine of engines) {
  describe(`kill -9 on ${engine}`, () => {
    test('CRA-02, CRA-03: an assertion buys one token over a crash, and a quota is not exceeded', async (t) => {
      const place = await freshPlace(engine);
      let server = await spawnServer(place);
      const assertive = await server.machine({
        client: { client_authentication_methods: { private_key_jwt: { credentials: [credential] } } },
      });
      const limited = await server.machine({
        client: { token_quota: { client_credentials: { per_day: 25, enforce: true } } },
      });
      let bought = 0;
      let unknown = 0;
      let known = 0;
      for (let round = 0; round < 2 * rounds; round++) {
        const now = Math.floor(Date.now() / 1000);
        const claims = () => ({
          iss: assertive.clientId,
          sub: assertive.clientId,
          aud: `http://${host}/`,
          jti: randomUUID(),
          exp: now + 200,
        });
        const assertions = Array.from({ length: 15 }, () => signedWith(keys.privateKey, { alg: 'RS256' }, claims()));
        const requests = assertions.map((client_assertion) =>
          form({
            grant_type: 'client_credentials',
            audience: assertive.audience,
            client_assertion_type: assertionType,
            client_assertion,
          }),
        );
        const quota = Array.from({ length: 8 }, () => form(asks(limited)));
        const before = await cutOff(server, [...requests, ...quota], 60);
        bought += before.slice(15).filter((reply) => reply?.status === 200).length;
        server = await spawnServer(place);
        const after = await race([portOf(server)], requests);
        const later = await race([portOf(server)], requests);
        for (const [index, reply] of after.entries()) {
          const first = before[index]?.status;
          if (first === undefined) unknown++;
          else known++;
          assert.ok(first === undefined || first === 200, `${first}`);
          assert.ok(reply && [200, 401].includes(reply.status), `${reply?.status} ${reply?.body}`);
          if (first === 200) assert.equal(reply.status, 401, 'an acknowledged assertion is spent');
          assert.equal(later[index]?.status, 401, 'and no assertion is good for a third try');
        }
        const rest = await race([portOf(server)], quota);
        bought += rest.filter((reply) => reply?.status === 200).length;
      }
      const most = await race(
        [portOf(server)],
        Array.from({ length: 40 }, () => form(asks(limited))),
      );
      bought += most.filter((reply) => reply?.status === 200).length;
      assert.ok(bought <= 25, `${bought} tokens of a quota of 25`);
      t.diagnostic(`${known} outcomes were known before the crash, ${unknown} not`);
      await server.end();
      await place.clear();
    });

    test('CRA-05: what is deleted with all that belongs to it is gone as a whole, or there as a whole', async (t) => {
      const place = await freshPlace(engine);
      let server = await spawnServer(place);
      let gone = 0;
      let there = 0;
      for (let round = 0; round < 3 * rounds; round++) {
        // A client with keys and grants for two APIs, and an API with grants of two clients.
        const client = await server.machine({
          client: { client_authentication_methods: { private_key_jwt: { credentials: [credential] } } },
        });
        await server.manage('POST', `/clients/${client.clientId}/credentials`, {
          ...credential,
          name: 'second',
          pem: freshPem(),
        });
        const api = await server.machine();
        const other = await server.machine();
        for (const client_id of [client.clientId, other.clientId])
          await server.manage('POST', '/client-grants', { client_id, audience: api.audience, scope: ['read:x'] });
        const apiId = String(api.api.id);
        const { body } = await server.token({
          grant_type: 'client_credentials',
          client_id: server.admin.clientId,
          client_secret: server.admin.clientSecret,
          audience: `https://${server.host}/api/v2/`,
        });
        const remove = (path: string) =>
          request(`DELETE /api/v2${path} HTTP/1.1`, [
            `Host: ${server.host}`,
            `Authorization: Bearer ${body.access_token}`,
          ]);
        const replies = await cutOff(
          server,
          [remove(`/clients/${client.clientId}`), remove(`/resource-servers/${apiId}`)],
          40,
        );
        server = await spawnServer(place);
        const list = async (path: string): Promise<unknown[]> => (await server.manage('GET', path)).body;

        const clientThere = (await server.manage('GET', `/clients/${client.clientId}`)).status === 200;
        if (replies[0]?.status === 204) assert.ok(!clientThere, 'an acknowledged delete holds');
        const grants = await list(`/client-grants?client_id=${client.clientId}`);
        const credentials = await server.manage('GET', `/clients/${client.clientId}/credentials`);
        const apiThere = (await server.manage('GET', `/resource-servers/${apiId}`)).status === 200;
        if (replies[1]?.status === 204) assert.ok(!apiThere);
        if (clientThere) {
          assert.equal(credentials.body.length, 2, 'with its keys');
          assert.equal(grants.length, apiThere ? 2 : 1, 'with its grants');
        } else {
          assert.equal(credentials.status, 404);
          assert.deepEqual(grants, [], 'no grant is left of a client that is gone');
        }
        const ofApi = await list(`/client-grants?audience=${encodeURIComponent(api.audience)}`);
        assert.equal(ofApi.length, apiThere ? (clientThere ? 3 : 2) : 0, 'the grants of the API');
        const token = await server.token(asks(other, { audience: api.audience }));
        assert.equal(token.status, apiThere ? 200 : 403, token.text);
        if (clientThere) there++;
        else gone++;
      }
      t.diagnostic(`${gone} clients were gone, ${there} there`);
      await server.end();
      await place.clear();
    });

    test('CRA-03: a retry after an answer that never came has one result: one API, one working secret', async () => {
      const place = await freshPlace(engine);
      let server = await spawnServer(place);
      for (let round = 0; round < 2 * rounds; round++) {
        const machine = await server.machine();
        const { body } = await server.token({
          grant_type: 'client_credentials',
          client_id: server.admin.clientId,
          client_secret: server.admin.clientSecret,
          audience: `https://${server.host}/api/v2/`,
        });
        const headers = [
          `Host: ${server.host}`,
          `Authorization: Bearer ${body.access_token}`,
          'Content-Type: application/json',
        ];
        const identifiers = Array.from({ length: 6 }, (_, index) => `urn:round-${round}-${index}`);
        const creates = identifiers.map((identifier) =>
          request('POST /api/v2/resource-servers HTTP/1.1', headers, JSON.stringify({ identifier })),
        );
        const rotate = request(`POST /api/v2/clients/${machine.clientId}/rotate-secret HTTP/1.1`, headers);
        const replies = await cutOff(server, [...creates, rotate], 60);
        server = await spawnServer(place);
        for (const [index, identifier] of identifiers.entries()) {
          const retry = await server.manage('POST', '/resource-servers', { identifier });
          assert.ok([201, 409].includes(retry.status), retry.text);
          if (replies[index]?.status === 201) assert.equal(retry.status, 409, 'an acknowledged API is there');
          assert.equal((await server.manage('GET', `/resource-servers/${encodeURIComponent(identifier)}`)).status, 200);
        }
        const old = await server.token(asks(machine));
        const told =
          replies.at(-1)?.status === 200 ? JSON.parse(replies.at(-1)?.body ?? '{}').client_secret : undefined;
        if (told !== undefined) {
          assert.equal(old.status, 401, 'an acknowledged rotation holds');
          assert.equal((await server.token(asks(machine, { client_secret: told }))).status, 200);
        } else {
          assert.ok([200, 401].includes(old.status));
        }
        const again = await server.manage('POST', `/clients/${machine.clientId}/rotate-secret`);
        assert.equal((await server.token(asks(machine, { client_secret: again.body.client_secret }))).status, 200);
        assert.equal((await server.token(asks(machine))).status, 401);
      }
      await server.end();
      await place.clear();
    });
  });
}

function freshPem(): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
