// Refused tokens, rebuilt from what people really stumble over (questions.md, groups A to N) and from security-cases TOK and SCO:
// each has one cause, and the explanation names it. In brackets: where it comes from.

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { api, application, claimsOf, headerOf, person } from '../issuing/login.ts';
import { hmacWith, part, signedWith } from '../support/forgery.ts';
import { foreignKey, openWorld, type World } from './world.ts';

interface Refused {
  readonly token: string;
  readonly audience?: string | undefined;
  readonly scope?: string;
}
type Case = readonly [name: string, code: string, make: (world: World) => Promise<Refused>, rule?: string];

const url = () => `https://h${randomBytes(4).toString('hex')}.example.com/`;
/** An API with a machine, and a token for it. */
async function tokenFor(world: World, more: object = {}) {
  const who = await world.site.machine({ api: more });
  return { who, token: await world.machineToken({}, who) };
}
async function nearMiss(world: World, identifier: (own: string) => string, asked: (own: string) => string) {
  const own = url().slice(0, -1);
  const granted = identifier(own);
  await world.site.manage('POST', '/resource-servers', { name: 'Near', identifier: granted, scopes: [] });
  await world.site.manage('POST', '/client-grants', {
    client_id: world.machine.clientId,
    audience: granted,
    scope: [],
  });
  return { token: await world.machineToken({ audience: granted }), audience: asked(own) };
}

const opaque: readonly Case[] = [
  [
    'the access token of a login without an audience (auth0-spa-js#880)',
    'no_audience_requested',
    async (w) => ({ token: (await w.login({ scope: 'openid profile' })).access_token, audience: w.audience }),
  ],
  [
    'the same from the implicit flow (auth0-nodejs-webapp-sample#52)',
    'no_audience_requested',
    async (w) => ({ token: (await w.implicit({ scope: 'openid' })).access_token ?? '', audience: w.audience }),
  ],
  [
    'the same at the Management API (TOK-17)',
    'no_audience_requested',
    async (w) => ({ token: (await w.login()).access_token, audience: w.management }),
  ],
  [
    'the same when nobody says which API it was (community t/9169)',
    'no_audience_requested',
    async (w) => ({ token: (await w.login()).access_token }),
  ],
  [
    'the same after its end (nextjs-auth0#12)',
    'no_audience_requested',
    async (w) => {
      const { access_token: token } = await w.login();
      w.pass(90_000);
      return { token, audience: w.audience };
    },
  ],
  [
    'an opaque token of another server (zudoku#2206)',
    'opaque_token',
    async (w) => ({ token: randomBytes(32).toString('base64url'), audience: w.audience }),
  ],
  [
    'an opaque token at /userinfo after its end',
    'expired',
    async (w) => {
      const { access_token: token } = await w.login();
      w.pass(90_000);
      return { token, audience: w.userinfo };
    },
  ],
  [
    'an opaque token without openid at /userinfo',
    'missing_scope',
    async (w) => ({ token: (await w.login({ scope: 'profile' })).access_token, audience: w.userinfo }),
  ],
  [
    'an opaque token of a user who was blocked, at /userinfo',
    'user_blocked',
    async (w) => {
      const user = await person(w.site);
      const { access_token: token } = await w.login({}, w.web, user);
      await w.site.manage('PATCH', `/users/${encodeURIComponent(user)}`, { blocked: true });
      return { token, audience: w.userinfo };
    },
  ],
];

