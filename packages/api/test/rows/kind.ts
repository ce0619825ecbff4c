import {
  audience,
  base64url,
  goodClaims,
  goodHeader,
  idTokenClaims,
  instant,
  issuer,
  json,
  rfc9068Claims,
  rfc9068Header,
  signRaw,
  tokenOf,
} from '../rig.ts';
import type { Row } from './row.ts';

const idToken = (claims: Record<string, unknown> = {}): string =>
  signRaw(json(goodHeader), json({ ...idTokenClaims, ...claims }));
const logoutEvents = { 'http://schemas.openid.net/event/backchannel-logout': {} };

/** Not an access token that can be read here. */
export const kindRows: readonly Row[] = [
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
