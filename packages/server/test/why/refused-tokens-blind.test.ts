// Refused tokens whose cause only this server can know: the second table, written from questions.md, TOK and SCO without a look at
// the explainer. In brackets: the group of questions.md, or the case of security-cases.md.

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { api, application, person } from '../issuing/login.ts';
import { hmacWith, part, signedWith } from '../support/forgery.ts';
import { engines } from '../support/running.ts';
import { foreignKey, openWorld, type World } from './world.ts';

interface Refused {
  readonly token: string;
  readonly audience?: string | undefined;
  readonly scope?: string;
}
/** `fix`: what its words, command or code say. */
type Case = readonly [name: string, code: string, make: (w: World) => Promise<Refused>, says: RegExp, fix: RegExp];

const now = () => Math.floor(Date.now() / 1000);
const foreign = (iss: string | undefined, claims: object, header: object = {}) =>
  signedWith(
    foreignKey(),
    { alg: 'RS256', typ: 'JWT', kid: 'abc', ...header },
    { ...(iss === undefined ? {} : { iss }), iat: now(), exp: now() + 3600, ...claims },
  );

const strangers: readonly Case[] = [
  [
    'an ID token of Google (B)',
    'wrong_issuer',
    async (w) => ({
      token: foreign('https://accounts.google.com', { azp: 'g', aud: 'g', sub: '1', email: 'a@b.c', at_hash: 'x' }),
      audience: w.audience,
    }),
    /accounts\.google\.com/,
    /access token from this server/,
  ],
  [
    'a token of Firebase (B)',
    'wrong_issuer',
    async (w) => ({
      token: foreign('https://securetoken.google.com/p', { aud: 'p', auth_time: 1, sub: 'u', firebase: {} }),
      audience: w.audience,
    }),
    /securetoken\.google\.com/,
    /access token from this server/,
  ],
  [
    'a token of Supabase, HS256 (E)',
    'wrong_issuer',
    async (w) => ({
      token: hmacWith(
        's'.repeat(32),
        { alg: 'HS256', typ: 'JWT' },
        {
          iss: 'https://x.supabase.co/auth/v1',
          aud: 'authenticated',
          role: 'authenticated',
          sub: '1',
          exp: now() + 99,
        },
      ),
      audience: w.audience,
    }),
    /x\.supabase\.co/,
    /access token from this server/,
  ],
  [
    'a token of Keycloak (C)',
    'wrong_issuer',
    async (w) => ({
      token: foreign('https://kc.example.com/realms/shop', {
        aud: 'account',
        azp: 'shop',
        typ: 'Bearer',
        scope: 'email',
      }),
      audience: w.audience,
    }),
    /realms\/shop/,
    /this server/,
  ],
  [
    'an opaque token of Auth0, which is encrypted (A)',
    'wrong_issuer',
    async (w) => ({
      token: `${part({ alg: 'dir', enc: 'A256GCM', iss: 'https://dev-1.us.auth0.com/' })}..${part('i'.repeat(12))}.${part('c'.repeat(99))}.${part('t'.repeat(16))}`,
      audience: w.audience,
    }),
    /dev-1\.us\.auth0\.com.*no API is requested/,
    /access token from this server/,
  ],
  [
    'the example of jwt.io (E)',
    'no_issuer',
    async (w) => ({
      token: hmacWith('your-256-bit-secret', { alg: 'HS256', typ: 'JWT' }, { sub: '1', name: 'John Doe', iat: 1 }),
      audience: w.audience,
    }),
    /made by hand/,
    /from this server/,
  ],
  [
    'one that an API of theirs signs itself (E)',
    'hmac_not_allowed',
    async (w) => ({
      token: hmacWith(
        'own secret',
        { alg: 'HS256', typ: 'JWT' },
        { iss: w.site.issuer, aud: w.audience, azp: 'x', sub: 'x@clients', iat: now(), exp: now() + 99 },
      ),
      audience: w.audience,
    }),
    /signs tokens for the API .* with RS256/,
    /check RS256/,
  ],
  [
    'one without a kid (TOK-08)',
    'unknown_key',
    async (w) => ({
      token: foreign(w.site.issuer, { aud: w.audience, azp: 'x', scope: 'read:x' }, { kid: undefined }),
      audience: w.audience,
    }),
    /names no key \(kid\)/,
    /new token/,
  ],
];