const idTokens: readonly Case[] = [
  [
    'an ID token at an API (ember-simple-auth-auth0#175)',
    'id_token',
    async (w) => ({ token: (await w.login({ audience: w.audience })).id_token, audience: w.audience }),
  ],
  [
    'an ID token signed with the secret of the client (auth0-PHP#437)',
    'id_token',
    async (w) => {
      const client = await application(w.site, { jwt_configuration: { alg: 'HS256' } });
      return { token: (await w.login({}, client)).id_token, audience: w.audience };
    },
  ],
  [
    'an ID token with nonce and at_hash from the implicit flow (auth0.js#473)',
    'id_token',
    async (w) => ({ token: (await w.implicit()).id_token ?? '', audience: w.audience }),
  ],
  [
    'an ID token at the Management API (TOK-02)',
    'id_token',
    async (w) => ({ token: (await w.login()).id_token, audience: w.management }),
  ],
  [
    'an ID token at /userinfo (TOK-01)',
    'id_token',
    async (w) => ({ token: (await w.login()).id_token, audience: w.userinfo }),
  ],
  [
    'an ID token where the API is set to the client id as its audience (docs#1080)',
    'id_token',
    async (w) => ({ token: (await w.login()).id_token, audience: w.web.id }),
  ],
  [
    'an ID token that has expired besides (docs#3505)',
    'id_token',
    async (w) => {
      const { id_token: token } = await w.login();
      w.pass(40_000);
      return { token, audience: w.audience };
    },
  ],
  [
    'an ID token of another issuer (prisma-auth0-starter#1)',
    'wrong_issuer',
    async (w) => ({
      token: signedWith(
        foreignKey(),
        { alg: 'RS256', typ: 'JWT', kid: 'x' },
        { iss: 'https://dev-1.eu.auth0.com/', aud: 'abc', sub: 'auth0|1', nonce: 'n', iat: 1, exp: 9_999_999_999 },
      ),
      audience: w.audience,
    }),
  ],
];

const audiences: readonly Case[] = [
  [
    'an API that is set up without the slash (open-tacos#1446)',
    'near_miss_audience',
    (w) =>
      nearMiss(
        w,
        (o) => `${o}/`,
        (o) => o,
      ),
  ],
  [
    'an API that is set up with one slash too many (docs#6198)',
    'near_miss_audience',
    (w) =>
      nearMiss(
        w,
        (o) => o,
        (o) => `${o}/`,
      ),
  ],
  [
    'two APIs that differ by the slash (docs#9262)',
    'near_miss_audience',
    async (w) => {
      const own = url();
      await w.site.manage('POST', '/resource-servers', { name: 'Twin', identifier: own });
      return nearMiss(
        w,
        () => own.slice(0, -1),
        () => own,
      );
    },
  ],
  [
    'http for https',
    'near_miss_audience',
    (w) =>
      nearMiss(
        w,
        (o) => o,
        (o) => o.replace('https', 'http'),
      ),
  ],
  [
    'another port (ask-around-me#2)',
    'near_miss_audience',
    (w) =>
      nearMiss(
        w,
        (o) => `${o}:3001`,
        (o) => `${o}:3000`,
      ),
  ],
  [
    'capital letters',
    'near_miss_audience',
    (w) =>
      nearMiss(
        w,
        (o) => o,
        (o) => o.replace('example', 'Example'),
      ),
  ],
  [
    'another path (ask-around-me#3)',
    'near_miss_audience',
    (w) =>
      nearMiss(
        w,
        (o) => `${o}/v1`,
        (o) => `${o}/v2`,
      ),
  ],
  [
    'no scheme',
    'near_miss_audience',
    (w) =>
      nearMiss(
        w,
        (o) => o,
        (o) => o.replace('https://', ''),
      ),
  ],
  [
    'www. in front',
    'near_miss_audience',
    (w) =>
      nearMiss(
        w,
        (o) => o,
        (o) => o.replace('https://', 'https://www.'),
      ),
  ],
  [
    'localhost for 127.0.0.1 (useAuth#75)',
    'near_miss_audience',
    async (w) => {
      const port = 10_000 + Math.floor(Math.random() * 50_000);
      return nearMiss(
        w,
        () => `http://localhost:${port}/api`,
        () => `http://127.0.0.1:${port}/api`,
      );
    },
  ],
  [
    'the Management API without its slash (terraform-provider-auth0#951)',
    'near_miss_audience',
    async (w) => ({ token: await w.forged({ aud: w.management }), audience: w.management.slice(0, -1) }),
  ],
  [
    'a token for another API (lock#992)',
    'wrong_audience',
    async (w) => ({ token: await w.machineToken(), audience: w.audience }),
  ],
  [
    'an own token at the Management API (TOK-03)',
    'wrong_audience',
    async (w) => ({ token: await w.machineToken(), audience: w.management }),
  ],
  [
    "a user's token for two audiences at a third API (TOK-03)",
    'wrong_audience',
    async (w) => ({ token: (await w.login({ audience: w.audience })).access_token, audience: w.machine.audience }),
  ],
  [
    'a machine at /userinfo (TOK-04)',
    'wrong_audience',
    async (w) => ({ token: await w.machineToken(), audience: w.userinfo }),
  ],
  [
    'a token of the Management API at an own API (terraform-provider-auth0#951)',
    'wrong_audience',
    async (w) => ({ token: await w.forged({ aud: w.management }), audience: w.audience }),
  ],
  [
    'a token of an HS256 API at one with RS256',
    'wrong_audience',
    async (w) => {
      const { token } = await tokenFor(w, { signing_alg: 'HS256' });
      return { token, audience: w.audience };
    },
  ],
  [
    'a token for another API that has expired as well',
    'wrong_audience',
    async (w) => {
      const token = await w.machineToken();
      w.pass(90_000);
      return { token, audience: w.audience };
    },
  ],
];

