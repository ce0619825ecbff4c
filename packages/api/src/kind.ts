// Tells access tokens from every other JWT that the same issuer signs with the same key (RFC 8725 §3.11, RFC 9068 §5).

import { type Finding, found } from './causes/index.ts';
import type { JsonObject, Jwt } from './jwt.ts';

export type Dialect = 'any' | 'auth0' | 'rfc9068';

/** `typ` as RFC 7515 §4.1.9 compares it: any case, `application/` left out. Undefined if there is none, null if it is not text. */
export function typOf(header: JsonObject): string | null | undefined {
  if (header.typ === undefined) return undefined;
  return typeof header.typ === 'string' ? header.typ.toLowerCase().replace(/^application\//, '') : null;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/**
 * The client a token was issued to: `azp` (Auth0, OpenID Connect), else `client_id` (RFC 9068), else `cid` or `appid` of vendors that put their
 * scopes into `scp`; without that these two are names that people give to claims of their own.
 */
export function clientOf(payload: JsonObject): string | undefined {
  const own = text(payload.azp) ?? text(payload.client_id);
  return own ?? (payload.scp === undefined ? undefined : (text(payload.cid) ?? text(payload.appid)));
}

/** `aud` as a list. Members that are not text are left out; `readClaims` refuses a token that has such. */
export function audiencesOf(payload: JsonObject): readonly string[] {
  const list: readonly unknown[] = Array.isArray(payload.aud) ? payload.aud : [payload.aud];
  return list.filter((aud) => typeof aud === 'string');
}

/** Claims that issuers put into ID tokens only (OpenID Connect Core §2, §3.3.2.11; FAPI 1). */
const onlyInIdTokens = ['at_hash', 'c_hash', 's_hash'];
/** Claims about a sign-in or a person: of an ID token when nothing was granted, but some vendors copy them into access tokens. */
const aboutSignIn = ['nonce', 'sid', 'auth_time', 'email', 'name', 'nickname', 'preferred_username', 'picture'];
/** Claims about what was granted. `permissions` is not among them: it is a name that people give to claims of their own. */
const aboutGrant = ['scope', 'scp', 'gty'];

const isBackChannelLogout = (payload: JsonObject): boolean =>
  typeof payload.events === 'object' &&
  payload.events !== null &&
  Object.hasOwn(payload.events, 'http://schemas.openid.net/event/backchannel-logout');

/**
 * Refuses whatever is not an access token. With `typ: at+jwt` the issuer says that it is one. Otherwise (`JWT`, or no typ: ID tokens look the same
 * from outside) the token has to show it: it names the client it was issued to, and that client is not its audience. An ID token never does both:
 * its `aud` holds its client (OpenID Connect Core §2), and Auth0's name no client elsewhere. This holds also for an API whose identifier equals
 * a client id: there, a token is taken only if it was granted something (`scope`) and carries no `nonce`. Google's ID tokens for Android put another
 * client into `azp`; they are told by what they say about a person.
 */
export function checkKind(jwt: Jwt, dialect: Dialect): Finding | undefined {
  const typ = typOf(jwt.header);
  if (typ === null) return found('malformed_token', { problem: 'typ in its header is not text' });
  if (typ === 'logout+jwt' || isBackChannelLogout(jwt.payload)) return found('logout_token', {});
  if (typ !== undefined && typ !== 'jwt' && typ !== 'at+jwt') return found('other_token_kind', { typ });
  const other = typ === 'at+jwt' ? undefined : checkUntyped(jwt.payload);
  if (other !== undefined) return other;
  const wanted = dialect === 'any' || (dialect === 'rfc9068') === (typ === 'at+jwt');
  return wanted ? undefined : found('wrong_dialect', { typ: typ ?? '(none)', dialect });
}

function checkUntyped(payload: JsonObject): Finding | undefined {
  if (payload.typ === 'Refresh' || payload.typ === 'Offline') return found('refresh_token', {});
  const audiences = audiencesOf(payload);
  const client = clientOf(payload);
  const sign = signOfIdToken(payload, client, audiences);
  if (sign !== undefined) return found('id_token', { client: client ?? audiences[0] ?? 'unknown', sign });
  if (client !== undefined) return undefined;
  const self = text(payload.sub);
  return self !== undefined && self === payload.iss
    ? found('client_assertion', { client: self })
    : found('no_client', {});
}

/** What gives it away as an ID token, in words; undefined if nothing does. */
function signOfIdToken(
  payload: JsonObject,
  client: string | undefined,
  audiences: readonly string[],
): string | undefined {
  const has = (claims: readonly string[]): string | undefined => claims.find((claim) => payload[claim] !== undefined);
  if (payload.typ === 'ID' || payload.token_use === 'id') return 'it says so itself';
  const hash = has(onlyInIdTokens);
  if (hash !== undefined) return `it has ${hash}`;
  if (payload.typ === 'Bearer' || payload.token_use === 'access') return undefined;
  const granted = has(aboutGrant) !== undefined;
  const signIn = has(aboutSignIn);
  if (client === undefined) {
    if (signIn !== undefined) return `it has ${signIn} and names no client besides aud`;
    return granted || payload.sub === payload.iss ? undefined : 'it has no scope and names no client besides aud';
  }
  if (audiences.includes(client) || audiences.some((aud) => aud === payload.client_id)) {
    if (!granted) return 'its aud is the client itself and it has no scope';
    return payload.nonce === undefined ? undefined : 'its aud is the client itself and it has nonce';
  }
  return !granted && signIn !== undefined && payload.permissions === undefined
    ? `it has ${signIn} and no scope`
    : undefined;
}
