// Refused tokens and requests, each with the one cause that must be named. The tests over these rows are in refused.test.ts.

import { webcrypto } from 'node:crypto';
import type { ApiOptions, CauseCode, Incoming, KeySource, Requirement } from '../src/index.ts';
import { keysFromSet } from '../src/index.ts';
import {
  audience,
  base64url,
  ec,
  ed,
  goodClaims,
  goodHeader,
  idTokenClaims,
  instant,
  issuer,
  json,
  jwk,
  otherRsa,
  rfc9068Claims,
  rfc9068Header,
  rsa,
  secret,
  signRaw,
  tokenOf,
} from './rig.ts';

export interface Row {
  readonly name: string;
  readonly code: CauseCode;
  /** What the developer must read. */
  readonly says: RegExp;
  readonly token?: string;
  readonly incoming?: Incoming;
  readonly options?: Partial<ApiOptions>;
  readonly requirement?: Requirement;
  readonly status?: number;
}

const bearer = (value: string): Incoming => ({ headers: { authorization: value } });
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const idToken = (claims: Record<string, unknown> = {}): string =>
  signRaw(json(goodHeader), json({ ...idTokenClaims, ...claims }));
const logoutEvents = { 'http://schemas.openid.net/event/backchannel-logout': {} };
const small = await webcrypto.subtle.generateKey(
  { name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
  true,
  ['sign', 'verify'],
);
const smallJwk = { ...(await webcrypto.subtle.exportKey('jwk', small.publicKey)), kid: 'small', key_ops: ['verify'] };
const failing: KeySource = () => {
  throw new Error('the database is away');
};
const discovery =
  (document: unknown): typeof fetch =>
  async () =>
    Response.json(document);

/** How the token is sent. */
const transport: readonly Row[] = [
  { name: 'no Authorization header', code: 'no_token', says: /no Authorization header.*/, incoming: { headers: {} } },
  {
    name: 'a CORS preflight',
    code: 'cors_preflight',
    says: /preflight/,
    incoming: { method: 'OPTIONS', headers: new Headers({ 'access-control-request-method': 'GET' }) },
  },
  { name: 'Basic credentials', code: 'wrong_scheme', says: /scheme "Basic"/, incoming: bearer('Basic YTpi') },
  { name: 'an unknown scheme', code: 'wrong_scheme', says: /scheme "unknown"/, incoming: bearer('Hunter2 secret') },
  { name: 'a DPoP token', code: 'dpop_scheme', says: /DPoP/, incoming: bearer(`DPoP ${tokenOf()}`) },
  {
    name: 'a token without the word Bearer',
    code: 'no_scheme',
    says: /Bearer is missing/,
    incoming: bearer(tokenOf()),
    status: 400,
  },
  {
    name: 'Bearer twice',
    code: 'scheme_twice',
    says: /twice/,
    incoming: bearer(`Bearer Bearer ${tokenOf()}`),
    status: 400,
  },
  { name: 'Bearer and nothing', code: 'empty_token', says: /no token behind/, incoming: bearer('Bearer ') },
  { name: 'an empty Authorization header', code: 'empty_token', says: /no token behind/, incoming: bearer('') },
  {
    name: 'two Authorization headers',
    code: 'several_tokens',
    says: /more than one token/,
    incoming: { headers: { authorization: [`Bearer ${tokenOf()}`, 'Bearer x'] } },
    status: 400,
  },
  {
    name: 'two Authorization headers joined by a proxy',
    code: 'several_tokens',
    says: /more than one token/,
    incoming: bearer(`Bearer ${tokenOf()}, Bearer ${tokenOf()}`),
    status: 400,
  },
  {
    name: 'a token in the header and in the allowed query',
    code: 'several_tokens',
    says: /more than one token/,
    incoming: { headers: { authorization: `Bearer ${tokenOf()}` }, url: `/?access_token=${tokenOf()}` },
    options: { dangerouslyAllowTokenInQuery: true },
    status: 400,
  },
  {
    name: 'a token in the query string',
    code: 'token_in_query',
    says: /query string/,
    incoming: { headers: {}, url: `/patients?access_token=${tokenOf()}` },
    status: 400,
  },
  {
    name: 'a token in quotation marks',
    code: 'illegal_characters',
    says: /quotation marks/,
    incoming: bearer(`Bearer "${tokenOf()}"`),
    status: 400,
  },
  {
    name: 'a template that was not filled in',
    code: 'illegal_characters',
    says: /characters that no token has/,
    incoming: bearer('Bearer {access_token}'),
    status: 400,
  },
  {
    name: 'the word undefined',
    code: 'placeholder_token',
    says: /the word "undefined"/,
    incoming: bearer('Bearer undefined'),
  },
  { name: 'the word null', code: 'placeholder_token', says: /the word "null"/, incoming: bearer('bearer null') },
  {
    name: 'an object turned into text',
    code: 'placeholder_token',
    says: /\[object Object\]/,
    incoming: bearer('Bearer [object Object]'),
  },
];

/** Not an access token that can be read here. */
const kind: readonly Row[] = [
  { name: 'a token of 20 kB', code: 'token_too_large', says: /20000 bytes.*16384/, token: 'x'.repeat(20_000) },
  { name: 'an empty token', code: 'empty_token', says: /no token/, token: '' },
  {
    name: 'a JWT that was cut off',
    code: 'malformed_token',
    says: /2 parts instead of 3/,
    token: tokenOf().split('.').slice(0, 2).join('.'),
  },
  { name: 'four parts', code: 'malformed_token', says: /4 parts instead of 3/, token: `${tokenOf()}.x` },
  {
    name: 'a header that is not JSON',
    code: 'malformed_token',
    says: /header is not JSON/,
    token: signRaw(base64url('{'), json(goodClaims)),
  },
  {
    name: 'a payload that is a list',
    code: 'malformed_token',
    says: /payload is not a JSON object/,
    token: signRaw(json(goodHeader), json([])),
  },
  {
    name: 'a payload that is not UTF-8',
    code: 'malformed_token',
    says: /not UTF-8/,
    token: signRaw(json(goodHeader), base64url(Buffer.from([0x7b, 0xff]))),
  },
  {
    name: 'a claim that is there twice',
    code: 'malformed_token',
    says: /payload names a member twice/,
    token: signRaw(json(goodHeader), base64url(JSON.stringify(goodClaims).replace('{', '{"scope":"admin",'))),
  },
  {
    name: 'padding in the signature',
    code: 'malformed_token',
    says: /signature is not base64url/,
    token: `${tokenOf()}==`,
  },
  {
    name: 'an opaque token',
    code: 'opaque_token',
    says: /opaque token of 32 characters.*no audience was requested/,
    token: 'kJ3h-2f_kJ3h-2f_kJ3h-2f_kJ3h-2f_',
  },
  { name: "Auth0's refresh token", code: 'refresh_token', says: /refresh token/, token: 'v1.Mfsq0v8d3e2k1x' },
  {
    name: "Keycloak's refresh token",
    code: 'refresh_token',
    says: /refresh token/,
    token: tokenOf({ typ: 'Refresh' }),
  },
  {
    name: 'an encrypted token',
    code: 'encrypted_token',
    says: /JWE/,
    token: `${json({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' })}.AAAA.AAAA.AAAA.AAAA`,
  },
  { name: 'an ID token', code: 'id_token', says: /ID token for client "CLIENT1"/, token: idToken() },
  {
    name: 'an ID token without nonce and sid',
    code: 'id_token',
    says: /client "CLIENT1".*no scope/,
    token: idToken({ nonce: undefined, sid: undefined }),
  },
  {
    name: 'an ID token with at_hash',
    code: 'id_token',
    says: /at_hash/,
    token: idToken({ nonce: undefined, at_hash: 'x', scope: 'openid', azp: 'CLIENT1' }),
  },
  {
    name: 'an ID token whose client id is the identifier of this API',
    code: 'id_token',
    says: /ID token for client/,
    token: idToken({ aud: audience, nonce: undefined, sid: undefined }),
  },
  {
    name: 'an ID token for a client named like this API, with azp',
    code: 'id_token',
    says: /aud is the client itself/,
    token: idToken({ aud: [audience], azp: audience, nonce: undefined, sid: undefined }),
  },
  {
    name: 'an ID token with azp and nonce and a claim called scope',
    code: 'id_token',
    says: /nonce/,
    token: idToken({ aud: [audience], azp: audience, scope: 'openid' }),
  },
  {
    name: 'an ID token with claims of its own called scope and permissions',
    code: 'id_token',
    says: /sid/,
    token: idToken({ aud: audience, nonce: undefined, scope: 'read:patients', permissions: ['read:patients'] }),
  },
  { name: 'an ID token that says so', code: 'id_token', says: /says so itself/, token: tokenOf({ typ: 'ID' }) },
  {
    name: 'an expired ID token of another tenant',
    code: 'id_token',
    says: /ID token/,
    token: idToken({ exp: 1, iss: 'https://evil.example/' }),
  },
  {
    name: 'a logout token by typ',
    code: 'logout_token',
    says: /logout token/,
    token: tokenOf({ sid: 's' }, { typ: 'logout+jwt' }),
  },
  {
    name: 'a logout token by its events',
    code: 'logout_token',
    says: /logout token/,
    token: tokenOf({ events: logoutEvents, azp: undefined }),
  },
  { name: 'a DPoP proof', code: 'other_token_kind', says: /dpop\+jwt/, token: tokenOf({}, { typ: 'dpop+jwt' }) },
  {
    name: 'a security event token',
    code: 'other_token_kind',
    says: /secevent\+jwt/,
    token: tokenOf({}, { typ: 'application/secevent+jwt' }),
  },
  {
    name: 'a request object',
    code: 'other_token_kind',
    says: /oauth-authz-req\+jwt/,
    token: tokenOf({}, { typ: 'oauth-authz-req+jwt' }),
  },
  { name: 'a typ that is no text', code: 'malformed_token', says: /typ/, token: tokenOf({}, { typ: 5 }) },
  {
    name: 'a client assertion',
    code: 'client_assertion',
    says: /"CLIENT1" signed itself/,
    token: signRaw(
      json(goodHeader),
      json({ iss: 'CLIENT1', sub: 'CLIENT1', aud: issuer, exp: instant + 60, jti: 'j' }),
    ),
  },
  {
    name: 'a token that names no client',
    code: 'no_client',
    says: /azp or client_id/,
    token: tokenOf({ azp: undefined }),
  },
  {
    name: 'an RFC 9068 token where Auth0 tokens are wanted',
    code: 'wrong_dialect',
    says: /"at\+jwt".*"auth0"/,
    token: signRaw(json(rfc9068Header), json(rfc9068Claims)),
    options: { dialect: 'auth0' },
  },
  {
    name: 'an Auth0 token where RFC 9068 tokens are wanted',
    code: 'wrong_dialect',
    says: /"jwt".*"rfc9068"/,
    token: tokenOf(),
    options: { dialect: 'rfc9068' },
  },
];

/** Who signed, with what. */
const signature: readonly Row[] = [
  {
    name: 'alg none',
    code: 'alg_none',
    says: /not signed/,
    token: `${json({ ...goodHeader, alg: 'none' })}.${json(goodClaims)}.`,
  },
  { name: 'alg nOnE with a copied signature', code: 'alg_none', says: /nOnE/, token: tokenOf({}, { alg: 'nOnE' }) },
  { name: 'no alg', code: 'alg_none', says: /missing/, token: tokenOf({}, { alg: undefined }) },
  {
    name: 'an algorithm that is not pinned',
    code: 'alg_not_allowed',
    says: /RS512.*accepts RS256/,
    token: tokenOf({}, { alg: 'RS512' }, rsa.privateKey, 'RS512'),
  },
  { name: 'an algorithm nobody knows', code: 'alg_not_allowed', says: /XS1/, token: tokenOf({}, { alg: 'XS1' }) },
  {
    name: 'HS256 with the public key as secret',
    code: 'hmac_not_allowed',
    says: /shared secret/,
    token: tokenOf({}, { alg: 'HS256' }, pem, 'HS256'),
  },
  {
    name: 'RS256 where a secret is configured',
    code: 'alg_not_allowed',
    says: /RS256.*accepts HS256/,
    token: tokenOf(),
    options: { secret },
  },
  {
    name: 'a critical extension',
    code: 'critical_header',
    says: /has crit/,
    token: tokenOf({}, { crit: ['exp'], exp: 1 }),
  },
  { name: 'b64 false', code: 'critical_header', says: /has b64/, token: tokenOf({}, { b64: false }) },
  { name: 'a kid that is an object', code: 'bad_key_id', says: /kid/, token: tokenOf({}, { kid: { $ne: 1 } }) },
  { name: 'no iss', code: 'no_issuer', says: /no iss/, token: tokenOf({ iss: undefined }) },
  { name: 'an issuer that is no text', code: 'malformed_claim', says: /iss/, token: tokenOf({ iss: 1 }) },
  {
    name: 'the issuer without its slash',
    code: 'wrong_issuer',
    says: /trailing slash/,
    token: tokenOf({ iss: issuer.slice(0, -1) }),
  },
  {
    name: 'the issuer over http',
    code: 'wrong_issuer',
    says: /http:\/\/ instead of https:\/\//,
    token: tokenOf({ iss: issuer.replace('https', 'http') }),
  },
  {
    name: 'the issuer with a port',
    code: 'wrong_issuer',
    says: /the port \(4443/,
    token: tokenOf({ iss: 'https://tenant.example.com:4443/' }),
  },
  {
    name: 'the issuer in capitals',
    code: 'wrong_issuer',
    says: /case of the host/,
    token: tokenOf({ iss: 'https://Tenant.example.com/' }),
  },
  {
    name: 'the issuer with a path',
    code: 'wrong_issuer',
    says: /the path \(\/v2/,
    token: tokenOf({ iss: `${issuer}v2` }),
  },
  {
    name: 'the issuer without https://',
    code: 'wrong_issuer',
    says: /in front/,
    token: tokenOf({ iss: 'tenant.example.com' }),
  },
  {
    name: 'localhost for 127.0.0.1',
    code: 'wrong_issuer',
    says: /localhost instead of 127\.0\.0\.1/,
    token: tokenOf({ iss: 'http://localhost:4000/' }),
    options: { issuer: 'http://127.0.0.1:4000/' },
  },
  {
    name: 'another issuer',
    code: 'wrong_issuer',
    says: /"https:\/\/evil\.example\/".*trusts/,
    token: tokenOf({ iss: 'https://evil.example/' }),
  },
  {
    name: 'another tenant of the same server',
    code: 'wrong_tenant',
    says: /another tenant/,
    token: tokenOf({ iss: 'https://tenant2.example.com/' }),
  },
  {
    name: 'another realm of the same server',
    code: 'wrong_tenant',
    says: /another tenant/,
    token: tokenOf({ iss: 'https://id.example.com/realms/b' }),
    options: { issuer: 'https://id.example.com/realms/a' },
  },
  {
    name: 'an unknown key',
    code: 'unknown_key',
    says: /key "gone".*"rsa", "ec", "ed"/,
    token: tokenOf({}, { kid: 'gone' }, otherRsa.privateKey),
  },
  {
    name: 'a key that a source of ones own does not know',
    code: 'unknown_key',
    says: /no such key/,
    token: tokenOf(),
    options: { keys: () => undefined },
  },
  {
    name: 'no kid while two keys fit',
    code: 'no_key_id',
    says: /2 keys/,
    token: tokenOf({}, { kid: undefined }),
    options: { keys: keysFromSet({ keys: [jwk(rsa.publicKey, { kid: 'a' }), jwk(otherRsa.publicKey, { kid: 'b' })] }) },
  },
  {
    name: 'the key of another algorithm',
    code: 'key_for_other_algorithm',
    says: /"rsa".*PS256.*published for RS256/,
    token: tokenOf({}, { alg: 'PS256' }, rsa.privateKey, 'PS256'),
    options: { algorithms: ['RS256', 'PS256'] },
  },
  {
    name: 'RS256 that names an elliptic curve key',
    code: 'key_for_other_algorithm',
    says: /"ec".*needs an RSA key/,
    token: tokenOf({}, { kid: 'ec' }, ec.privateKey, 'ES256'),
  },
  {
    name: 'ES256 that names an Ed25519 key',
    code: 'key_for_other_algorithm',
    says: /needs a key on P-256/,
    token: tokenOf({}, { alg: 'ES256', kid: 'ed' }, ed.privateKey, 'EdDSA'),
    options: { algorithms: ['ES256'] },
  },
  {
    name: 'a key of 1024 bits',
    code: 'key_for_other_algorithm',
    says: /2048 bits, and this has 1024/,
    token: tokenOf({}, { kid: 'small' }),
    options: { keys: keysFromSet({ keys: [smallJwk] }) },
  },
  {
    name: 'a key for encryption',
    code: 'unusable_key',
    says: /use is not sig/,
    token: tokenOf(),
    options: { keys: keysFromSet({ keys: [jwk(rsa.publicKey, { kid: 'rsa', use: 'enc' })] }) },
  },
  {
    name: 'a key whose private part is published',
    code: 'unusable_key',
    says: /private part/,
    token: tokenOf(),
    options: { keys: keysFromSet({ keys: [jwk(rsa.privateKey, { kid: 'rsa' })] }) },
  },
  {
    name: 'a signature of another key',
    code: 'bad_signature',
    says: /signature does not fit/,
    token: tokenOf({}, {}, otherRsa.privateKey),
  },
  {
    name: 'a payload that was changed',
    code: 'bad_signature',
    says: /changed on the way/,
    token: tokenOf().replace(/\.[^.]+\./, `.${json({ ...goodClaims, scope: 'admin' })}.`),
  },
  {
    name: 'an empty signature',
    code: 'bad_signature',
    says: /signature does not fit/,
    token: tokenOf().replace(/\.[^.]+$/, '.'),
  },
  {
    name: 'HS256 with another secret',
    code: 'bad_signature',
    says: /another secret/,
    token: tokenOf({}, { alg: 'HS256' }, 'another-secret-of-32-or-more-bytes!', 'HS256'),
    options: { secret },
  },
  {
    name: 'keys that cannot be had',
    code: 'keys_unavailable',
    says: /database is away/,
    token: tokenOf(),
    options: { keys: failing },
    status: 503,
  },
  {
    name: 'a discovery document of another issuer',
    code: 'issuer_mismatch',
    says: /"https:\/\/tenant\.example\.com".*set to "https:\/\/tenant\.example\.com\/"/,
    token: tokenOf(),
    options: { fetch: discovery({ issuer: issuer.slice(0, -1), jwks_uri: `${issuer}jwks` }) },
    status: 503,
  },
  {
    name: 'a check that throws',
    code: 'check_failed',
    says: /check itself failed/,
    token: tokenOf(),
    options: {
      now: () => {
        throw new Error('no clock');
      },
    },
    status: 503,
  },
];

/** Genuine, but not good for this call. */
const claims: readonly Row[] = [
  { name: 'no aud', code: 'no_audience', says: /no aud/, token: tokenOf({ aud: undefined }) },
  { name: 'an empty list of audiences', code: 'no_audience', says: /no aud/, token: tokenOf({ aud: [] }) },
  { name: 'an audience that is a number', code: 'malformed_claim', says: /aud is not/, token: tokenOf({ aud: 1 }) },
  {
    name: 'a list of audiences with a number',
    code: 'malformed_claim',
    says: /aud is not/,
    token: tokenOf({ aud: [audience, 1] }),
  },
  {
    name: 'the token of another API',
    code: 'wrong_audience',
    says: /another API: aud is "urn:billing"/,
    token: tokenOf({ aud: 'urn:billing' }),
  },
  {
    name: 'the token of another API and userinfo',
    code: 'wrong_audience',
    says: /another API/,
    token: tokenOf({ aud: ['urn:billing', `${issuer}userinfo`] }),
  },
  {
    name: 'aud without the trailing slash',
    code: 'wrong_audience',
    says: /aud is "https:\/\/api\.example\.com", but this API is "https:\/\/api\.example\.com\/": what differs is the trailing slash/,
    token: tokenOf({ aud: audience.slice(0, -1) }),
  },
  {
    name: 'aud with one slash more',
    code: 'wrong_audience',
    says: /trailing slash/,
    token: tokenOf({ aud: `${audience}/` }),
  },
  {
    name: 'aud over http',
    code: 'wrong_audience',
    says: /http:\/\/ instead of https:\/\//,
    token: tokenOf({ aud: 'http://api.example.com/' }),
  },
  {
    name: 'aud in capitals',
    code: 'wrong_audience',
    says: /upper and lower case/,
    token: tokenOf({ aud: 'https://API.example.com/' }),
  },
  {
    name: 'aud with a port',
    code: 'wrong_audience',
    says: /the port \(3000/,
    token: tokenOf({ aud: 'https://api.example.com:3000/' }),
  },
  {
    name: 'aud with a path',
    code: 'wrong_audience',
    says: /the path \(\/v1/,
    token: tokenOf({ aud: `${audience}v1` }),
  },
  {
    name: 'aud that begins like this API',
    code: 'wrong_audience',
    says: /another API/,
    token: tokenOf({ aud: 'https://api.example.com.evil.example/' }),
  },
  {
    name: 'a token for userinfo only',
    code: 'userinfo_only',
    says: /no API was requested/,
    token: tokenOf({ aud: `${issuer}userinfo` }),
  },
  { name: 'a token that expired', code: 'expired', says: /expired 12 s ago/, token: tokenOf({ exp: instant - 12 }) },
  {
    name: 'a token that expires at this moment, without tolerance',
    code: 'expired',
    says: /expired 0 s ago/,
    token: tokenOf({ exp: instant }),
    options: { clockToleranceSeconds: 0 },
  },
  { name: 'a token without end', code: 'missing_claim', says: /no exp/, token: tokenOf({ exp: undefined }) },
  {
    name: 'an end that is text',
    code: 'malformed_claim',
    says: /exp is not a number/,
    token: tokenOf({ exp: '9999999999' }),
  },
  {
    name: 'a token from the future',
    code: 'not_yet_valid',
    says: /valid only in 60 s/,
    token: tokenOf({ nbf: instant + 60 }),
  },
  {
    name: 'a token issued in the future',
    code: 'issued_in_future',
    says: /issued 60 s from now/,
    token: tokenOf({ iat: instant + 60 }),
  },
  {
    name: 'a clock that gives no number',
    code: 'expired',
    says: /expired/,
    token: tokenOf(),
    options: { now: () => Number.NaN },
  },
  { name: 'no sub', code: 'missing_claim', says: /no sub/, token: tokenOf({ sub: undefined }) },
  { name: 'a sub that is a number', code: 'malformed_claim', says: /sub is not text/, token: tokenOf({ sub: 1 }) },
  {
    name: 'an RFC 9068 token without jti',
    code: 'missing_claim',
    says: /no jti/,
    token: signRaw(json(rfc9068Header), json({ ...rfc9068Claims, jti: undefined })),
    options: { dialect: 'rfc9068' },
  },
  {
    name: 'an Auth0 token without azp',
    code: 'missing_claim',
    says: /no azp/,
    token: tokenOf({ azp: undefined, client_id: 'C' }),
    options: { dialect: 'auth0' },
  },
  {
    name: 'a token bound to a DPoP key',
    code: 'sender_constrained',
    says: /DPoP/,
    token: tokenOf({ cnf: { jkt: 'x' } }),
  },
  {
    name: 'a token bound to a certificate',
    code: 'sender_constrained',
    says: /client certificate/,
    token: tokenOf({ cnf: { 'x5t#S256': 'x' } }),
  },
  {
    name: 'a token bound to something',
    code: 'sender_constrained',
    says: /bound to a key/,
    token: tokenOf({ cnf: null }),
  },
  {
    name: 'a scope that is a number',
    code: 'malformed_claim',
    says: /scope is not text/,
    token: tokenOf({ scope: 7 }),
  },
  {
    name: 'permissions that are text',
    code: 'malformed_claim',
    says: /permissions is not a list/,
    token: tokenOf({ permissions: 'all' }),
  },
  {
    name: 'a missing scope',
    code: 'missing_scope',
    says: /the scope "read:admin" is missing \(token has "openid", "profile", "read:patients"\)/,
    token: tokenOf(),
    requirement: { scopes: ['read:admin'] },
    status: 403,
  },
  {
    name: 'a scope that the user holds, but that was not asked for',
    code: 'missing_scope',
    says: /holds it in `permissions`/,
    token: tokenOf({ permissions: ['read:admin'] }),
    requirement: { scopes: ['read:admin'] },
    status: 403,
  },
  {
    name: 'no scope at all',
    code: 'missing_scope',
    says: /token has none/,
    token: tokenOf({ scope: undefined }),
    requirement: { scopes: ['a', 'b'] },
    status: 403,
  },
  {
    name: 'none of several scopes',
    code: 'missing_scope',
    says: /one of the scopes "a", "b" is missing/,
    token: tokenOf(),
    requirement: { scopes: ['a', 'b'], any: true },
    status: 403,
  },
  {
    name: 'a missing permission',
    code: 'missing_permission',
    says: /the permission "read:admin" is missing \(token has "read:x"\)/,
    token: tokenOf({ permissions: ['read:x'] }),
    requirement: { permissions: ['read:admin'] },
    status: 403,
  },
];

export const rows: readonly Row[] = [...transport, ...kind, ...signature, ...claims];