const issuers: readonly Case[] = [
  [
    'a token of Auth0 at an API that moved here',
    'wrong_issuer',
    async (w) => ({
      token: signedWith(
        foreignKey(),
        { alg: 'RS256', typ: 'JWT', kid: 'x' },
        { ...claims(w), iss: 'https://dev-1.eu.auth0.com/' },
      ),
      audience: w.audience,
    }),
  ],
  [
    'a token of a neighbour on this server (TEN)',
    'wrong_issuer',
    async (w) => ({
      token: signedWith(
        foreignKey(),
        { alg: 'RS256', typ: 'JWT', kid: 'x' },
        { ...claims(w), iss: w.site.issuer.replace('localhost', 'other.localhost') },
      ),
      audience: w.audience,
    }),
  ],
  [
    'an issuer without its slash (vercel/ai#20236)',
    'near_miss_issuer',
    async (w) => ({ token: await w.forged({ iss: w.site.issuer.slice(0, -1) }), audience: w.machine.audience }),
  ],
  [
    'a token that was got at 127.0.0.1 (opencode#50036)',
    'near_miss_issuer',
    async (w) => ({
      token: await w.forged({ iss: w.site.issuer.replace('localhost', '127.0.0.1') }),
      audience: w.machine.audience,
    }),
  ],
  [
    'a token that was got over https',
    'near_miss_issuer',
    async (w) => ({
      token: await w.forged({ iss: w.site.issuer.replace('http:', 'https:') }),
      audience: w.machine.audience,
    }),
  ],
];

const claims = (w: World) => ({
  sub: 'auth0|1',
  aud: w.audience,
  azp: 'abc',
  scope: 'read:x',
  iat: 1,
  exp: 9_999_999_999,
});

const keys: readonly Case[] = [
  [
    'no signature at all (TOK-05)',
    'alg_none',
    async (w) => ({
      token: `${part({ alg: 'none', typ: 'JWT' })}.${part({ ...claims(w), iss: w.site.issuer })}.`,
      audience: w.audience,
    }),
  ],
  [
    'the public key as a shared secret (TOK-06)',
    'hmac_not_allowed',
    async (w) => {
      const own = await w.forged({});
      const { kid } = headerOf(own);
      const set = (await w.site.send('GET', '/.well-known/jwks.json')).body;
      const jwk = set.keys.find((key: { kid: string }) => key.kid === kid);
      const secret = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
      return {
        token: hmacWith(secret, { alg: 'HS256', typ: 'JWT', kid }, claimsOf(own)),
        audience: w.machine.audience,
      };
    },
  ],
  [
    'the secret of the API was changed',
    'bad_signature',
    async (w) => {
      const { token, who } = await tokenFor(w, { signing_alg: 'HS256' });
      await w.site.manage('PATCH', `/resource-servers/${who.api.id}`, {
        signing_secret: randomBytes(32).toString('hex'),
      });
      return { token, audience: who.audience };
    },
  ],
  [
    'the algorithm of the API was changed (auth0-spa-js#41)',
    'algorithm_differs',
    async (w) => {
      const { token, who } = await tokenFor(w);
      await w.site.manage('PATCH', `/resource-servers/${who.api.id}`, { signing_alg: 'PS256' });
      return { token, audience: who.audience };
    },
  ],
  [
    'a server that began afresh under the same name (node-jwks-rsa#49)',
    'unknown_key',
    async (w) => ({
      token: signedWith(
        foreignKey(),
        { alg: 'RS256', typ: 'JWT', kid: 'of-before' },
        { ...claims(w), iss: w.site.issuer },
      ),
      audience: w.audience,
    }),
  ],
  [
    'a kid that is a path (TOK-08)',
    'unknown_key',
    async (w) => ({ token: await w.forged({}, { kid: '../../../../dev/null' }), audience: w.machine.audience }),
  ],
  [
    'a kid that is an object (TOK-08)',
    'bad_key_id',
    async (w) => ({ token: await w.forged({}, { kid: { a: 1 } }), audience: w.machine.audience }),
  ],
  [
    'a stranger who brings the own key along (TOK-09)',
    'bad_signature',
    async (w) => {
      const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const own = await w.forged({});
      const jwk = key.publicKey.export({ format: 'jwk' });
      return {
        token: signedWith(key.privateKey, { ...headerOf(own), jwk }, claimsOf(own)),
        audience: w.machine.audience,
      };
    },
  ],
  [
    'an extension that nobody understands (TOK-10)',
    'critical_header',
    async (w) => ({ token: await w.forged({}, { crit: ['x-unknown'] }), audience: w.machine.audience }),
  ],
  [
    'somebody edited the payload (express-jwt#171)',
    'bad_signature',
    async (w) => {
      const [header, , signature] = (await w.forged({})).split('.');
      const changed = part({ ...claims(w), iss: w.site.issuer, aud: w.machine.audience, scope: 'admin' });
      return { token: `${header}.${changed}.${signature}`, audience: w.machine.audience };
    },
  ],
];

