// Client authentication by private_key_jwt (RFC 7523, auth0-behaviour TOK-13 to TOK-15; security cases CLA-04 to CLA-10).

import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type JWTPayload, SignJWT } from 'jose';
import {
  engines,
  freshPlace,
  type Machine,
  type Reply,
  type Site,
  serveHere,
  spawnServer,
} from '../support/running.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (keys: ReturnType<typeof pair>) => keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();

interface Assertive extends Machine {
  readonly keys: ReturnType<typeof pair>;
}

async function assertive(site: Site, more: object = {}): Promise<Assertive> {
  const keys = pair();
  const machine = await site.machine({
    client: {
      client_authentication_methods: {
        private_key_jwt: { credentials: [{ credential_type: 'public_key', name: 'first', pem: pem(keys), ...more }] },
      },
    },
  });
  return { ...machine, keys };
}

function signed(site: Site, who: Assertive, claims: JWTPayload = {}, header: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: who.clientId,
    sub: who.clientId,
    aud: site.issuer,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    ...claims,
  };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(present).setProtectedHeader({ alg: 'RS256', ...header }).sign(who.keys.privateKey);
}

const send = (site: Site, who: Machine, assertion: string, more: Record<string, string> = {}): Promise<Reply> =>
  site.token({
    grant_type: 'client_credentials',
    audience: who.audience,
    client_assertion_type: assertionType,
    client_assertion: assertion,
    ...more,
  });

