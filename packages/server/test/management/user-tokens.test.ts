// Tokens of users at the Management API: a signature is not enough, since their code may be replayed and their user may go
// (security-cases COD-01). Asked of the guard itself, with a scope that such a token may have.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { revokeIssued } from '../../src/domain/issuing/issued.ts';
import { issuedTokens } from '../../src/domain/issuing/user-tables.ts';
import { signJwt } from '../../src/domain/keys/signature.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import { createGuard } from '../../src/endpoints/management/guard.ts';
import type { TenantHost } from '../../src/schema/brand.ts';
import { application, claimsOf, person, redirectUri, responseTo } from '../issuing/login.ts';
import { block, remove } from '../issuing/permissions.ts';
import { serveHere } from '../support/running.ts';

describe('the guard and tokens of users', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  let web: { id: string; secret: string };
  before(async () => {
    site = await serveHere();
    web = await application(site);
  });
  after(() => site.stop());

  const tokenOf = async (user: string) => {
    const audience = `https://${site.host}/api/v2/`;
    const { code = '' } = await responseTo(site, web.id, user, { audience, scope: 'update:current_user_metadata' });
    const reply = await site.token({
      grant_type: 'authorization_code',
      client_id: web.id,
      client_secret: web.secret,
      redirect_uri: redirectUri,
      code,
    });
    assert.equal(reply.status, 200, reply.text);
    return reply.body.access_token as string;
  };
  const ask = (token: string) => {
    const guard = createGuard(site.house);
    const asked = {
      id: 'x',
      method: 'PATCH',
      path: '/api/v2/users/x',
      params: {},
      query: '',
      headers: { authorization: `Bearer ${token}` },
      repeated: new Set<string>(),
      body: Buffer.alloc(0),
      ip: '127.0.0.1',
      tenant: defaultTenant,
      host: site.host as TenantHost,
      issuer: site.issuer,
    };
    return guard(asked, [['update:current_user_metadata']]);
  };
  const isLetIn = async (token: string) => 'clientId' in (await ask(token));

  test('a token that was issued is let in, and ends when what its code bought is revoked', async () => {
    const user = await person(site);
    const token = await tokenOf(user);
    assert.equal(await isLetIn(token), true);
    const store = site.house.database.store(defaultTenant);
    const [row] = await store.all(issuedTokens, { user_id: user });
    assert.equal(await store.transact((tx) => revokeIssued(tx, row?.family ?? '')), 1);
    assert.equal(await isLetIn(token), false);
  });

  for (const [name, change] of [
    ['blocked', block],
    ['removed', remove],
  ] as const) {
    test(`the token of a user who was ${name} is refused`, async () => {
      const user = await person(site);
      const token = await tokenOf(user);
      await change(site, user);
      assert.equal(await isLetIn(token), false);
    });
  }

  test('a token that was signed, but never issued, is refused', async () => {
    const token = await tokenOf(await person(site));
    const key = await site.house.keyring.signing(defaultTenant, 'RS256');
    assert.equal(await isLetIn(await signJwt(key, 'JWT', claimsOf(token))), false);
  });
});