const settings: readonly Case[] = [
  ...(
    [
      ['quotation marks of a settings file (K)', (own: string) => `"${own}"`, /quotation marks/],
      ['white space of a settings file (K)', (own: string) => `${own} `, /white space/],
      ['percent-encoding (C)', encodeURIComponent, /percent-encoding/],
    ] as const
  ).map(
    ([name, change, says]): Case => [
      name,
      'near_miss_audience',
      async (w) => ({ token: await w.machineToken(), audience: change(w.machine.audience) }),
      says,
      /settings of the API itself.*"audience: \\"https:\/\/api-/,
    ],
  ),
  [
    "the client's id (D')",
    'wrong_api_setting',
    async (w) => ({ token: (await w.login({ audience: w.audience })).access_token, audience: w.web.id }),
    /client id of the application/,
    /"audience: \\"https:\/\/api-of-users-/,
  ],
  [
    'the name of the API (C)',
    'wrong_api_setting',
    async (w) => ({ token: await w.machineToken(), audience: String(w.machine.api.name) }),
    /the name of an API/,
    /to its identifier/,
  ],
  [
    'the id of the API (C)',
    'wrong_api_setting',
    async (w) => ({ token: await w.machineToken(), audience: String(w.machine.api.id) }),
    /the id of an API/,
    /to its identifier/,
  ],
  [
    'an API that nobody made (C)',
    'wrong_api_setting',
    async (w) => ({ token: await w.machineToken(), audience: 'https://nowhere.example.net/' }),
    /no API here has that identifier/,
    /make it here/,
  ],
];

const permit = (w: World, method: 'POST' | 'DELETE', user: string, audience: string) =>
  w.site.manage(method, `/users/${encodeURIComponent(user)}/permissions`, {
    permissions: [{ resource_server_identifier: audience, permission_name: 'read:x' }],
  });
const renewed = async (w: World, refresh_token: string, more: object = {}) => {
  const { body, text } = await w.site.token({
    grant_type: 'refresh_token',
    client_id: w.web.id,
    client_secret: w.web.secret,
    refresh_token,
    ...more,
  });
  assert.ok(body.access_token, text);
  return body.access_token as string;
};

const scopes: readonly Case[] = [
  [
    'the role was given after the login (F)',
    'missing_scope',
    async (w) => {
      const [user, audience] = [await person(w.site), await api(w.site, { enforce_policies: true })];
      const { access_token: token } = await w.login({ audience, scope: 'openid read:x' }, w.web, user);
      await permit(w, 'POST', user, audience);
      return { token, audience, scope: 'read:x' };
    },
    /neither directly nor by a role\. That has been changed since/,
    /sign in again/,
  ],
  [
    'the role was given, and the token renewed (F, H)',
    'missing_scope',
    async (w) => {
      const user = await person(w.site);
      const audience = await api(w.site, { enforce_policies: true, allow_offline_access: true });
      const asked = { audience, scope: 'openid offline_access read:x' };
      const { refresh_token } = await w.login(asked, w.web, user);
      await permit(w, 'POST', user, audience);
      return { token: await renewed(w, refresh_token), audience, scope: 'read:x' };
    },
    /at most what its login was granted/,
    /sign in again/,
  ],
  [
    'the exchange asked for less (H)',
    'missing_scope',
    async (w) => {
      const { refresh_token } = await w.login({ audience: w.audience, scope: 'openid offline_access read:x write:x' });
      const token = await renewed(w, refresh_token, { scope: 'openid read:x' });
      return { token, audience: w.audience, scope: 'write:x' };
    },
    /less where the exchange names a scope/,
    /leave scope out of the exchange/,
  ],
  [
    'the grant was widened, and the machine keeps its token (J)',
    'missing_scope',
    async (w) => {
      const who = await w.site.machine({ scopes: ['read:x', 'write:x'], granted: ['read:x'] });
      const token = await w.machineToken({}, who);
      await w.site.manage('PATCH', `/client-grants/${who.grantId}`, { scope: ['read:x', 'write:x'] });
      return { token, audience: who.audience, scope: 'write:x' };
    },
    /changed since/,
    /cache of tokens/,
  ],
  [
    'the API defines it only since (F)',
    'missing_scope',
    async (w) => {
      const audience = await api(w.site);
      const { access_token: token } = await w.login({ audience, scope: 'openid read:x pay:x' });
      const { body } = await w.site.manage('GET', `/resource-servers/${encodeURIComponent(audience)}`);
      await w.site.manage('PATCH', `/resource-servers/${body.id}`, {
        scopes: [{ value: 'read:x' }, { value: 'pay:x' }],
      });
      return { token, audience, scope: 'pay:x' };
    },
    /changed since/,
    /asks for pay:x/,
  ],
  [
    'it was asked for with commas (F)',
    'missing_scope',
    async (w) => ({
      token: (await w.login({ audience: w.audience, scope: 'openid read:x,write:x' })).access_token,
      audience: w.audience,
      scope: 'read:x',
    }),
    /asked for as "read:x,write:x"/,
    /by spaces/,
  ],
  [
    'another case (F)',
    'missing_scope',
    async (w) => ({ token: await w.machineToken(), audience: w.machine.audience, scope: 'Read:X' }),
    /it defines read:x/,
    /spell the scope alike/,
  ],
  [
    'two are needed, and one was asked for (F)',
    'missing_scope',
    async (w) => ({
      token: await w.machineToken({ scope: 'read:x' }),
      audience: w.machine.audience,
      scope: 'read:x write:x',
    }),
    /lacks write:x \(it has read:x\)/,
    /--scope 'read:x write:x'/,
  ],
  [
    'the grant lacks it (F)',
    'missing_scope',
    async (w) => ({ token: await w.machineToken(), audience: w.machine.audience, scope: 'delete:x' }),
    /client grant/,
    /curl -X PATCH .*client-grants\/cgr_\w+ .*read:x.*write:x.*delete:x/,
  ],
  [
    'a letter too little (F)',
    'missing_scope',
    async (w) => ({ token: await w.machineToken(), audience: w.machine.audience, scope: 'writ:x' }),
    /it defines write:x/,
    /spell the scope alike/,
  ],
  [
    'a permission of another API (N)',
    'missing_scope',
    async (w) => {
      const other = `only:${randomBytes(4).toString('hex')}`;
      await api(w.site, { name: 'The other one', scopes: [{ value: other }] });
      return { token: await w.machineToken(), audience: w.machine.audience, scope: other };
    },
    /the API The other one does/,
    /call the API that defines/,
  ],
  [
    'a user without openid at /userinfo (F)',
    'missing_scope',
    async (w) => ({
      token: (await w.login({ audience: w.audience, scope: 'read:x' })).access_token,
      audience: w.userinfo,
    }),
    /without the scope openid/,
    /scope: \\"openid profile\\"/,
  ],
  [
    'a machine at /userinfo (TOK-04)',
    'wrong_audience',
    async (w) => ({ token: await w.machineToken(), audience: w.userinfo }),
    /no user signed in/,
    /a user who signed in/,
  ],
  [
    'a name that stands near the end, where a certain cause comes before a likely one (O)',
    'missing_scope',
    async (w) => ({
      token: await w.forged({ iss: w.site.issuer.replace('localhost', '127.0.0.1') }),
      audience: w.machine.audience,
      scope: 'write:x',
    }),
    /lacks write:x/,
    /write:x/,
  ],
];

