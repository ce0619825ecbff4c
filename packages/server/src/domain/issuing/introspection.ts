// What a token is worth at this moment (RFC 7662): an access token as a JWT, an opaque one, or a refresh token. Found only as far as
// the caller may know of it; everything else is "not active", whatever it is.

import { errors, jwtVerify } from 'jose';
import type { TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import { findUser } from '../accounts/find.ts';
import { findClient } from '../clients/find.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import type { ApiFacts } from './api-facts.ts';
import { userinfoIdentifier } from './audience.ts';
import { findIssued } from './issued.ts';
import { findRefreshToken, standingOf } from './refresh-member.ts';

export interface IntrospectionDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
}

export interface IntrospectionAsk {
  readonly tenant: TenantId;
  readonly issuer: string;
  readonly token: string;
  /** Looks up the API that a JWT is for among those that the caller may ask about; `aud` is not verified yet. */
  readonly apiOf: (audience: string) => Promise<ApiFacts | undefined>;
  /** Whether the caller may ask about tokens that are for no API of its own: opaque ones and refresh tokens. */
  readonly everything: boolean;
  /** ms */
  readonly now: number;
}

export type Introspection =
  /** Members of RFC 7662 §2.2, without `active`. */
  | { readonly kind: 'active'; readonly members: Readonly<Record<string, unknown>> }
  /** Why, for the operator's log only. */
  | { readonly kind: 'inactive'; readonly because: string };

const inactive = (because: string): Introspection => ({ kind: 'inactive', because });
const seconds = (time: string) => Math.floor(Date.parse(time) / 1000);
/** RFC 7519 has no limit; nothing that we sign is longer than this. */
const longest = 16 * 1024;

/** Looks at a token. Spends and writes nothing. @throws StoreUnavailable */
export async function introspect(deps: IntrospectionDeps, ask: IntrospectionAsk): Promise<Introspection> {
  if (ask.token.length > longest) return inactive('it is too long for a token of ours');
  if (ask.token.split('.').length === 3) return ofJwt(deps, ask);
  if (!ask.everything) return inactive('it is no JWT, and the caller may only ask about JWTs of its API');
  const refresh = await findRefreshToken(deps.database.store(ask.tenant), ask.token);
  return refresh ? ofRefreshToken(deps, ask, refresh) : ofOpaque(deps, ask);
}

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly iat: number;
  readonly exp: number;
  readonly [name: string]: unknown;
}

async function ofJwt(deps: IntrospectionDeps, ask: IntrospectionAsk): Promise<Introspection> {
  const found = await apiIn(ask);
  if (!found) return inactive('it is for no API that the caller may ask about');
  const { api, audience } = found;
  let claims: Claims;
  try {
    const { payload } = await jwtVerify(ask.token, ({ kid }) => keyOf(deps.keyring, ask.tenant, api, kid), {
      issuer: ask.issuer,
      audience,
      algorithms: [api.algorithm],
      typ: api.dialect.startsWith('rfc9068') ? 'at+jwt' : 'JWT',
      currentDate: new Date(ask.now),
      requiredClaims: ['sub', 'iat', 'exp'],
    });
    claims = payload as unknown as Claims;
  } catch (error) {
    if (error instanceof errors.JOSEError) return inactive(`it is no good JWT: ${error.message}`);
    throw error;
  }
  const clientId = claims.client_id ?? claims.azp;
  // An ID token names its client in `aud` alone.
  if (typeof clientId !== 'string') return inactive('it is no access token');
  const audiences = typeof claims.aud === 'string' ? [claims.aud] : claims.aud;
  const row = await findIssued(deps.database.store(ask.tenant), ask.token);
  if (row?.revoked) return inactive('it was revoked');
  // Of a user's tokens that our own endpoints take there is a row, unless all that the user had open was ended.
  const machine = isMachine(claims.sub, clientId);
  const kept = api.system || audiences.includes(userinfoIdentifier(ask.issuer));
  if (!row && !machine && kept) return inactive('all access of the user was ended since');
  const gone = await whoIsGone(deps, ask.tenant, clientId, machine ? undefined : claims.sub);
  if (gone) return inactive(gone);
  const { scope, jti, permissions, org_id, org_name, iss, sub, aud, iat, exp } = claims;
  const more = Object.entries({ scope, jti, permissions, org_id, org_name }).filter(([, value]) => value !== undefined);
  const members = { client_id: clientId, token_type: 'Bearer', iss, sub, aud, iat, exp, ...Object.fromEntries(more) };
  return { kind: 'active', members };
}

