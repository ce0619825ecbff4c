// TEN: what belongs to one tenant is nothing at another. Objects by their ids are in ../management/security.test.ts.

import assert from 'node:assert/strict';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ensureRing } from '../../src/domain/keys/rings.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import type { TenantId } from '../../src/schema/brand.ts';
import { signedWith } from '../support/forgery.ts';
import { judge } from '../support/oracles.ts';
import { engines, type Machine, serveHere } from '../support/running.ts';
import { type RawReply, request, talk } from '../support/sockets.ts';

const otherTenant = 'second' as TenantId;
const otherHost = 'second.example.com';

for (const engine of engines) {
  describe(`two tenants on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    let port: number;
    let machine: Machine;
    let admin: string;
    before(async () => {
      site = await serveHere(engine);
      port = Number(new URL(site.base).port);
      await site.house.database.addTenant({ id: otherTenant, name: 'Second', hosts: [otherHost] });
      await ensureRing(site.house.database.store(otherTenant), 'RS256', otherHost, Date.now());
      await site.house.hosts.refresh();
      machine = await site.machine();
      const { clientId, clientSecret } = site.admin;
      const { body } = await site.token({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        audience: `https://${site.host}/api/v2/`,
      });
      admin = body.access_token;
    });
    after(() => site.stop());

    const send = async (method: string, path: string, headers: string[], body = ''): Promise<RawReply> => {
      const { replies } = await talk(
        port,
        request(`${method} ${path} HTTP/1.1`, [`Host: ${otherHost}`, ...headers], body),
        { count: 1 },
      );
      const [reply] = replies;
      assert.ok(reply, `${method} ${path}`);
      judge(path, { status: reply.status, text: reply.body, header: (name) => reply.headers[name] });
      return reply;
    };
    const form = (params: Record<string, string>) =>
      send(
        'POST',
        '/oauth/token',
        ['Content-Type: application/x-www-form-urlencoded'],
        new URLSearchParams(params).toString(),
      );

    test("TEN-01: an administrator's token of one tenant is refused by every operation of the other, and its log says so", async () => {
      assert.equal(
        (await site.send('GET', '/api/v2/clients', { headers: { authorization: `Bearer ${admin}` } })).status,
        200,
      );
      const { body } = await site.send('GET', '/api/v2/openapi.json');
      const operations = Object.entries(body.paths as Record<string, object>).flatMap(([path, verbs]) =>
        Object.keys(verbs).map((verb) => [verb.toUpperCase(), `/api/v2${path.replaceAll(/\{[^}]+\}/g, 'x')}`] as const),
      );
      assert.ok(operations.length > 30);
      for (const [verb, path] of operations) {
        const content = ['POST', 'PATCH', 'PUT'].includes(verb) ? '{}' : '';
        const reply = await send(
          verb,
          path,
          [`Authorization: Bearer ${admin}`, ...(content && ['Content-Type: application/json'])],
          content,
        );
        assert.equal(reply.status, 401, `${verb} ${path}: ${reply.body}`);
      }
      await site.house.logs.flush();
      const { records, total } = await site.house.database.store(otherTenant).logs.page({
        filter: { equals: [{ column: 'type', anyOf: ['fapi'] }] },
        newestFirst: true,
        offset: 0,
        limit: 1,
      });
      assert.ok(total >= operations.length);
      assert.match(records[0] ?? '', /"hostname":"second\.example\.com"/);
      const mine = await site.house.database
        .store(defaultTenant)
        .logs.page({ filter: { contains: [otherHost] }, newestFirst: true, offset: 0, limit: 1 });
      assert.equal(mine.total, 0, 'and that of the first knows nothing of it');
    });

    test('TEN-03: a client of one tenant is unknown at the other, and gets the answer of a client that never was', async () => {
      const ask = { grant_type: 'client_credentials', client_secret: machine.clientSecret, audience: machine.audience };
      const [theirs, nobody] = [
        await form({ ...ask, client_id: machine.clientId }),
        await form({ ...ask, client_id: 'nobody' }),
      ];
      assert.deepEqual([theirs.status, theirs.body], [401, nobody.body]);
      assert.equal(nobody.status, 401);
    });

    test('TEN-04: a token signed with the key of one tenant is refused at the other, whatever it says', async () => {
      const issuer = `http://${otherHost}/`;
      const mine = await site.house.keyring.signing(defaultTenant, 'RS256');
      const theirs = await site.house.keyring.signing(otherTenant, 'RS256');
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: issuer,
        sub: 'x@clients',
        aud: `https://${otherHost}/api/v2/`,
        iat: now,
        exp: now + 600,
        azp: 'x',
        scope: 'read:clients',
        gty: 'client-credentials',
      };
      for (const kid of [mine.kid, theirs.kid, undefined]) {
        const token = signedWith(mine.input.key as KeyObject, { alg: 'RS256', typ: 'JWT', kid }, claims);
        const reply = await send('GET', '/api/v2/clients', [`Authorization: Bearer ${token}`]);
        assert.equal(reply.status, 401, reply.body);
      }
      // What is refused here is the client, which nobody made: the key and the rest are right.
      const token = signedWith(theirs.input.key as KeyObject, { alg: 'RS256', typ: 'JWT', kid: theirs.kid }, claims);
      assert.match(
        (await send('GET', '/api/v2/clients', [`Authorization: Bearer ${token}`])).headers['www-authenticate'] ?? '',
        /client of the token/,
      );
      const set = JSON.parse((await send('GET', '/.well-known/jwks.json', [])).body).keys as {
        kid: string;
        n: string;
      }[];
      assert.ok(
        set.every(
          ({ kid, n }) =>
            kid !== mine.kid && n !== createPublicKey(mine.input.key as KeyObject).export({ format: 'jwk' }).n,
        ),
      );
    });
  });
}
