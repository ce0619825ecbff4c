// Makes the tokens of a user of their content: signs, or draws, the access token and the ID token that goes with it.
// What may have to be refused before it ends is kept as a row, by its hash: an opaque token is known by that row alone.

import { hash, randomBytes } from 'node:crypto';
import { clients } from '../../resources/index.ts';
import type { TenantId } from '../../schema/brand.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Database } from '../../storage/store.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { Keyring } from '../keys/keyring.ts';
import { ensureRing } from '../keys/rings.ts';
import { signJwt, signJwtHs256 } from '../keys/signature.ts';
import { type IssuedToken, issueAccessToken } from './access-token.ts';
import { isAsymmetric } from './id-token.ts';
import type { IssuedRow } from './user-tables.ts';
import { accessTokenContent, idTokenContent, issuedRow, type Minting } from './user-token-content.ts';

export interface MintDeps {
  readonly database: Database;
  readonly keyring: Keyring;
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
  const content = accessTokenContent(minting);
  if (content.format === 'opaque') {
    const token = randomBytes(32).toString('base64url');
    const issued = { token, digest: digestOf(token), ...content };
    return { issued, row: issuedRow(minting, issued, true, now) };
  }
  const issued = {
    ...(await issueAccessToken(deps.keyring, minting.tenant, content.authorization, now)),
    format: 'JWT',
  } as const;
  return { issued, row: content.kept ? issuedRow(minting, issued, false, now) : undefined };
}

async function mintIdToken(
  deps: MintDeps,
  minting: Minting,
  accessToken: string | undefined,
  now: number,
): Promise<string> {
  const { tenant, client, authorization } = minting;
  const { algorithm, claims } = idTokenContent(minting, accessToken, now);
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