const times: readonly Case[] = [
  [
    'a day later (node-jsonwebtoken#55)',
    'expired',
    async (w) => {
      const token = await w.machineToken();
      w.pass(90_000);
      return { token, audience: w.machine.audience };
    },
  ],
  [
    'two hours later, of the implicit flow (auth0-spa-js#345)',
    'expired',
    async (w) => {
      const { access_token: token = '' } = await w.implicit({ audience: w.audience, scope: 'openid' });
      w.pass(7_300);
      return { token, audience: w.audience };
    },
  ],
  [
    'it begins tomorrow (pyjwt#1099)',
    'not_yet_valid',
    async (w) => ({ token: await w.forged({ nbf: Date.now() / 1000 + 9_000_000 }), audience: w.machine.audience }),
  ],
  [
    'a clock that is ahead (delphi-jose-jwt#58)',
    'issued_in_future',
    async (w) => ({
      token: await w.forged({ iat: Date.now() / 1000 + 9_000_000, exp: Date.now() / 1000 + 9_900_000 }),
      audience: w.machine.audience,
    }),
  ],
];

const forms: readonly Case[] = [
  [
    'the last part was cut off (node-auth0#118)',
    'malformed_token',
    async (w) => ({ token: (await w.machineToken()).split('.').slice(0, 2).join('.'), audience: w.machine.audience }),
  ],
  [
    'a column of 255 characters (Keats/jsonwebtoken#335)',
    'malformed_token',
    async (w) => ({ token: (await w.machineToken()).slice(0, -40), audience: w.machine.audience }),
  ],
  [
    'quotation marks around it',
    'illegal_characters',
    async (w) => ({ token: JSON.stringify(await w.machineToken()), audience: w.machine.audience }),
  ],
  [
    'the whole answer of the token endpoint',
    'not_only_the_token',
    async (w) => ({ token: JSON.stringify({ access_token: await w.machineToken() }), audience: w.machine.audience }),
  ],
  [
    'a line break in the middle',
    'illegal_characters',
    async (w) => ({ token: (await w.machineToken()).replace('.', '.\n'), audience: w.machine.audience }),
  ],
  [
    'the word undefined (auth0-react#179)',
    'placeholder_token',
    async (w) => ({ token: 'undefined', audience: w.audience }),
  ],
  ['[object Promise]', 'placeholder_token', async (w) => ({ token: '[object Promise]', audience: w.audience })],
  [
    'Bearer twice',
    'scheme_twice',
    async (w) => ({ token: `Bearer Bearer ${await w.machineToken()}`, audience: w.machine.audience }),
  ],
  [
    'an encrypted token',
    'encrypted_token',
    async (w) => {
      const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
      const encryption_key = { name: 'k', alg: 'RSA-OAEP-256', kid: 'e', pem };
      const { token, who } = await tokenFor(w, {
        token_encryption: { format: 'compact-nested-jwe', encryption_key },
      });
      return { token, audience: who.audience };
    },
  ],
];