/** `CLIENT@clients` is nobody (auth0-behaviour CC-4). */
function isMachine(subject: string, clientId: string): boolean {
  return subject === `${clientId}@clients`;
}

/** The API that an unverified token claims to be for. */
async function apiIn(ask: IntrospectionAsk): Promise<{ api: ApiFacts; audience: string } | undefined> {
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(ask.token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  const { aud } = (claims ?? {}) as { readonly aud?: unknown };
  for (const audience of (Array.isArray(aud) ? aud : [aud]).slice(0, 2)) {
    const api = typeof audience === 'string' ? await ask.apiOf(audience) : undefined;
    if (api) return { api, audience };
  }
  return undefined;
}

async function keyOf(keyring: Keyring, tenant: TenantId, api: ApiFacts, kid: string | undefined) {
  if (api.algorithm === 'HS256') return Buffer.from(api.secret ?? '');
  const found = kid === undefined ? undefined : await keyring.verification(tenant, kid);
  if (found?.alg !== api.algorithm) throw new errors.JWKSNoMatchingKey();
  return found.key;
}

/** Why a token is worth nothing although it is whole: its client or its user is no more. */
async function whoIsGone(
  { database, snapshot }: IntrospectionDeps,
  tenant: TenantId,
  clientId: string,
  userId: string | undefined,
): Promise<string | undefined> {
  if (!(await findClient(database, snapshot, tenant, clientId))) return 'its client does not exist any more';
  if (userId === undefined) return undefined;
  const user = await findUser(database.store(tenant), userId);
  if (!user) return 'its user does not exist any more';
  return user.blocked === true ? 'its user is blocked' : undefined;
}

async function ofOpaque(deps: IntrospectionDeps, { tenant, token, issuer, now }: IntrospectionAsk) {
  const row = await findIssued(deps.database.store(tenant), token);
  if (!row?.opaque) return inactive('it is unknown');
  if (row.issuer !== issuer) return inactive('it was issued by another domain');
  if (row.revoked) return inactive('it was revoked');
  if (Date.parse(row.expires_at) <= now) return inactive('it has expired');
  const gone = await whoIsGone(deps, tenant, row.client_id, row.user_id);
  if (gone) return inactive(gone);
  return {
    kind: 'active',
    members: {
      client_id: row.client_id,
      token_type: 'Bearer',
      iss: row.issuer,
      sub: row.user_id,
      aud: userinfoIdentifier(issuer),
      exp: seconds(row.expires_at),
      scope: row.scopes.join(' '),
    },
  } as const;
}

async function ofRefreshToken(
  deps: IntrospectionDeps,
  { tenant, issuer, now }: IntrospectionAsk,
  { token, family }: NonNullable<Awaited<ReturnType<typeof findRefreshToken>>>,
): Promise<Introspection> {
  if (!family) return inactive('its family is unknown, or was revoked');
  if (family.issuer !== issuer) return inactive('it was issued by another domain');
  // Without a window: a token that was replaced is not the good one, though a racer may still use it for a moment.
  const standing = standingOf(family, token, { arrived: now, windowMs: 0 });
  if (standing.kind !== 'current') return inactive(`it is not the current one of its family (${standing.kind})`);
  const gone = await whoIsGone(deps, tenant, family.client_id, family.user_id);
  if (gone) return inactive(gone);
  const ends = [family.expires_at, family.idle_expires_at].filter((end) => end !== undefined).toSorted();
  return {
    kind: 'active',
    members: {
      client_id: family.client_id,
      iss: family.issuer,
      sub: family.user_id,
      aud: family.audience ?? userinfoIdentifier(issuer),
      iat: seconds(family.last_exchanged_at ?? family.created_at),
      ...(ends[0] === undefined ? {} : { exp: seconds(ends[0]) }),
      scope: family.scopes.join(' '),
    },
  };
}
