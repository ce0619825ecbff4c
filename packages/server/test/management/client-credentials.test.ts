// /api/v2/clients/{id}/credentials, and credentials inside a client (auth0-behaviour APP-6, §37.4, recorded answers).

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { serveHere } from '../support/running.ts';
import { certificatePem, certificateSubject } from './certificate.ts';

const pem = (kind: 'rsa' | 'P-256' = 'rsa') =>
  (kind === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  ).publicKey
    .export({ type: 'spki', format: 'pem' })
    .toString();

describe('client credentials', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  before(async () => {
    site = await serveHere();
  });
  after(() => site.stop());
  const client = async (body: object = {}): Promise<string> =>
    (await site.manage('POST', '/clients', { name: 'Keys', ...body })).body.client_id;
  const add = async (clientId: string, body: object) => site.manage('POST', `/clients/${clientId}/credentials`, body);

  test('§37.4: a public key becomes a credential with its thumbprint as kid, and the key is never answered', async () => {
    const id = await client();
    const reply = await add(id, { name: 'first', credential_type: 'public_key', pem: pem() });
    assert.equal(reply.status, 201);
    assert.deepEqual(Object.keys(reply.body).toSorted(), [
      'alg',
      'created_at',
      'credential_type',
      'id',
      'kid',
      'name',
      'updated_at',
    ]);
    assert.match(reply.body.id, /^cred_[A-Za-z0-9]{22}$/);
    assert.match(reply.body.kid, /^[A-Za-z0-9_-]{43}$/);
    assert.equal(reply.body.alg, 'RS256');
    assert.deepEqual((await site.manage('GET', `/clients/${id}/credentials/${reply.body.id}`)).body, reply.body);
    const second = await add(id, { credential_type: 'public_key', pem: pem('P-256') });
    assert.equal(second.body.alg, 'ES256');
    const list = await site.manage('GET', `/clients/${id}/credentials?include_totals=true&per_page=50`);
    assert.deepEqual(
      list.body.map((one: { id: string }) => one.id),
      [second.body.id, reply.body.id],
      'the newest first, as recorded',
    );
  });

  test('a certificate gives its expiry, its subject or its thumbprint, by type', async () => {
    const id = await client();
    const expiring = await add(id, {
      credential_type: 'public_key',
      pem: certificatePem,
      parse_expiry_from_cert: true,
    });
    assert.equal(expiring.body.expires_at, '2033-05-13T09:33:13.000Z');
    const mtls = await add(id, { credential_type: 'x509_cert', pem: certificatePem });
    assert.equal(mtls.body.thumbprint_sha256, 'irPW_52cQKIRPeblpAs2LjaUELUxnh5Vi7_1idgHX7w');
    assert.equal(mtls.body.expires_at, '2033-05-13T09:33:13.000Z');
    const dn = await add(id, { credential_type: 'cert_subject_dn', pem: certificatePem });
    assert.equal(dn.body.subject_dn, certificateSubject);
    assert.equal(
      expiring.body.kid,
      'w0kIFOc-q7KKK-pa2Uj5b_Cl3f0hAgFeseLg8iEmWu0',
      'the kid that Auth0 gave this very certificate',
    );
  });

  const refused: readonly [body: object, message: RegExp][] = [
    [{}, /Missing required property: credential_type/],
    [{ credential_type: 'public_key' }, /Missing required property: pem/],
    [{ credential_type: 'public_key', pem: 'x' }, /not a PEM/],
    [{ credential_type: 'public_key', pem: pem(), alg: 'HS256' }, /No enum match/],
    [{ credential_type: 'public_key', pem: pem(), alg: 'none' }, /No enum match/],
    [{ credential_type: 'public_key', pem: pem(), alg: 'ES256' }, /does not fit/],
    [{ credential_type: 'public_key', pem: pem(), parse_expiry_from_cert: true }, /needs a certificate/],
    [{ credential_type: 'public_key', pem: pem(), expires_at: '2001-01-01T00:00:00Z' }, /in the future/],
    [{ credential_type: 'public_key', pem: pem(), expires_at: 'tomorrow' }, /format date-time/],
    [{ credential_type: 'x509_cert', pem: pem() }, /must hold a certificate/],
    [{ credential_type: 'cert_subject_dn', pem: certificatePem, subject_dn: 'CN=x' }, /mutually exclusive/],
    [
      {
        credential_type: 'public_key',
        pem: generateKeyPairSync('rsa', { modulusLength: 2048 })
          .privateKey.export({ type: 'pkcs8', format: 'pem' })
          .toString(),
      },
      /private key/,
    ],
    [
      {
        credential_type: 'public_key',
        pem: generateKeyPairSync('rsa', { modulusLength: 1024 })
          .publicKey.export({ type: 'spki', format: 'pem' })
          .toString(),
      },
      /at least 2048/,
    ],
    [{ credential_type: 'public_key', pem: pem(), id: 'cred_mine' }, /Additional properties not allowed: id/],
  ];
  for (const [index, [body, message]] of refused.entries()) {
    test(`credential ${index} is refused: ${message.source}`, async () => {
      const id = await client();
      const reply = await add(id, body);
      assert.equal(reply.status, 400);
      assert.match(reply.body.message, message);
      assert.ok(!reply.text.includes('BEGIN'), 'no key material in the answer');
      assert.deepEqual((await site.manage('GET', `/clients/${id}/credentials`)).body, []);
    });
  }

  test('credentials inside a new client are made with it, and shown whole this once', async () => {
    const created = await site.manage('POST', '/clients', {
      name: 'Inline',
      client_authentication_methods: {
        private_key_jwt: { credentials: [{ name: 'one', credential_type: 'public_key', pem: pem() }] },
      },
    });
    assert.equal(created.status, 201, created.text);
    const [credential] = created.body.client_authentication_methods.private_key_jwt.credentials;
    assert.deepEqual(Object.keys(credential).toSorted(), [
      'alg',
      'created_at',
      'credential_type',
      'id',
      'kid',
      'name',
      'updated_at',
    ]);
    assert.equal(
      created.body.client_secret,
      undefined,
      'a client that authenticates with keys has no secret that works',
    );
    const read = await site.manage('GET', `/clients/${created.body.client_id}`);
    assert.deepEqual(read.body.client_authentication_methods, {
      private_key_jwt: { credentials: [{ id: credential.id }] },
    });
    const bad = await site.manage('POST', '/clients', {
      name: 'Inline bad',
      client_authentication_methods: {
        private_key_jwt: {
          credentials: [
            { credential_type: 'public_key', pem: pem() },
            { credential_type: 'public_key', pem: 'x' },
          ],
        },
      },
    });
    assert.equal(bad.status, 400);
    assert.match(bad.body.message, /client_authentication_methods\.private_key_jwt\.credentials\[1\]\.pem/);
    assert.ok(
      !(await site.manage('GET', '/clients?per_page=100')).body.some(
        (one: { name: string }) => one.name === 'Inline bad',
      ),
      'nothing is half-written',
    );
  });

  test('a client switches from its secret to keys and back; the secret is hidden meanwhile', async () => {
    const id = await client({ token_endpoint_auth_method: 'client_secret_post' });
    const first = await add(id, { credential_type: 'public_key', pem: pem() });
    const path = `/clients/${id}`;
    const methods = (ids: readonly string[]) => ({ private_key_jwt: { credentials: ids.map((one) => ({ id: one })) } });
    assert.equal(
      (await site.manage('PATCH', path, { client_authentication_methods: methods([first.body.id]) })).status,
      400,
      'both at once',
    );
    const switched = await site.manage('PATCH', path, {
      client_authentication_methods: methods([first.body.id]),
      token_endpoint_auth_method: null,
    });
    assert.equal(switched.status, 200);
    assert.equal(switched.body.client_secret, undefined);
    assert.equal(switched.body.token_endpoint_auth_method, undefined);
    const second = await add(id, { credential_type: 'public_key', pem: pem() });
    assert.equal(
      (await site.manage('PATCH', path, { client_authentication_methods: methods([first.body.id, second.body.id]) }))
        .status,
      200,
    );
    const third = await add(id, { credential_type: 'public_key', pem: pem() });
    const three = await site.manage('PATCH', path, {
      client_authentication_methods: methods([first.body.id, second.body.id, third.body.id]),
    });
    assert.match(three.body.message, /Array is too long \(3\), maximum 2/);
    const back = await site.manage('PATCH', path, {
      client_authentication_methods: null,
      token_endpoint_auth_method: 'client_secret_basic',
    });
    assert.equal(back.body.client_authentication_methods, undefined);
    assert.match(back.body.client_secret, /^[A-Za-z0-9_-]{64}$/);
  });

  test('a client can name only credentials of its own, of the right type', async () => {
    const id = await client();
    const other = await add(await client(), { credential_type: 'public_key', pem: pem() });
    const certificate = await add(id, { credential_type: 'x509_cert', pem: certificatePem });
    for (const credentials of [
      [{ id: other.body.id }],
      [{ id: 'cred_nothing' }],
      [{ id: certificate.body.id }],
      [{ pem: pem(), credential_type: 'public_key' }],
    ]) {
      const reply = await site.manage('PATCH', `/clients/${id}`, {
        client_authentication_methods: { private_key_jwt: { credentials } },
      });
      assert.equal(reply.status, 400, reply.text);
    }
    const path = `/clients/${id}/credentials/${other.body.id}`;
    assert.equal((await site.manage('GET', path)).status, 404);
    assert.equal((await site.manage('PATCH', path, { expires_at: '2090-01-01T00:00:00Z' })).status, 404);
    assert.equal((await site.manage('DELETE', path)).status, 204);
    assert.equal((await site.manage('GET', `/clients/${id}/credentials`)).body.length, 1);
  });

  test('only the expiry of a credential changes; a deleted one leaves its client', async () => {
    const id = await client();
    const { body } = await add(id, { credential_type: 'public_key', pem: pem() });
    await site.manage('PATCH', `/clients/${id}`, {
      client_authentication_methods: { private_key_jwt: { credentials: [{ id: body.id }] } },
    });
    const path = `/clients/${id}/credentials/${body.id}`;
    const changed = await site.manage('PATCH', path, { expires_at: '2096-05-13T09:33:13Z' });
    assert.equal(changed.status, 200);
    assert.equal(changed.body.expires_at, '2096-05-13T09:33:13.000Z');
    assert.ok(changed.body.updated_at >= body.updated_at);
    for (const patch of [
      { pem: pem() },
      { kid: 'x' },
      { alg: 'PS256' },
      { name: 'x' },
      { credential_type: 'x509_cert' },
    ]) {
      assert.equal((await site.manage('PATCH', path, patch)).status, 400, JSON.stringify(patch).slice(0, 40));
    }
    assert.equal((await site.manage('DELETE', path)).status, 204);
    assert.deepEqual((await site.manage('GET', `/clients/${id}`)).body.client_authentication_methods, {
      private_key_jwt: { credentials: [] },
    });
  });

  test('the same key twice, or a seventh credential, is refused', async () => {
    const id = await client();
    const key = pem();
    assert.equal((await add(id, { credential_type: 'public_key', pem: key })).status, 201);
    assert.equal((await add(id, { credential_type: 'public_key', pem: key })).status, 409);
    const more = await Promise.all(
      Array.from({ length: 7 }, () => add(id, { credential_type: 'public_key', pem: pem('P-256') })),
    );
    assert.equal(more.filter(({ status }) => status === 201).length, 5);
    assert.equal(more.filter(({ status }) => status === 400).length, 2);
  });
});