const kinds: readonly Case[] = [
  [
    'a refresh token (claude-ai-mcp#228)',
    'refresh_token',
    async (w) => ({
      token: (await w.login({ audience: w.audience, scope: 'openid offline_access' })).refresh_token,
      audience: w.audience,
    }),
  ],
  [
    'a refresh token that was revoked',
    'refresh_token',
    async (w) => {
      const user = await person(w.site);
      const got = await w.login({ audience: w.audience, scope: 'openid offline_access' }, w.web, user);
      await w.site.manage('PATCH', `/users/${encodeURIComponent(user)}`, { password: 'Another-pass-1word!' });
      return { token: got.refresh_token, audience: w.audience };
    },
  ],
  [
    'an authorization code (auth0-angular#225)',
    'authorization_code',
    async (w) => ({ token: (await w.login()).code, audience: w.audience }),
  ],
  ['the client id', 'client_id', async (w) => ({ token: w.web.id, audience: w.audience })],
  [
    'a client assertion (oauth2-php#2)',
    'client_assertion',
    async (w) => ({
      token: signedWith(
        foreignKey(),
        { alg: 'RS256', typ: 'JWT' },
        { iss: w.web.id, sub: w.web.id, aud: w.site.issuer, jti: 'j', iat: 1, exp: 9_999_999_999 },
      ),
      audience: w.audience,
    }),
  ],
  [
    'a logout token',
    'logout_token',
    async (w) => ({ token: await w.forged({ scope: undefined }, { typ: 'logout+jwt' }), audience: w.machine.audience }),
  ],
];

const permissions = (w: World, user: string, audience: string, permission_name: string) =>
  w.site.manage('POST', `/users/${encodeURIComponent(user)}/permissions`, {
    permissions: [{ resource_server_identifier: audience, permission_name }],
  });

const scopes: readonly Case[] = [
  [
    'a machine whose grant lacks it (SCO-01)',
    'missing_scope',
    async (w) => ({
      token: await w.machineToken({ scope: 'read:x delete:x' }),
      audience: w.machine.audience,
      scope: 'delete:x',
    }),
    'client_grant',
  ],
  [
    'a machine that asked for nothing, and whose grant lacks it (auth0-aspnetcore-webapi-samples#43)',
    'missing_scope',
    async (w) => ({ token: await w.machineToken(), audience: w.machine.audience, scope: 'delete:x' }),
    'client_grant',
  ],
  [
    'a machine that asked for less (docs#4034)',
    'missing_scope',
    async (w) => ({ token: await w.machineToken({ scope: 'read:x' }), audience: w.machine.audience, scope: 'write:x' }),
    'requested',
  ],
  [
    'a scope that the API does not define (docs#7375)',
    'missing_scope',
    async (w) => ({ token: await w.machineToken(), audience: w.machine.audience, scope: 'reed:x' }),
    'api_scopes',
  ],
  [
    'a user without the permission (SCO-02)',
    'missing_scope',
    async (w) => {
      const audience = await api(w.site, { enforce_policies: true });
      await permissions(w, w.user, audience, 'read:x');
      const { access_token: token } = await w.login({ audience, scope: 'openid read:x write:x' });
      return { token, audience, scope: 'write:x' };
    },
    'permissions',
  ],
  [
    'a client that did not ask (decentralization-manager#383)',
    'missing_scope',
    async (w) => ({
      token: (await w.login({ audience: w.audience, scope: 'openid' })).access_token,
      audience: w.audience,
      scope: 'read:x',
    }),
    'requested',
  ],
  [
    'a user who holds it in permissions, but the client did not ask (auth0-react#183)',
    'missing_scope',
    async (w) => {
      const audience = await api(w.site, { enforce_policies: true, token_dialect: 'access_token_authz' });
      await permissions(w, w.user, audience, 'write:x');
      const { access_token: token } = await w.login({ audience, scope: 'openid' });
      return { token, audience, scope: 'write:x' };
    },
    'requested',
  ],
  [
    'a permission that was taken away before the login',
    'missing_scope',
    async (w) => {
      const audience = await api(w.site, { enforce_policies: true });
      await permissions(w, w.user, audience, 'read:x');
      await w.site.manage('DELETE', `/users/${encodeURIComponent(w.user)}/permissions`, {
        permissions: [{ resource_server_identifier: audience, permission_name: 'read:x' }],
      });
      return { token: (await w.login({ audience, scope: 'openid read:x' })).access_token, audience, scope: 'read:x' };
    },
    'permissions',
  ],
  [
    'a user at the Management API (SCO-06)',
    'missing_scope',
    async (w) => ({
      token: (await w.login({ audience: w.management, scope: 'openid read:users read:current_user' })).access_token,
      audience: w.management,
      scope: 'read:users',
    }),
    'management_api',
  ],
  [
    'a third party whose grant for users lacks it',
    'missing_scope',
    async (w) => {
      const third = await application(w.site, { is_first_party: false, third_party_security_mode: 'permissive' });
      const grant = { client_id: third.id, audience: w.audience, subject_type: 'user', scope: ['read:x'] };
      await w.site.manage('POST', '/client-grants', grant);
      const { access_token: token } = await w.login({ audience: w.audience, scope: 'openid read:x write:x' }, third);
      return { token, audience: w.audience, scope: 'write:x' };
    },
    'client_grant',
  ],
  [
    'the grant was narrowed, and a new token got',
    'missing_scope',
    async (w) => {
      const who = await w.site.machine();
      await w.site.manage('PATCH', `/client-grants/${who.grantId}`, { scope: ['read:x'] });
      return { token: await w.machineToken({}, who), audience: who.audience, scope: 'write:x' };
    },
    'client_grant',
  ],
];

