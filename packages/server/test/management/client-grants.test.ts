// /api/v2/client-grants: what a grant binds and what must hold (auth0-behaviour §2.4, §25.4, API-6, §27.1).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serveHere } from '../support/running.ts';

describe('client grants', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let client: string;
  const audience = 'https://granted.example.com/';
  before(async () => {
    site = await serveHere();
    client = (await site.manage('POST', '/clients', { name: 'Machine' })).body.client_id;
    await site.manage('POST', '/resource-servers', {
      identifier: audience,
      scopes: [{ value: 'read:a' }, { value: 'read:b', description: 'B' }],
    });
  });
  after(() => site.stop());
  const fresh = async (body: object = {}): Promise<string> =>
    (await site.manage('POST', '/clients', { name: 'Another', ...body })).body.client_id;

  test('§37.4: a grant has exactly the recorded members', async () => {
    const reply = await site.manage('POST', '/client-grants', { client_id: client, audience, scope: ['read:a'] });
    assert.equal(reply.status, 201);
    assert.match(reply.body.id, /^cgr_[A-Za-z0-9]{16}$/);
    const { id, ...rest } = reply.body;
    assert.deepEqual(rest, { client_id: client, audience, scope: ['read:a'], subject_type: 'client' });
    assert.deepEqual((await site.manage('GET', `/client-grants/${id}`)).body, reply.body);
  });

  test('CG-2: one grant per client, API and subject type', async () => {
    const own = await fresh();
    const body = { client_id: own, audience, scope: ['read:a'] };
    assert.equal((await site.manage('POST', '/client-grants', body)).status, 201);
    assert.equal((await site.manage('POST', '/client-grants', body)).status, 409);
    assert.equal((await site.manage('POST', '/client-grants', { ...body, subject_type: 'user' })).status, 201);
    const byType = await site.manage('GET', `/client-grants?client_id=${own}&subject_type=user`);
    assert.deepEqual(
      byType.body.map((grant: { subject_type: string }) => grant.subject_type),
      ['user'],
    );
  });

  const refused: readonly [name: string, body: (own: string) => object, message: RegExp][] = [
    ['no client', () => ({ audience, scope: [] }), /Exactly one of client_id and default_for/],
    [
      'both client and default_for',
      (own) => ({ client_id: own, default_for: 'third_party_clients', audience, scope: [] }),
      /Exactly one/,
    ],
    ['an unknown client', () => ({ client_id: 'nobody', audience, scope: [] }), /client does not exist/],
    [
      'an unknown API',
      (own) => ({ client_id: own, audience: 'https://unknown.example.com/', scope: [] }),
      /resource server does not exist/,
    ],
    [
      'an API that differs by its slash',
      (own) => ({ client_id: own, audience: audience.slice(0, -1), scope: [] }),
      /resource server does not exist/,
    ],
    [
      'the stored name of a built-in API',
      (own) => ({ client_id: own, audience: 'urn:countersign:nothing', scope: [] }),
      /resource server does not exist/,
    ],
    ['a scope twice', (own) => ({ client_id: own, audience, scope: ['read:a', 'read:a'] }), /not unique/],
    [
      'all scopes and some',
      (own) => ({ client_id: own, audience, scope: ['read:a'], allow_all_scopes: true }),
      /must be left out/,
    ],
    [
      'CG-5: authorization details for a machine',
      (own) => ({ client_id: own, audience, scope: [], authorization_details_types: ['x'] }),
      /only allowed for subject_type user/,
    ],
    [
      'organizations for users',
      (own) => ({ client_id: own, audience, scope: [], subject_type: 'user', organization_usage: 'allow' }),
      /only allowed for subject_type client/,
    ],
    [
      'any organization without a use',
      (own) => ({ client_id: own, audience, scope: [], allow_any_organization: true }),
      /needs organization_usage/,
    ],
    [
      'an unknown subject type',
      (own) => ({ client_id: own, audience, scope: [], subject_type: 'robot' }),
      /No enum match/,
    ],
    [
      'an id',
      (own) => ({ id: 'cgr_mine', client_id: own, audience, scope: [] }),
      /Additional properties not allowed: id/,
    ],
    [
      'API-6: a default grant for a built-in API',
      () => ({ default_for: 'third_party_clients', audience: `https://${site.host}/api/v2/`, scope: [] }),
      /no default grants/,
    ],
  ];
  for (const [name, body, message] of refused) {
    test(`a grant with ${name} is refused`, async () => {
      const reply = await site.manage('POST', '/client-grants', body(await fresh()));
      assert.equal(reply.status, 400, reply.text);
      assert.equal(reply.body.errorCode, 'invalid_body');
      assert.match(reply.body.message, message);
    });
  }

  test('the global client and strict third parties get no grants for built-in APIs', async () => {
    const [global] = (await site.manage('GET', '/clients?is_global=true')).body;
    const management = `https://${site.host}/api/v2/`;
    assert.equal(
      (await site.manage('POST', '/client-grants', { client_id: global.client_id, audience, scope: [] })).status,
      400,
    );
    const strict = await fresh({ is_first_party: false });
    assert.equal(
      (
        await site.manage('POST', '/client-grants', {
          client_id: strict,
          audience: management,
          scope: ['read:clients'],
        })
      ).status,
      400,
    );
    const own = await fresh();
    const granted = await site.manage('POST', '/client-grants', {
      client_id: own,
      audience: management,
      scope: ['read:clients'],
    });
    assert.equal(granted.status, 201);
    assert.equal(granted.body.audience, management, 'the identifier follows the host');
    const found = await site.manage(
      'GET',
      `/client-grants?audience=${encodeURIComponent(management)}&client_id=${own}`,
    );
    assert.deepEqual(
      found.body.map((grant: { id: string }) => grant.id),
      [granted.body.id],
    );
  });

  test('a patch changes what may be had, never who and what for', async () => {
    const { body } = await site.manage('POST', '/client-grants', {
      client_id: await fresh(),
      audience,
      scope: ['read:a'],
    });
    const path = `/client-grants/${body.id}`;
    assert.deepEqual((await site.manage('PATCH', path, { scope: ['read:b'] })).body.scope, ['read:b']);
    for (const patch of [
      { client_id: client },
      { audience },
      { subject_type: 'user' },
      { default_for: 'third_party_clients' },
      { id: 'cgr_x' },
      { scope: null },
    ]) {
      assert.equal((await site.manage('PATCH', path, patch)).status, 400, JSON.stringify(patch));
    }
    const all = await site.manage('PATCH', path, { allow_all_scopes: true });
    assert.deepEqual([all.body.scope, all.body.allow_all_scopes], [undefined, true]);
    const some = await site.manage('PATCH', path, { scope: ['read:a'] });
    assert.deepEqual([some.body.scope, some.body.allow_all_scopes], [['read:a'], undefined]);
    const organizations = await site.manage('PATCH', path, {
      organization_usage: 'allow',
      allow_any_organization: true,
    });
    assert.equal(organizations.status, 200);
    const any = await site.manage('GET', '/client-grants?allow_any_organization=true');
    assert.deepEqual(
      any.body.map((grant: { id: string }) => grant.id),
      [body.id],
    );
  });

  test('a scope that the API does not define is kept, as recorded, and no token carries it until it is defined', async () => {
    const machine = await site.machine({ scopes: ['a'] });
    const path = `/client-grants/${machine.grantId}`;
    assert.deepEqual((await site.manage('PATCH', path, { scope: ['a', 'later'] })).body.scope, ['a', 'later']);
    const scope = async () =>
      (
        await site.token({
          grant_type: 'client_credentials',
          client_id: machine.clientId,
          client_secret: machine.clientSecret,
          audience: machine.audience,
        })
      ).body.scope;
    assert.equal(await scope(), 'a');
    await site.manage('PATCH', `/resource-servers/${encodeURIComponent(machine.audience)}`, {
      scopes: [{ value: 'a' }, { value: 'later' }],
    });
    assert.equal(await scope(), 'a later');
  });

  test('2.4: a default grant for third parties, one an API', async () => {
    const body = { default_for: 'third_party_clients', audience, scope: ['read:a'] };
    const reply = await site.manage('POST', '/client-grants', body);
    assert.equal(reply.status, 201);
    assert.equal(reply.body.client_id, undefined);
    assert.equal((await site.manage('POST', '/client-grants', body)).status, 409);
    assert.equal((await site.manage('GET', '/client-grants?default_for=third_party_clients')).body.length, 1);
  });

  test('a list with take and include_totals has the wrapper that the SDK reads', async () => {
    const { body } = await site.manage('GET', '/client-grants?take=50&include_totals=true');
    assert.deepEqual(Object.keys(body), ['client_grants']);
    const paged = await site.manage('GET', '/client-grants?per_page=50&include_totals=true');
    assert.deepEqual(Object.keys(paged.body).toSorted(), ['client_grants', 'limit', 'start', 'total']);
  });

  test('API-5: an API that goes takes its grants along; a scope that goes leaves them', async () => {
    const identifier = 'https://going.example.com/';
    await site.manage('POST', '/resource-servers', { identifier, scopes: [{ value: 'a' }, { value: 'b' }] });
    const { body } = await site.manage('POST', '/client-grants', {
      client_id: await fresh(),
      audience: identifier,
      scope: ['a', 'b'],
    });
    const api = `/resource-servers/${encodeURIComponent(identifier)}`;
    await site.manage('PATCH', api, { scopes: [{ value: 'b' }] });
    assert.deepEqual((await site.manage('GET', `/client-grants/${body.id}`)).body.scope, ['b']);
    await site.manage('PATCH', api, { scopes: [{ value: 'a' }, { value: 'b' }] });
    assert.deepEqual(
      (await site.manage('GET', `/client-grants/${body.id}`)).body.scope,
      ['b'],
      'an old decision does not come back',
    );
    assert.equal((await site.manage('DELETE', api)).status, 204);
    assert.equal((await site.manage('GET', `/client-grants/${body.id}`)).status, 404);
  });

  test('a grant is not made for an API or client that is deleted at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      const identifier = `https://race-${round}.example.com/`;
      await site.manage('POST', '/resource-servers', { identifier });
      const own = await fresh();
      const [made] = await Promise.all([
        site.manage('POST', '/client-grants', { client_id: own, audience: identifier, scope: [] }),
        site.manage('DELETE', `/resource-servers/${encodeURIComponent(identifier)}`),
      ]);
      const left = await site.manage('GET', `/client-grants?client_id=${own}`);
      assert.deepEqual(left.body, [], `made ${made.status}`);
    }
  });
});