const revokedBy = (password: string) => ({ password, connection: 'Username-Password-Authentication' });

const ended: readonly Case[] = [
  ...(['userinfo', 'audience'] as const).map(
    (where): Case => [
      `a new password, at ${where === 'userinfo' ? '/userinfo' : 'an API'} (D)`,
      'revoked',
      async (w) => {
        const user = await person(w.site);
        const { access_token: token } = await w.login({ audience: w.audience, scope: 'openid read:x' }, w.web, user);
        await w.site.manage('PATCH', `/users/${encodeURIComponent(user)}`, revokedBy('Another-pass-1word!'));
        return { token, audience: w[where] };
      },
      /access of the user .* was ended/,
      /sign in again/,
    ],
  ),
  [
    'a refresh token that came back (H)',
    'revoked',
    async (w) => {
      const client = await application(w.site, {
        grant_types: ['authorization_code', 'refresh_token'],
        refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring' },
      });
      const asked = { audience: w.audience, scope: 'openid offline_access read:x' };
      const { refresh_token } = await w.login(asked, client);
      const exchange = (token: string) =>
        w.site.token({
          grant_type: 'refresh_token',
          client_id: client.id,
          client_secret: client.secret,
          refresh_token: token,
        });
      const first = await exchange(refresh_token);
      const second = await exchange(first.body.refresh_token);
      await exchange(refresh_token);
      return { token: second.body.access_token, audience: w.userinfo };
    },
    /came back that had been replaced/,
    /sign in again/,
  ],
  [
    'a code that was spent (B)',
    'authorization_code',
    async (w) => ({ token: (await w.login()).code, audience: w.audience }),
    /spent already/,
    /works once/,
  ],
  [
    'its API was deleted (P)',
    'api_gone',
    async (w) => {
      const who = await w.site.machine();
      const token = await w.machineToken({}, who);
      await w.site.manage('DELETE', `/resource-servers/${who.api.id}`);
      return { token, audience: who.audience, scope: 'read:x' };
    },
    /no API here has that identifier any more/,
    /make the API again/,
  ],
];