const ended: readonly Case[] = [
  [
    'its code came back, so it was revoked (COD)',
    'revoked',
    async (w) => {
      const got = await w.login({ audience: w.management, scope: 'openid read:current_user' });
      await w.site.token({
        grant_type: 'authorization_code',
        client_id: w.web.id,
        client_secret: w.web.secret,
        redirect_uri: 'https://app.example.com/callback',
        code: got.code,
      });
      return { token: got.access_token, audience: w.management, scope: 'read:current_user' };
    },
  ],
  [
    'its client was deleted',
    'client_gone',
    async (w) => {
      const who = await w.site.machine();
      const grant = { client_id: who.clientId, audience: w.management, scope: ['read:users'] };
      await w.site.manage('POST', '/client-grants', grant);
      const token = await w.machineToken({ audience: w.management }, who);
      await w.site.manage('DELETE', `/clients/${who.clientId}`);
      return { token, audience: w.management, scope: 'read:users' };
    },
  ],
  [
    'its user is blocked, at an API that checks signatures',
    'user_blocked',
    async (w) => {
      const user = await person(w.site);
      const audience = await api(w.site, { signing_alg: 'HS256' });
      const { access_token: token } = await w.login({ audience }, w.web, user);
      await w.site.manage('PATCH', `/users/${encodeURIComponent(user)}`, { blocked: true });
      return { token, audience };
    },
  ],
];

const all = { opaque, idTokens, audiences, issuers, keys, times, forms, kinds, scopes, ended };

describe('a refused token is explained', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.stop());

  test('there are sixty cases and more', () => assert.ok(Object.values(all).flat().length >= 60));

  for (const [group, cases] of Object.entries(all)) {
    for (const [name, code, make, rule] of cases) {
      test(`${group}: ${name}: ${code}`, async () => {
        const { token, audience, scope } = await make(world);
        await world.site.house.logs.flush();
        const seen = await world.explain({ token, audience, scope });
        const said = JSON.stringify({ ...seen, issuance: undefined }, null, 1);
        assert.equal(seen.outcome, 'refused', said);
        assert.equal(seen.cause?.code, code, said);
        assert.ok(seen.fix?.text, 'there is something to do about it');
        if (rule) assert.equal(seen.scopes.find(({ granted }) => !granted)?.rule, rule, said);
        if (token.length > 40) assert.ok(!said.includes(token), 'the token is not in the answer');
      });
    }
  }
});