for (const engine of engines) {
  describe(`private_key_jwt on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    let who: Assertive;
    before(async () => {
      site = await serveHere(engine);
      who = await assertive(site);
    });
    after(() => site.stop());

    test('TOK-14: an assertion alone names and proves the client', async () => {
      const reply = await send(site, who, await signed(site, who));
      assert.equal(reply.status, 200, reply.text);
    });

    test('TOK-13: two credentials work at the same time, and a removed one stops', async () => {
      const second = pair();
      const added = await site.manage('POST', `/clients/${who.clientId}/credentials`, {
        credential_type: 'public_key',
        name: 'second',
        pem: pem(second),
      });
      assert.equal(added.status, 201, added.text);
      const current = await site.manage('GET', `/clients/${who.clientId}`);
      const credentials = current.body.client_authentication_methods.private_key_jwt.credentials as { id: string }[];
      const both = await site.manage('PATCH', `/clients/${who.clientId}`, {
        client_authentication_methods: {
          private_key_jwt: { credentials: [...credentials.map(({ id }) => ({ id })), { id: added.body.id }] },
        },
      });
      assert.equal(both.status, 200, both.text);
      const other = { ...who, keys: second };
      assert.equal((await send(site, who, await signed(site, who))).status, 200);
      assert.equal((await send(site, other, await signed(site, other))).status, 200);
      assert.equal((await send(site, other, await signed(site, other, {}, { kid: added.body.kid }))).status, 200);
      await site.manage('PATCH', `/clients/${who.clientId}`, {
        client_authentication_methods: { private_key_jwt: { credentials } },
      });
      await site.manage('DELETE', `/clients/${who.clientId}/credentials/${added.body.id}`);
      assert.equal((await send(site, other, await signed(site, other))).status, 401);
    });

    const now = () => Math.floor(Date.now() / 1000);
    const rows: readonly [name: string, claims: () => JWTPayload, header?: object][] = [
      ['another aud', () => ({ aud: 'https://elsewhere/' })],
      ['aud without the slash', () => ({ aud: site.issuer.slice(0, -1) })],
      ['aud of the token endpoint', () => ({ aud: `${site.issuer}oauth/token` })],
      ['aud as a list', () => ({ aud: [site.issuer] })],
      ['aud as a list with a number', () => ({ aud: [site.issuer, 1] as never })],
      ['no exp', () => ({ exp: undefined as never })],
      ['exp five minutes ago', () => ({ exp: now() - 300 })],
      ['exp in an hour', () => ({ exp: now() + 3600 })],
      ['nbf in 90 seconds', () => ({ nbf: now() + 90 })],
      ['iat in 90 seconds', () => ({ iat: now() + 90 })],
      ['iss that is not sub', () => ({ sub: 'another' })],
      ['iss of no client', () => ({ iss: 'nobody', sub: 'nobody' })],
      ['no jti', () => ({ jti: undefined as never })],
      ['a jti of 65 characters', () => ({ jti: 'j'.repeat(65) })],
      ['alg PS256 with an RS256 credential', () => ({}), { alg: 'PS256' }],
      ['an unknown kid', () => ({}), { kid: 'unknown' }],
    ];
    for (const [name, claims, header] of rows) {
      test(`CLA-06: an assertion with ${name} is refused`, async () => {
        const reply = await send(site, who, await signed(site, who, claims(), header));
        assert.equal(reply.status, 401, reply.text);
        assert.equal(reply.body.error, 'access_denied');
      });
    }

    test('CLA-06: ten seconds of skew are forgiven', async () => {
      assert.equal(
        (await send(site, who, await signed(site, who, { exp: now() - 5, iat: now() + 5, nbf: now() + 5 }))).status,
        200,
      );
    });

    test('CLA-06: a header that is JSON null, and other things that are no JWT, are refused', async () => {
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const claims = part({ iss: who.clientId, sub: who.clientId, aud: site.issuer, exp: now() + 60, jti: 'x' });
      const forged = [
        `${part(null)}.${claims}.AAAA`,
        `${part([])}.${claims}.AAAA`,
        `${part({ alg: 'none' })}.${claims}.`,
        `${part({ alg: 'None' })}.${claims}.AAAA`,
        `${part({})}.${claims}.AAAA`,
        `${part({ alg: ['RS256'] })}.${claims}.AAAA`,
        'x',
        '..',
        'a.b.c',
        `${part({ alg: 'RS256', crit: ['x'] })}.${claims}.AAAA`,
      ];
      for (const assertion of forged) assert.equal((await send(site, who, assertion)).status, 401, assertion);
    });

    test('TOK-06, CLA-04: an HMAC with the public key, or with the client secret, is refused', async () => {
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const body = `${part({ alg: 'HS256' })}.${part({ iss: who.clientId, sub: who.clientId, aud: site.issuer, exp: now() + 60, jti: randomUUID() })}`;
      for (const key of [pem(who.keys), pem(who.keys).trim(), who.clientSecret ?? 'secret']) {
        const assertion = `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
        assert.equal((await send(site, who, assertion)).status, 401);
      }
    });

    test('TOK-09: keys in the header of an assertion are not looked at', async () => {
      const attacker = pair();
      const jwk = attacker.publicKey.export({ format: 'jwk' });
      const forged = { ...who, keys: attacker };
      assert.equal(
        (await send(site, who, await signed(site, forged, {}, { jwk, jku: `${site.base}/x`, x5u: `${site.base}/x` })))
          .status,
        401,
      );
    });

    test('CLA-04: a client of one method cannot use another', async () => {
      const secret = await site.machine();
      assert.equal(
        (
          await site.token({
            grant_type: 'client_credentials',
            audience: who.audience,
            client_id: who.clientId,
            client_secret: 'anything',
          })
        ).status,
        401,
      );
      const posing = { ...secret, keys: who.keys };
      assert.equal((await send(site, secret, await signed(site, posing))).status, 401);
    });

    test('CLA-03, CLA-10: two methods or two identities in one request are refused', async () => {
      assert.equal(
        (await send(site, who, await signed(site, who), { client_secret: 'x', client_id: who.clientId })).status,
        400,
      );
      assert.equal((await send(site, who, await signed(site, who), { client_id: 'another' })).status, 401);
    });

    test('an expired credential is refused, and the log says so', async () => {
      const expired = await assertive(site, { expires_at: new Date(Date.now() + 1500).toISOString() });
      assert.equal((await send(site, expired, await signed(site, expired))).status, 200);
      await new Promise((resolve) => setTimeout(resolve, 1600));
      assert.equal((await send(site, expired, await signed(site, expired))).status, 401);
      await site.house.logs.flush();
      const { body } = await site.manage(
        'GET',
        `/logs?q=${encodeURIComponent(`client_id:"${expired.clientId}" AND type:feccft`)}`,
      );
      assert.match(body[0].details.error.because, /has not expired/);
    });
  });

  test(`CLA-07: one assertion buys one answer, also from two processes at once on ${engine}`, async () => {
    const at = await freshPlace(engine);
    const first = await spawnServer(at);
    const second = await spawnServer(at);
    try {
      const who = await assertive(first);
      for (let round = 0; round < 5; round++) {
        // Each process has its own host and so its own issuer: the assertion is for the first, and sent to both by that name.
        const assertion = await signed(first, who);
        const headers = { host: first.host };
        const replies = await Promise.all(
          Array.from({ length: 20 }, (_, i) => {
            const target = i % 2 === 0 ? first : second;
            return rawToken(target.base, headers.host, {
              grant_type: 'client_credentials',
              audience: who.audience,
              client_assertion_type: assertionType,
              client_assertion: assertion,
            });
          }),
        );
        assert.deepEqual(replies.toSorted(), [200, ...Array.from({ length: 19 }, () => 401)]);
      }
    } finally {
      await Promise.all([first.end(), second.end()]);
      await at.clear();
    }
  });
}

/** fetch does not let a caller choose Host, so this goes through node:http. */
async function rawToken(base: string, host: string, params: Record<string, string>): Promise<number> {
  const { request } = await import('node:http');
  const body = new URLSearchParams(params).toString();
  return new Promise((resolve, reject) => {
    const sent = request(
      `${base}/oauth/token`,
      {
        method: 'POST',
        headers: {
          host,
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
