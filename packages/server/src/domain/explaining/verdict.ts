// What an API would say to a token: asked of the library that we hand to everyone's APIs, set up as that API is.

import { type Cause, createApi } from '@countersign/api';
import { asymmetricAlgorithms } from '../../oauth/algorithms.ts';
import type { TenantId } from '../../schema/brand.ts';
import type { ApiFacts } from '../issuing/api-facts.ts';
import type { Keyring } from '../keys/keyring.ts';

export interface VerdictAsk {
  readonly tenant: TenantId;
  /** The first is the one that is asked at. */
  readonly issuers: readonly string[];
  readonly audience: string;
  /** Of the APIs that the token names: one that signs with HS256 has a secret to check with. */
  readonly named: readonly ApiFacts[];
  /** `alg` of the token's header, as it claims. */
  readonly algorithm: unknown;
  readonly scopes: readonly string[];
  /** ms */
  readonly now: number;
}

/**
 * The library's cause, or `undefined` if it accepts. The algorithm is left open to those that this tenant signs with, so that a
 * token for another API is told by its audience and not by its signature. @throws StoreUnavailable
 */
export async function verdictOn(keyring: Keyring, token: string, ask: VerdictAsk): Promise<Cause | undefined> {
  const [issuer = ''] = ask.issuers;
  const shared = ask.algorithm === 'HS256' ? ask.named.find(({ secret }) => secret !== undefined)?.secret : undefined;
  const api = createApi({
    issuer: shared === undefined ? ask.issuers : issuer,
    audience: ask.audience,
    ...(shared === undefined
      ? {
          algorithms: asymmetricAlgorithms,
          keys: async ({ alg, kid }) => {
            const found = kid === undefined ? undefined : await keyring.verification(ask.tenant, kid);
            return found?.alg === alg ? found.key : undefined;
          },
        }
      : { secret: shared }),
    now: () => ask.now,
    // The issuer is this very server and its keys come from its own store: nothing is fetched.
    dangerouslyAllowHttpIssuer: true,
  });
  const headers = { authorization: `Bearer ${token}` };
  const verdict = await api.check({ headers }, ask.scopes.length > 0 ? { scopes: ask.scopes } : undefined);
  return verdict.kind === 'refused' ? verdict.refusal.cause : undefined;
}
