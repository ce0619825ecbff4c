// CLA: client authentication at the token endpoint. Assertions and their replay are in ../token/private-key-jwt.test.ts.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { signedWith } from '../support/forgery.ts';
import { judged } from '../support/oracles.ts';
import { race } from '../support/race.ts';
import { engines, type Machine, type Reply, type Site, serveHere } from '../support/running.ts';
import { request } from '../support/sockets.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const refusal = { error: 'access_denied', error_description: 'Unauthorized' };

for (const engine of engines) {
  describe(`client authentication on ${engine}`, () => {
    let here: Awaited<ReturnType<typeof serveHere>>;
    let site: Site;
    let machine: Machine;
    let other: Machine;
    let assertive: Machine;
    before(async () => {
      here = await serveHere(engine);
      site = judged(here);
      machine = await site.machine();
      other = await site.machine();
      const credentials = [{ credential_type: 'public_key', name: 'key', pem }];
      assertive = await site.machine({
        client: { client_authentication_methods: { private_key_jwt: { credentials } } },
      });
    });
    after(() => here.stop());

    const ask = (more: Record<string, string> = {}) => ({
      grant_type: 'client_credentials',
      audience: machine.audience,
      ...more,
    });
    const mine = () => ({ client_id: machine.clientId, client_secret: machine.clientSecret });
    const basic = (id: string, secret: string) => ({
      authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
    });
    const json = (body: object) =>
      site.send('POST', '/oauth/token', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const unauthorized = (reply: Reply, what: string) => {
      assert.equal(reply.status, 401, `${what}: ${reply.text}`);
      assert.deepEqual(reply.body, refusal, what);
    };
    const assertion = () => {
      const now = Math.floor(Date.now() / 1000);
      const { clientId: id } = assertive;
      return signedWith(
        keys.privateKey,
        { alg: 'RS256' },
        { iss: id, sub: id, aud: site.issuer, jti: randomUUID(), iat: now, exp: now + 60 },
      );
    };
    const asserting = () => ({ client_assertion_type: assertionType, client_assertion: assertion() });

    test('CLA-01: a confidential client that sends only its client_id gets nothing, whatever the grant', async () => {
      for (const grant_type of [
        'client_credentials',
        'authorization_code',
        'refresh_token',
        'password',
        'magic',
        'urn:x',
      ]) {
        for (const { clientId: client_id } of [machine, assertive]) {
          unauthorized(
            await site.token({ ...ask({ client_id }), grant_type, code: 'x', refresh_token: 'x' }),
            grant_type,
          );
        }
      }
      unauthorized(await site.token(ask(), basic(machine.clientId, '')), 'Basic without a secret');
    });

    test('CLA-02: every wrong secret is refused with the body of an unknown client', async () => {
      const old = await site.machine();
      await site.manage('POST', `/clients/${old.clientId}/rotate-secret`);
      const { clientSecret: right } = machine;
      const wrong: readonly [what: string, secret: string, id?: string][] = [
        ['longer', `${right}x`],
        ['shorter', right.slice(0, -1)],
        ['empty', ''],
        ['null', 'null'],
        ['undefined', 'undefined'],
        ["another client's", other.clientSecret],
        ['upper case', right.toUpperCase()],
        ['a space before', ` ${right}`],
        ['a line after', `${right}\n`],
        ['twice', right + right],
        ['its id', machine.clientId],
        ['true', 'true'],
        ['a list', `["${right}"]`],
        ['its SHA-256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
        ['very long', 'x'.repeat(20_000)],
        ['rotated away', old.clientSecret, old.clientId],
        ['of nobody', right, 'nobody'],
        ['of nobody, empty', '', 'nobody'],
        ['of the built-in client', right, '__proto__'],
        ['wildcard', '%'],
        ['SQL', "' OR '1'='1"],
      ];
      for (const [what, client_secret, client_id = machine.clientId] of wrong) {
        unauthorized(await site.token(ask({ client_id, client_secret })), `${what}, post`);
        if (client_secret.length < 8_000)
          unauthorized(await site.token(ask(), basic(client_id, client_secret)), `${what}, Basic`);
        unauthorized(await json(ask({ client_id, client_secret })), `${what}, JSON`);
      }
      assert.equal((await site.token(ask(mine()))).status, 200, 'the right one still works');
    });

    test('CLA-02: a secret that is no text in JSON is refused and not taken for one', async () => {
      for (const client_secret of [
        [machine.clientSecret],
        { x: machine.clientSecret },
        { toString: 'x' },
        7,
        true,
        false,
        null,
        [],
        {},
      ]) {
        const reply = await json({ ...ask(), client_id: machine.clientId, client_secret });
        assert.equal(reply.status, 400, reply.text);
        assert.equal(reply.body.error, 'invalid_request');
      }
    });

    test('CLA-02: a client without a secret cannot authenticate with an empty one', async () => {
      for (const secret of ['', 'x', 'undefined', 'null']) {
        unauthorized(await site.token(ask({ client_id: assertive.clientId, client_secret: secret })), `"${secret}"`);
      }
      const { body } = await site.manage('GET', '/clients?is_global=true');
      for (const { client_id } of body)
        unauthorized(await site.token(ask({ client_id, client_secret: '' })), 'the global client');
    });

    test('CLA-02: what is no HTTP Basic is refused', async () => {
      const pair = Buffer.from(`${machine.clientId}:${machine.clientSecret}`).toString('base64');
      for (const authorization of [
        'Basic',
        'Basic ',
        `Basic ${pair} ${pair}`,
        `Basic ${pair},`,
        `Basic  ${pair}=`,
        `Basic ${Buffer.from(machine.clientId).toString('base64')}`,
        `Basic ${Buffer.from('%:%').toString('base64')}`,
        `Basic ${Buffer.from([0xff, 0x3a, 0xff]).toString('base64')}`,
        `Bearer ${pair}`,
        `Digest ${pair}`,
        `Basic\t${pair}`,
        pair,
        'Basic !!!!',
        `Basic ${'A'.repeat(12_000)}`,
      ]) {
        unauthorized(await site.token(ask(), { authorization }), authorization.slice(0, 40));
      }
      assert.equal(
        (await site.token(ask(), { authorization: `bAsIc ${pair}` })).status,
        200,
        'the scheme has no case (RFC 9110 §11.1)',
      );
    });

    test('CLA-03: two methods at once are refused, even when both are right', async () => {
      const { clientId, clientSecret } = machine;
      const rows: readonly [string, Record<string, string>, Record<string, string>][] = [
        ['Basic and body', mine(), basic(clientId, clientSecret)],
        ['Basic and body secret only', { client_secret: clientSecret }, basic(clientId, clientSecret)],
        ['Basic and an empty body secret', { client_secret: '' }, basic(clientId, clientSecret)],
        ['Basic and assertion', asserting(), basic(clientId, clientSecret)],
        ['Basic of the same client and assertion', asserting(), basic(assertive.clientId, 'x')],
        ['body secret and assertion', { ...mine(), ...asserting() }, {}],
        ['an empty body secret and assertion', { client_secret: '', ...asserting() }, {}],
        ['all three', { ...mine(), ...asserting() }, basic(clientId, clientSecret)],
        ['Bearer and assertion', asserting(), { authorization: 'Bearer x' }],
      ];
      for (const [what, params, headers] of rows) {
        const reply = await site.token(ask(params), headers);
        assert.equal(reply.status, 400, `${what}: ${reply.text}`);
        assert.equal(reply.body.error, 'invalid_request', what);
      }
      for (const [params, headers] of [
        [{ client_id: other.clientId }, basic(clientId, clientSecret)],
        [{ client_id: clientId, client_assertion_type: assertionType }, {}],
        [{ ...mine(), client_assertion: 'x' }, {}],
      ] as const) {
        assert.ok([400, 401].includes((await site.token(ask(params), headers)).status), JSON.stringify(params));
      }
      assert.equal(
        (await site.token(ask({ client_id: clientId }), basic(clientId, clientSecret))).status,
        200,
        'the same id twice is no second method',
      );
    });

    test('CLA-07: one assertion that arrives twenty times at once buys one token', async () => {
      const port = Number(new URL(site.base).port);
      for (let round = 0; round < 5; round++) {
        const body = new URLSearchParams({ ...ask({ audience: assertive.audience }), ...asserting() }).toString();
        const bytes = request(
          'POST /oauth/token HTTP/1.1',
          [`Host: ${site.host}`, 'Content-Type: application/x-www-form-urlencoded'],
          body,
        );
        const replies = await race(
          [port],
          Array.from({ length: 20 }, () => bytes),
        );
        assert.deepEqual(replies.map((reply) => reply?.status).toSorted(), [
          200,
          ...Array.from({ length: 19 }, () => 401),
        ]);
      }
    });

    test('CLA-16: a certificate in a header is nobody, and forwarding headers of strangers change nothing', async () => {
      const forged = {
        'x-ssl-client-cert': encodeURIComponent(pem),
        'x-ssl-client-verify': 'SUCCESS',
        'x-ssl-client-s-dn': 'CN=client',
        'x-client-cert': encodeURIComponent(pem),
        'client-cert': `:${Buffer.from(pem).toString('base64')}:`,
        'client-cert-chain': ':AAAA:',
        'x-forwarded-tls-client-cert': Buffer.from(pem).toString('base64'),
        'x-arr-clientcert': 'AAAA',
        'cname-api-key': 'x',
        'x-amzn-mtls-clientcert': encodeURIComponent(pem),
        'x-remote-user': 'admin',
        'x-forwarded-user': 'admin',
      };
      for (const { clientId: client_id } of [machine, assertive])
        unauthorized(await site.token(ask({ client_id }), forged), client_id);
      const credentials = [{ credential_type: 'x509_cert', name: 'certificate', pem: await certificate(here) }];
      const made = await site.manage('POST', '/clients', {
        name: 'Mutual TLS',
        app_type: 'non_interactive',
        grant_types: ['client_credentials'],
        client_authentication_methods: { self_signed_tls_client_auth: { credentials } },
      });
      assert.equal(made.status, 201, made.text);
      unauthorized(
        await site.token(ask({ client_id: made.body.client_id }), forged),
        'a client registered for mutual TLS',
      );
      const spoofed = {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '1.2.3.4',
        forwarded: 'host=evil.example',
      };
      const { body } = await site.token(ask(mine()), spoofed);
      assert.equal(JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString()).iss, site.issuer);
    });
  });
}

/** The certificate of the tenant's own key: any will do. */
async function certificate(site: Site): Promise<string> {
  const { body } = await site.manage('GET', '/keys/signing');
  return body[0].cert;
}

/**
 * A difference of nanoseconds behind a network stack on a shared machine cannot be measured reliably in a test run, so this
 * holds what makes the time equal: both secrets become digests of one length, and these are compared by timingSafeEqual only.
 */
test('CLA-14: secrets are compared as digests, by timingSafeEqual and by nothing else', async () => {
  const source = await readFile(new URL('../../src/domain/clients/authenticate.ts', import.meta.url), 'utf8');
  assert.match(source, /secretDigest\(presented\.secret\)/);
  assert.match(source, /timingSafeEqual\(client\.method\.digest, digest\)/);
  assert.equal(source.match(/presented\.secret/g)?.length, 1, 'the secret is used for its digest and nothing else');
  const { secretDigest } = await import('../../src/domain/clients/facts.ts');
  for (const secret of ['', 'x', 'x'.repeat(1_000_000)]) assert.equal(secretDigest(secret).length, 32);
});
