// An `id_token_hint` (OpenID Connect Core §3.1.2.1): an ID token of ours that comes back to say whom a request is about.
// It may have ended long ago; it proves nothing but that we once issued it.

import { compactVerify, decodeProtectedHeader } from 'jose';
import type { TenantId } from '../../schema/brand.ts';
import type { Keyring } from './keyring.ts';

/**
 * The `sub` of a hint that this issuer signed with a key that is still published. `undefined` for everything else: access
 * tokens, other issuers, HS256, revoked keys, no JWT at all. Does not check `exp`, nor for which client it was made.
 */
export async function verifyIdTokenHint(
  keyring: Keyring,
  tenant: TenantId,
  hint: string,
  issuer: string,
): Promise<string | undefined> {
  try {
    const { alg, kid, typ } = decodeProtectedHeader(hint);
    if (kid === undefined || (typ !== undefined && typ !== 'JWT')) return undefined;
    const key = await keyring.verification(tenant, kid);
    if (!key || key.alg !== alg) return undefined;
    const { payload } = await compactVerify(hint, key.key, { algorithms: [key.alg] });
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
    return subjectOf(claims, issuer);
  } catch (error) {
    // jose throws for what is no valid JWS, JSON.parse for what is no JSON; an outage of the store goes on.
    if (error instanceof TypeError || error instanceof SyntaxError || isJoseError(error)) return undefined;
    throw error;
  }
}

function isJoseError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('ERR_J');
}

/** An access token has `scope` or an address as its audience; an ID token has one client, and when it was issued. */
function subjectOf(claims: unknown, issuer: string): string | undefined {
  if (typeof claims !== 'object' || claims === null) return undefined;
  const { iss, sub, aud, scope, azp } = claims as Readonly<Record<string, unknown>>;
  if (iss !== issuer || typeof sub !== 'string' || typeof aud !== 'string' || scope !== undefined) return undefined;
  // Our access tokens name the client in `azp`; an ID token's only audience is the client itself.
  return azp === undefined || azp === aud ? sub : undefined;
}
