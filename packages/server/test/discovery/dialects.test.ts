// What the metadata says by the settings of the tenant (auth0-behaviour DISC-1; openid-conformance §4).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serveHere } from '../support/running.ts';

describe('metadata by settings', () => {
  let site: Awaited<ReturnType<typeof serveHere>>;
  before(async () => {
    site = await serveHere();
  });
  after(() => site.stop());

  const metadata = async () => (await site.send('GET', '/.well-known/openid-configuration')).body;
  const set = async (settings: object) => {
    const reply = await site.manage('PATCH', '/tenants/settings', settings);
    assert.equal(reply.status, 200, reply.text);
  };

  test('it names the grants that are offered, the front channel among them', async () => {
    assert.deepEqual((await metadata()).grant_types_supported.toSorted(), [
      'authorization_code',
      'client_credentials',
      'http://auth0.com/oauth/grant-type/password-realm',
      'implicit',
      'password',
      'refresh_token',
    ]);
  });

  test('values of acr_values and the issuer in responses are told when the tenant has them', async () => {
    const plain = await metadata();
    assert.equal('acr_values_supported' in plain, false);
    assert.equal('authorization_response_iss_parameter_supported' in plain, false);
    await set({ acr_values_supported: ['gold'], authorization_response_iss_parameter_supported: true });
    const told = await metadata();
    assert.deepEqual(told.acr_values_supported, ['gold']);
    assert.equal(told.authorization_response_iss_parameter_supported, true);
    await set({ acr_values_supported: null, authorization_response_iss_parameter_supported: null });
    assert.deepEqual(await metadata(), plain);
  });

  test('the oidc dialect names its prompts and claims, no plain challenge, and the issuer in responses', async () => {
    await set({ answer_dialect: 'oidc' });
    const told = await metadata();
    assert.deepEqual(told.code_challenge_methods_supported, ['S256']);
    assert.deepEqual(told.prompt_values_supported, ['none', 'login', 'consent', 'select_account', 'create']);
    assert.equal(told.authorization_response_iss_parameter_supported, true);
    for (const claim of ['sub', 'nonce', 'at_hash', 'auth_time', 'phone_number_verified', 'address', 'updated_at']) {
      assert.ok(told.claims_supported.includes(claim), claim);
    }
    for (const [member, value] of Object.entries(told)) {
      if (member.endsWith('_supported')) {
        assert.ok(typeof value === 'boolean' || (Array.isArray(value) && value.length > 0), member);
      }
    }
    await set({ answer_dialect: null });
  });
});