/** An API whose tokens are encrypted for a key of its own, and a machine of it. */
async function sealing(w: World, more: object = {}) {
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
  const encryption_key = { name: 'k', alg: 'RSA-OAEP-256', kid: 'key-of-the-api', pem };
  const token_encryption = { format: 'compact-nested-jwe', encryption_key };
  const who = await w.site.machine({ granted: ['read:x'], api: { token_encryption, ...more } });
  return { who, token: await w.machineToken({}, who) };
}
const encrypted: readonly Case[] = [
  [
    'at its API (issue 5)',
    'encrypted_token',
    async (w) => {
      const { who, token } = await sealing(w);
      return { token, audience: who.audience, scope: 'read:x' };
    },
    /good in itself.*"key-of-the-api"/,
    /private key/,
  ],
  [
    'at another API (N)',
    'wrong_audience',
    async (w) => ({ token: (await sealing(w)).token, audience: w.audience }),
    /is for the API API/,
    /audience of this API/,
  ],
  [
    'after its end (D)',
    'expired',
    async (w) => {
      const { who, token } = await sealing(w, { token_lifetime: 600 });
      w.pass(700);
      return { token, audience: who.audience };
    },
    /expired .*it lived 10 min/,
    /new token/,
  ],
  [
    'without a scope (SCO-01)',
    'missing_scope',
    async (w) => {
      const { who, token } = await sealing(w);
      return { token, audience: who.audience, scope: 'write:x' };
    },
    /lacks write:x \(it has read:x\), because client grant/,
    /client grant/,
  ],
];

const all = { strangers, settings, scopes, ended, encrypted };

for (const engine of engines) {
  describe(`a refused token is explained by what only the server knows, on ${engine}`, () => {
    let world: World;
    before(async () => {
      world = await openWorld(engine);
    });
    after(() => world.stop());

    for (const [group, cases] of Object.entries(all)) {
      for (const [name, code, make, says, fix] of cases) {
        test(`${group}: ${name}: ${code}`, async () => {
          const { token, audience, scope } = await make(world);
          const seen = await world.explain({ token, audience, scope });
          const said = JSON.stringify({ ...seen, issuance: undefined }, null, 1);
          assert.equal(seen.outcome, 'refused', said);
          assert.equal(seen.cause?.code, code, said);
          assert.match(seen.cause?.message ?? '', says);
          assert.match(JSON.stringify(seen.fix), fix);
          assert.ok(!said.includes(token), 'the token is not in the answer');
        });
      }
    }

    test('of a good token whose grant is gone it is told that there would be no other', async () => {
      const who = await world.site.machine();
      const token = await world.machineToken({}, who);
      await world.site.manage('DELETE', `/client-grants/${who.grantId}`);
      const seen = await world.explain({ token, audience: who.audience, scope: 'read:x' });
      assert.equal(seen.outcome, 'accepted');
      assert.ok(
        seen.notes.some((note) => /would be refused: .*no client grant/.test(note)),
        JSON.stringify(seen.notes),
      );
    });

    test('of a good token whose consent was taken back it is told that the user would be asked', async () => {
      const third = await application(world.site, { is_first_party: false, third_party_security_mode: 'permissive' });
      const { body: connections } = await world.site.manage('GET', '/connections');
      await world.site.manage('PATCH', `/connections/${connections[0].id}`, { is_domain_connection: true });
      const grant = { client_id: third.id, audience: world.audience, subject_type: 'user', scope: ['read:x'] };
      await world.site.manage('POST', '/client-grants', grant);
      const user = await person(world.site);
      const { access_token: token } = await world.login(
        { audience: world.audience, scope: 'openid read:x' },
        third,
        user,
      );
      const { body } = await world.site.manage('GET', `/grants?user_id=${encodeURIComponent(user)}`);
      for (const { id } of body) await world.site.manage('DELETE', `/grants/${id}`);
      const seen = await world.explain({ token, audience: world.audience, scope: 'read:x' });
      assert.equal(seen.outcome, 'accepted', JSON.stringify(seen));
      assert.ok(
        seen.notes.some((note) => /asked for consent/.test(note)),
        JSON.stringify(seen.notes),
      );
    });

    test('a login is offered on the command line with a client whose answer can come back to it', async () => {
      const { access_token: token } = await world.login();
      const offered = async (made: string) =>
        (await world.explain({ token: made, audience: world.audience })).fix?.command ?? '';
      assert.doesNotMatch(await offered(token), /--client/);
      const callbacks = ['https://app.example.com/callback', 'http://127.0.0.1:8765/callback'];
      const client = await application(world.site, { callbacks });
      const { access_token: other } = await world.login({}, client);
      assert.match(await offered(other), new RegExp(`test login --client ${client.id} --callback-port 8765 `));
    });

    test('an audience of nothing but white space is no audience', async () => {
      for (const audience of ['', ' ', '\n']) {
        const seen = await world.explain({ token: await world.machineToken(), audience });
        assert.equal(seen.outcome, 'accepted', JSON.stringify(seen));
      }
    });
  });
}
