// An `id_token_hint` (OpenID Connect Core §3.1.2.1): an ID token of ours that comes back to say whom a request is about.
// It may have ended long ago; it proves nothing but that we once issued it.

import { compactVerify, decodeJwt, decodeProtectedHeader, errors } from 'jose';
import type { TenantId } from '../../schema/brand.ts';
import type { ClientFacts } from '../clients/facts.ts';
import { idTokenSecret, type MintDeps } from './user-tokens.ts';

/** What an ID token of ours says about whom a request is for. */
export interface IdTokenHint {
  readonly subject: string;
  readonly clientId: string;
  readonly sid: string | undefined;
}

/**
 * The `sub` of a hint that this issuer signed: with a key that is still published, or, for the client that asks, with its
 * secret (HS256). `undefined` for everything else: access tokens, other issuers, revoked keys, no JWT at all. Does not check
 * `exp`, nor, for a signature of ours, for which client it was made. @throws StoreUnavailable
 */
export async function verifyIdTokenHint(
  deps: MintDeps,
  tenant: TenantId,
  client: ClientFacts,
  hint: string,
  issuer: string,
): Promise<string | undefined> {
  return (await verified(deps, tenant, async () => client, hint, issuer))?.subject;
}

/**
 * The same for a request that may name no client: the one that a hint was made for is looked up by `clientOf`, which is asked
 * with what nobody has verified yet. @throws StoreUnavailable
 */
export function readIdTokenHint(
  deps: MintDeps,
  tenant: TenantId,
  clientOf: (clientId: string) => Promise<ClientFacts | undefined>,
  hint: string,
  issuer: string,
): Promise<IdTokenHint | undefined> {
  return verified(deps, tenant, clientOf, hint, issuer);
}

async function verified(
  deps: MintDeps,
  tenant: TenantId,
  clientOf: (clientId: string) => Promise<ClientFacts | undefined>,
  hint: string,
  issuer: string,
): Promise<IdTokenHint | undefined> {
  try {
    const { alg, kid, typ } = decodeProtectedHeader(hint);
    if (typ !== undefined && typ !== 'JWT') return undefined;
    if (alg === 'HS256') {
      const { aud } = decodeJwt(hint);
      const client = typeof aud === 'string' ? await clientOf(aud) : undefined;
      // A client that has no secret signs nothing with it; the secret of another client is none of its business.
      if (client?.method.kind !== 'secret') return undefined;
      const secret = await idTokenSecret(deps.database, tenant, client);
      const { payload } = await compactVerify(hint, Buffer.from(secret), { algorithms: ['HS256'] });
      return hintOf(claimsIn(payload), issuer, client.clientId);
    }
    const key = kid === undefined ? undefined : await deps.keyring.verification(tenant, kid);
    if (!key || key.alg !== alg) return undefined;
    const { payload } = await compactVerify(hint, key.key, { algorithms: [key.alg] });
    return hintOf(claimsIn(payload), issuer);
  } catch (error) {
    // `decodeProtectedHeader` throws a TypeError and JSON.parse a SyntaxError; an outage of the store goes on.
    if (error instanceof TypeError || error instanceof SyntaxError || error instanceof errors.JOSEError)
      return undefined;
    throw error;
  }
}

function claimsIn(payload: Uint8Array): unknown {
  return JSON.parse(Buffer.from(payload).toString('utf8'));
}

/**
 * An access token has a `scope`, or an address as its audience beside its `azp`; an ID token has one client. A logout token has
 * `events`.
 */
function hintOf(claims: unknown, issuer: string, audience?: string): IdTokenHint | undefined {
  if (typeof claims !== 'object' || claims === null) return undefined;
  const { iss, sub, aud, scope, azp, sid, events } = claims as Readonly<Record<string, unknown>>;
  if (iss !== issuer || typeof sub !== 'string' || typeof aud !== 'string') return undefined;
  if (scope !== undefined || events !== undefined) return undefined;
  if (audience !== undefined && aud !== audience) return undefined;
  if (azp !== undefined && azp !== aud) return undefined;
  return { subject: sub, clientId: aud, sid: typeof sid === 'string' ? sid : undefined };
}
