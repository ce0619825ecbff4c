// The single-use things of a token request, spent by conditional writes in one transaction before anything is signed:
// the `jti` of a client assertion, and the client's quota of machine tokens. Most requests have neither and write nothing.

import type { Authentication } from '../../domain/clients/authenticate.ts';
import { quotaOf, type TokenQuota, type TokenQuotaRow } from '../../domain/clients/facts.ts';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { Store, Transaction } from '../../storage/store.ts';

export type Spending =
  | { readonly kind: 'spent'; readonly headers: Record<string, string> }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Thrown inside the transaction so that it keeps nothing: a refused request uses up neither `jti` nor quota. */
class Lost extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.because);
    this.refusal = refusal;
  }
}

interface Window {
  readonly name: 'per_hour' | 'per_day';
  readonly limit: number;
  readonly ms: number;
}

function windows(quota: TokenQuota): Window[] {
  const all: readonly [Window['name'], number | undefined, number][] = [
    ['per_hour', quota.perHour, 3_600_000],
    ['per_day', quota.perDay, 86_400_000],
  ];
  return all.flatMap(([name, limit, ms]) => (limit === undefined ? [] : [{ name, limit, ms }]));
}

/** Counts one token in each window; the windows begin at full hours and days (UTC), so all nodes agree on them. */
async function countQuota(tx: Transaction, clientId: string, quota: TokenQuota, now: number): Promise<string> {
  const shown: string[] = [];
  for (const window of windows(quota)) {
    const end = (Math.floor(now / window.ms) + 1) * window.ms;
    const name = `token_quota/${clientId}/${window.name}/${end}`;
    const limit = quota.enforce ? window.limit : Number.MAX_SAFE_INTEGER;
    const { added, count } = await tx.count(name, limit, now, end);
    const seconds = Math.ceil((end - now) / 1000);
    const header = `b=${window.name};q=${window.limit};r=${Math.max(0, window.limit - count)};t=${seconds}`;
    if (!added) {
      const headers = { 'retry-after': String(seconds), 'auth0-client-quota-limit': header };
      throw new Lost({
        ...refuse('quota', 'Client quota exceeded', `the client has had its ${window.limit} tokens (${window.name})`),
        headers,
      });
    }
    shown.push(header);
  }
  return shown.join(',');
}

/** Spends what this request may use once. `now` in ms. @throws StoreUnavailable */
export async function spend(
  store: Store,
  authentication: Authentication & { readonly kind: 'authenticated' },
  settings: { readonly default_token_quota?: { readonly clients?: TokenQuotaRow | undefined } | null | undefined },
  now: number,
): Promise<Spending> {
  const { client, jti } = authentication;
  const quota = client.quota ?? quotaOf(undefined, settings.default_token_quota?.clients);
  if (!jti && !quota) return { kind: 'spent', headers: {} };
  try {
    return await store.transact(async (tx) => {
      if (jti && !(await tx.claim({ kind: 'client_assertion', key: `${client.clientId} ${jti.id}` }, jti.expiresAt))) {
        throw new Lost(
          refuse(
            'client_authentication',
            'Unauthorized',
            'the jti of the client assertion was used before; each assertion buys one answer',
          ),
        );
      }
      const header = quota ? await countQuota(tx, client.clientId, quota, now) : '';
      return { kind: 'spent', headers: header === '' ? {} : { 'auth0-client-quota-limit': header } };
    });
  } catch (error) {
    if (error instanceof Lost) return { kind: 'refused', refusal: error.refusal };
    throw error;
  }
}
