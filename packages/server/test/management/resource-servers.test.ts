// /api/v2/resource-servers: what is special about APIs (auth0-behaviour §2.3, §25.1, §25.2).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serveHere } from '../support/running.ts';
import { certificatePem } from './certificate.ts';

describe('resource servers', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let made = 0;
  before(async () => {
    site = await serveHere();
  });
  after(() => site.stop());
  const create = (body: object = {}) =>
    site.manage('POST', '/resource-servers', { identifier: `https://rs-${++made}.example.com/`, ...body });

  test('§25.2: the Management API is an API with every scope, named by the host that is asked', async () => {
    const { body } = await site.manage(
      'GET',
      `/resource-servers/${encodeURIComponent(`https://${site.host}/api/v2/`)}`,
    );
    assert.equal(body.identifier, `https://${site.host}/api/v2/`);
    assert.equal(body.is_system, true);
    assert.equal(body.signing_alg, 'RS256');
    assert.deepEqual([body.token_lifetime, body.token_lifetime_for_web], [86_400, 7200]);
    const scopes = body.scopes.map((scope: { value: string }) => scope.value);
    for (const scope of [
      'read:clients',
      'update:client_keys',
      'create:client_credentials',
      'read:logs',
      'update:tenant_settings',
      'read:client_summary',
    ]) {
      assert.ok(scopes.includes(scope), scope);
    }
    assert.equal(new Set(scopes).size, scopes.length);
  });

  test('API-4: of the Management API only lifetimes and the like change, and it is never deleted', async () => {
    const path = `/resource-servers/${encodeURIComponent(`https://${site.host}/api/v2/`)}`;
    const { body: before } = await site.manage('GET', path);
    for (const patch of [
      { name: 'Mine' },
      { scopes: [] },
      { signing_alg: 'HS256' },
      { token_dialect: 'rfc9068_profile' },
      { proof_of_possession: { mechanism: 'dpop', required: true } },
    ]) {
      assert.equal((await site.manage('PATCH', path, patch)).status, 400, JSON.stringify(patch));
    }
    assert.equal((await site.manage('DELETE', path)).status, 400);
    assert.equal((await site.manage('DELETE', `/resource-servers/${before.id}`)).status, 400);
    assert.deepEqual((await site.manage('GET', path)).body, before);
    const changed = await site.manage('PATCH', path, {
      token_lifetime: 3600,
      token_lifetime_for_web: 600,
      name: before.name,
    });
    assert.equal(changed.body.token_lifetime, 3600, 'a member that keeps its value may be sent along');
    await site.manage('PATCH', path, { token_lifetime: 86_400, token_lifetime_for_web: 7200 });
  });

  const refused: readonly [body: object, message: RegExp][] = [
    [{ identifier: 'urn:countersign:management-api' }, /kept for built-in APIs/],
    [{ identifier: '' }, /too short/],
    [{ identifier: 'two words' }, /does not match pattern/],
    [{ identifier: 'x'.repeat(601) }, /too long/],
    [{ signing_alg: 'none' }, /No enum match: none|No enum match for: none/],
    [{ signing_alg: 'HS256', signing_secret: 'short' }, /too short/],
    [{ token_lifetime: 2_592_001 }, /greater than maximum 2592000/],
    [{ token_lifetime: 0 }, /less than minimum 1/],
    [{ token_lifetime: '3600' }, /Expected type number but found type string/],
    [{ token_lifetime: 2 ** 60 }, /maximum/],
    [{ token_lifetime: 100, token_lifetime_for_web: 200 }, /greater than token_lifetime/],
    [{ scopes: [{ value: 'read a' }] }, /does not match pattern/],
    [{ scopes: [{ value: 'a' }, { value: 'a' }] }, /not unique/],
    [{ scopes: [{ description: 'x' }] }, /Missing required property: value/],
    [
      { scopes: Array.from({ length: 1001 }, (_, n) => ({ value: `s${n}` })) },
      /Array is too long \(1001\), maximum 1000/,
    ],
    [{ enforce_policies: 'true' }, /Expected type boolean/],
    [{ subject_type_authorization: { client: { policy: 'allow_all' } } }, /No enum match for: allow_all/],
    [{ is_system: true }, /Additional properties not allowed: is_system/],
    [{ id: '0'.repeat(24) }, /Additional properties not allowed: id/],
    [
      { token_encryption: { format: 'compact-nested-jwe', encryption_key: { alg: 'RSA-OAEP-256', pem: 'x' } } },
      /not a PEM/,
    ],
  ];
  test('an API called as a client or as /userinfo is refused: their tokens could not be told apart', async () => {
    const { body: client } = await site.manage('POST', '/clients', { name: 'Named by its id' });
    for (const identifier of [client.client_id, `https://${site.host}/userinfo`]) {
      const reply = await create({ identifier });
      assert.equal(reply.status, 400, reply.text);
      assert.match(reply.body.message, /id of a client|kept for built-in APIs/);
    }
  });

  for (const [body, message] of refused) {
    test(`an API with ${JSON.stringify(body).slice(0, 60)} is refused`, async () => {
      const reply = await create(body);
      assert.equal(reply.status, 400, reply.text);
      assert.match(reply.body.message, message);
    });
  }

  test('ALG-4: an API that signs with HS256 has a secret, made if none is given, also when it changes to HS256', async () => {
    const given = await create({ signing_alg: 'HS256', signing_secret: 'a-secret-of-sixteen' });
    assert.equal(given.body.signing_secret, 'a-secret-of-sixteen');
    const own = await create({ signing_alg: 'HS256' });
    assert.match(own.body.signing_secret, /^[A-Za-z0-9_-]{64}$/);
    const other = await create({});
    assert.equal(other.body.signing_secret, undefined);
    const changed = await site.manage('PATCH', `/resource-servers/${other.body.id}`, { signing_alg: 'HS256' });
    assert.match(changed.body.signing_secret, /^[A-Za-z0-9_-]{64}$/);
    assert.equal(
      (await site.manage('PATCH', `/resource-servers/${other.body.id}`, { signing_alg: 'RS256' })).body.signing_alg,
      'RS256',
      'X-4',
    );
  });

  test('our additions: ES256, EdDSA and PS256 are taken', async () => {
    for (const signing_alg of ['PS256', 'ES256', 'EdDSA'])
      assert.equal((await create({ signing_alg })).body.signing_alg, signing_alg);
  });

  test('§37.4: members appear once they are set, scopes are replaced, and null takes away', async () => {
    const { body } = await create({});
    const path = `/resource-servers/${body.id}`;
    assert.deepEqual(
      (await site.manage('PATCH', path, { scopes: [{ value: 'a', description: 'A' }, { value: 'b' }] })).body.scopes,
      [{ value: 'a', description: 'A' }, { value: 'b' }],
    );
    assert.deepEqual((await site.manage('PATCH', path, { scopes: [] })).body.scopes, []);
    const rows: readonly [patch: object, member: string, value: unknown][] = [
      [{ enforce_policies: true, token_dialect: 'access_token_authz' }, 'token_dialect', 'access_token_authz'],
      [
        { consent_policy: 'transactional-authorization-with-mfa' },
        'consent_policy',
        'transactional-authorization-with-mfa',
      ],
      [{ consent_policy: null }, 'consent_policy', undefined],
      [{ authorization_details: [{ type: 'payment' }] }, 'authorization_details', [{ type: 'payment' }]],
      [{ authorization_details: null }, 'authorization_details', undefined],
      [
        { proof_of_possession: { mechanism: 'dpop', required: true, required_for: 'public_clients' } },
        'proof_of_possession',
        { mechanism: 'dpop', required: true, required_for: 'public_clients' },
      ],
      [{ proof_of_possession: null }, 'proof_of_possession', undefined],
      [
        { subject_type_authorization: { user: { policy: 'deny_all' } } },
        'subject_type_authorization',
        { client: { policy: 'require_client_grant' }, user: { policy: 'deny_all' } },
      ],
    ];
    for (const [patch, member, value] of rows) {
      const reply = await site.manage('PATCH', path, patch);
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(reply.body[member], value, JSON.stringify(patch));
    }
    for (const patch of [
      { identifier: 'https://other.example.com/' },
      { id: 'x' },
      { is_system: true },
      { scopes: null },
    ]) {
      assert.equal((await site.manage('PATCH', path, patch)).status, 400, JSON.stringify(patch));
    }
  });

  test('an encryption key is answered by its thumbprint, never as PEM', async () => {
    const { body } = await create({
      token_encryption: {
        format: 'compact-nested-jwe',
        encryption_key: { name: 'k', alg: 'RSA-OAEP-256', kid: 'my-key', pem: certificatePem },
      },
    });
    const expected = {
      name: 'k',
      alg: 'RSA-OAEP-256',
      kid: 'my-key',
      thumbprint_sha256: 'w0kIFOc-q7KKK-pa2Uj5b_Cl3f0hAgFeseLg8iEmWu0',
    };
    assert.deepEqual(body.token_encryption, { format: 'compact-nested-jwe', encryption_key: expected });
    const read = await site.manage('GET', `/resource-servers/${body.id}`);
    assert.deepEqual(read.body.token_encryption.encryption_key, expected);
    assert.ok(!read.text.includes('BEGIN'));
  });

  test('built-in APIs are switched on under their identifiers, with fixed members', async () => {
    const reply = await site.manage('POST', '/resource-servers', {
      identifier: `https://${site.host}/me/`,
      name: 'Ignored',
    });
    assert.equal(reply.status, 201);
    assert.equal(reply.body.identifier, `https://${site.host}/me/`);
    assert.equal(reply.body.is_system, true);
    assert.deepEqual(
      [reply.body.token_lifetime, reply.body.subject_type_authorization.client.policy],
      [600, 'deny_all'],
    );
    assert.equal((await site.manage('PATCH', `/resource-servers/${reply.body.id}`, { name: 'Mine' })).status, 400);
    assert.equal((await site.manage('DELETE', `/resource-servers/${reply.body.id}`)).status, 204);
  });

  test('the default audience of the tenant must exist, and is forgotten with its API', async () => {
    const { body } = await create({});
    assert.equal(
      (await site.manage('PATCH', '/tenants/settings', { default_audience: 'https://nowhere.example/' })).status,
      400,
    );
    assert.equal(
      (await site.manage('PATCH', '/tenants/settings', { default_audience: body.identifier })).body.default_audience,
      body.identifier,
    );
    await site.manage('DELETE', `/resource-servers/${body.id}`);
    assert.equal((await site.manage('GET', '/tenants/settings')).body.default_audience, '');
  });
});
