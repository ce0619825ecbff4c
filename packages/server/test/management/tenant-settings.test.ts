// /api/v2/tenants/settings (auth0-behaviour §2.1, §37.4; what auth0-deploy-cli and Terraform send).

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { engines, serveHere } from '../support/running.ts';

for (const engine of engines) {
  describe(`tenant settings on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    before(async () => {
      site = await serveHere(engine);
    });
    after(() => site.stop());
    const settings = async () => (await site.manage('GET', '/tenants/settings')).body;

    test('a fresh tenant has the documented defaults', async () => {
      const fresh = await settings();
      assert.deepEqual(
        [
          fresh.session_lifetime,
          fresh.idle_session_lifetime,
          fresh.ephemeral_session_lifetime,
          fresh.idle_ephemeral_session_lifetime,
        ],
        [168, 72, 72, 24],
      );
      assert.equal(fresh.answer_dialect, undefined, 'our addition is answered only when it is set');
      assert.equal(fresh.resource_parameter_profile, 'compatibility');
      assert.equal(fresh.flags.remove_alg_from_jwks, false);
    });

    test('TEN-3: lifetimes may come in minutes and are answered in hours', async () => {
      const { status, body } = await site.manage('PATCH', '/tenants/settings', {
        session_lifetime_in_minutes: 181,
        idle_session_lifetime_in_minutes: 60,
      });
      assert.equal(status, 200);
      assert.equal(body.session_lifetime, 3.0166666666666666);
      assert.equal(body.idle_session_lifetime, 1);
      assert.equal(body.session_lifetime_in_minutes, undefined);
      assert.equal((await settings()).session_lifetime, 3.0166666666666666);
      assert.equal(
        (await site.manage('PATCH', '/tenants/settings', { idle_session_lifetime: 4 })).status,
        400,
        'idle beyond the whole',
      );
    });

    test('flags merge, other objects are replaced, null takes away', async () => {
      const rows: readonly [patch: object, member: string, value: unknown][] = [
        [{ flags: { remove_alg_from_jwks: true } }, 'flags', undefined],
        [
          { universal_login: { colors: { primary: '#F8F8F2', page_background: '#222221' } } },
          'universal_login',
          { colors: { primary: '#F8F8F2', page_background: '#222221' } },
        ],
        [{ universal_login: {} }, 'universal_login', {}],
        [
          { error_page: { html: '<html></html>', show_log_link: false, url: 'https://a.example/e' } },
          'error_page',
          { html: '<html></html>', show_log_link: false, url: 'https://a.example/e' },
        ],
        [{ error_page: null }, 'error_page', undefined],
        [
          { country_codes: { list: ['DE', 'FR'], mode: 'deny' } },
          'country_codes',
          { list: ['DE', 'FR'], mode: 'deny' },
        ],
        [{ country_codes: null }, 'country_codes', undefined],
        [{ mtls: { enable_endpoint_aliases: true } }, 'mtls', { enable_endpoint_aliases: true }],
        [{ mtls: null }, 'mtls', undefined],
        [{ session_cookie: { mode: 'non-persistent' } }, 'session_cookie', { mode: 'non-persistent' }],
        [{ acr_values_supported: ['a', 'b'] }, 'acr_values_supported', ['a', 'b']],
        [{ allowed_logout_urls: ['https://a.example/out'] }, 'allowed_logout_urls', ['https://a.example/out']],
        [{ friendly_name: 'Mine' }, 'friendly_name', 'Mine'],
        [{ answer_dialect: 'oidc' }, 'answer_dialect', 'oidc'],
        [{ answer_dialect: null }, 'answer_dialect', undefined],
      ];
      const before = await settings();
      for (const [patch, member, value] of rows) {
        const reply = await site.manage('PATCH', '/tenants/settings', patch);
        assert.equal(reply.status, 200, reply.text);
        if (member !== 'flags') assert.deepEqual(reply.body[member], value, JSON.stringify(patch));
      }
      assert.deepEqual((await settings()).flags, { ...before.flags, remove_alg_from_jwks: true });
    });

    const refused: readonly [patch: object, message: RegExp][] = [
      [{ foo: 1 }, /Additional properties not allowed: foo/],
      [{ flags: { foo: true } }, /Additional properties not allowed: foo' on property flags/],
      [{ flags: { enable_sso: 'true' } }, /Expected type boolean/],
      [{ sandbox_versions_available: ['22'] }, /Additional properties not allowed/],
      [{ session_lifetime: '1' }, /Expected type number/],
      [{ session_lifetime: 0 }, /less than minimum/],
      [{ support_email: 'not an address' }, /format email-or-empty/],
      [{ enabled_locales: [] }, /too short/],
      [{ default_redirection_uri: 'http://a.example/' }, /https/],
      [{ picture_url: 'javascript:alert(1)' }, /format absolute-uri-or-empty/],
      [{ friendly_name: null }, /found type null/],
      [{ error_page: { enabled: true } }, /Additional properties not allowed: enabled' on property error_page/],
    ];
    for (const [patch, message] of refused) {
      test(`${JSON.stringify(patch)} is refused and changes nothing`, async () => {
        const before = await settings();
        const reply = await site.manage('PATCH', '/tenants/settings', patch);
        assert.equal(reply.status, 400);
        assert.match(reply.body.message, message);
        assert.deepEqual(await settings(), before);
      });
    }

    test('parallel changes of different flags lose none', async () => {
      const names = ['enable_apis_section', 'enable_client_connections', 'enable_pipeline2', 'change_pwd_flow_v1'];
      await Promise.all(names.map((name) => site.manage('PATCH', '/tenants/settings', { flags: { [name]: true } })));
      const { flags } = await settings();
      for (const name of names) assert.equal(flags[name], true, name);
    });

    test('fields choose members', async () => {
      assert.deepEqual(
        Object.keys((await site.manage('GET', '/tenants/settings?fields=friendly_name,flags')).body).toSorted(),
        ['flags', 'friendly_name'],
      );
    });
  });
}
