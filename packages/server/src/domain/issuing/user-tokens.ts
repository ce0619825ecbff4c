// Makes the tokens of a user: the access token, opaque or a JWT, and the ID token that goes with it. Decides nothing.
// What may have to be refused before it ends is kept as a row, by its hash: an opaque token is known by that row alone.

import { hash, randomBytes } from 'node:crypto';
import { clients } from '../../resources/index.ts';
import type { TenantId } from '../../schema/brand.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Database } from '../../storage/store.ts';
import type { User } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { Keyring } from '../keys/keyring.ts';
import { ensureRing } from '../keys/rings.ts';
import { signJwt, signJwtHs256 } from '../keys/signature.ts';
import { type IssuedToken, issueAccessToken } from './access-token.ts';
import type { Authorization } from './authorization.ts';
import { type Channel, type IdTokenAbout, idTokenAlgorithm, idTokenClaims, isAsymmetric } from './id-token.ts';
import type { UserAuthorization } from './user-authorization.ts';
import type { IssuedRow } from './user-tables.ts';

export interface MintDeps {
  readonly database: Database;
  readonly keyring: Keyring;
}

export interface Minting {
  readonly tenant: TenantId;
  readonly client: ClientFacts;
  readonly user: User;
  readonly authorization: UserAuthorization;
  readonly channel: Channel;
  readonly wants: { readonly accessToken: boolean; readonly idToken: boolean };
  /** Seconds of an opaque token: 86400, and 7200 in the implicit flow (auth0-behaviour §20.6). */
  readonly opaqueLifetime: number;
  /** What is issued together and revoked together. */
  readonly family: string;
  readonly about: Omit<IdTokenAbout, 'accessToken'>;
}

export interface Minted {
  readonly accessToken?: IssuedToken & { readonly format: 'opaque' | 'JWT' };
  readonly idToken?: { readonly token: string; readonly digest: string };
  /** To be kept in the transaction that hands the tokens out. */
  readonly rows: readonly IssuedRow[];
}

const clientTable = tableOf(clients);
const digestOf = (token: string) => hash('sha256', token, 'base64url');

/** Signs what is wanted. Writes nothing but a key ring, if the client's algorithm has none yet. `now` in ms. */
export async function mintUserTokens(deps: MintDeps, minting: Minting, now: number): Promise<Minted> {
  const { wants } = minting;
  const access = wants.accessToken ? await mintAccessToken(deps, minting, now) : undefined;
  const idToken = wants.idToken ? await mintIdToken(deps, minting, access?.issued.token, now) : undefined;
  return {
    ...(access ? { accessToken: access.issued } : {}),
    ...(idToken === undefined ? {} : { idToken: { token: idToken, digest: digestOf(idToken) } }),
    rows: access?.row ? [access.row] : [],
  };
}

async function mintAccessToken(
  deps: MintDeps,
  minting: Minting,
  now: number,
): Promise<{ issued: NonNullable<Minted['accessToken']>; row: IssuedRow | undefined }> {
  const { authorization, channel, tenant } = minting;
  const { target } = authorization;
  if (target.kind === 'userinfo') {
    const token = randomBytes(32).toString('base64url');
    const issued = { token, digest: digestOf(token), expiresIn: minting.opaqueLifetime, format: 'opaque' } as const;
    return { issued, row: rowOf(minting, issued, true, now) };
  }
  const { api, audience } = target;
  const userinfo = isAsymmetric(api.algorithm) && authorization.scopes.includes('openid');
  // A JWT that no endpoint of ours accepts cannot be called back: its API looks at the signature alone.
  const ours = (userinfo || api.system) && !api.encryption;
  const content: Authorization = {
    api,
    audience,
    ...(userinfo ? { userinfo } : {}),
    ...(ours ? { distinct: true } : {}),
    issuer: authorization.issuer,
    clientId: authorization.clientId,
    subject: authorization.subject,
    scopes: authorization.scopes,
    ...(authorization.permissions ? { permissions: authorization.permissions } : {}),
    lifetime: channel === 'front' ? api.lifetimeForWeb : api.lifetime,
    trace: [],
  };
  const issued = { ...(await issueAccessToken(deps.keyring, tenant, content, now)), format: 'JWT' } as const;
  return { issued, row: ours ? rowOf(minting, issued, false, now) : undefined };
}

function rowOf(minting: Minting, issued: IssuedToken, opaque: boolean, now: number): IssuedRow {
  const { authorization, family, about } = minting;
  return {
    id: issued.digest,
    family,
    user_id: authorization.subject,
    client_id: authorization.clientId,
    ...(about.sid === undefined ? {} : { session_id: about.sid }),
    issuer: authorization.issuer,
    scopes: authorization.scopes,
    opaque,
    expires_at: new Date((Math.floor(now / 1000) + issued.expiresIn) * 1000).toISOString(),
  };
}

async function mintIdToken(
  deps: MintDeps,
  minting: Minting,
  accessToken: string | undefined,
  now: number,
): Promise<string> {
  const { tenant, client, user, authorization, channel, about } = minting;
  const algorithm = idTokenAlgorithm(client, channel, authorization.dialect);
  const claims = idTokenClaims(authorization, client, user, { ...about, accessToken }, algorithm, now);
  if (!isAsymmetric(algorithm)) return signJwtHs256(await idTokenSecret(deps.database, tenant, client), 'JWT', claims);
  if (!(await deps.keyring.algorithms(tenant)).includes(algorithm)) {
    await ensureRing(deps.database.store(tenant), algorithm, new URL(authorization.issuer).host, now);
  }
  return signJwt(await deps.keyring.signing(tenant, algorithm), 'JWT', claims);
}

/**
 * What a client's HS256 ID tokens are keyed with. The secret is read when it is needed; facts of clients, which stay in memory,
 * have only its digest. Rejects if the client has none.
 */
export async function idTokenSecret(
  database: Database,
  tenant: TenantId,
  client: ClientFacts,
): Promise<string | Buffer> {
  const secret = (await database.store(tenant).get(clientTable, client.clientId))?.client_secret;
  if (!secret) throw new Error(`client ${client.clientId} signs with HS256 and has no client_secret`);
  return client.idToken.secretEncoded ? Buffer.from(secret, 'base64url') : secret;
}
