// The single-use things of a token request, spent by conditional writes in one transaction before anything is signed:
// the `jti` of a client assertion, and the quotas of machine tokens. Most requests have neither and write nothing.

import type { Authentication } from '../../domain/clients/authenticate.ts';
import { type ClientFacts, quotaOf, type TokenQuota, type TokenQuotaRow } from '../../domain/clients/facts.ts';
import { assertionReused, useAssertion } from '../../domain/clients/identify.ts';
import type { OrganizationFacts } from '../../domain/issuing/organizations.ts';
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

/** A quota and whose it is. */
interface Counted {
  readonly whose: 'client' | 'organization';
  readonly id: string;
  readonly quota: TokenQuota;
}

/**
 * Counts one token in each window and says what is left, as a header. The windows begin at full hours and days (UTC), so
 * all nodes agree on them.
 */
async function countQuota(tx: Transaction, { whose, id, quota }: Counted, now: number): Promise<[string, string]> {
  const headerName = `auth0-${whose}-quota-limit`;
  const shown: string[] = [];
  for (const window of windows(quota)) {
    const end = (Math.floor(now / window.ms) + 1) * window.ms;
    const name = `token_quota/${whose}/${id}/${window.name}/${end}`;
    const limit = quota.enforce ? window.limit : Number.MAX_SAFE_INTEGER;
    const { added, count } = await tx.count(name, limit, now, end);
    const seconds = Math.ceil((end - now) / 1000);
    const header = `b=${window.name};q=${window.limit};r=${Math.max(0, window.limit - count)};t=${seconds}`;
    if (!added) {
      const description = whose === 'client' ? 'Client quota exceeded' : 'Organization quota exceeded';
      throw new Lost({
        ...refuse('quota', description, `the ${whose} has had its ${window.limit} tokens (${window.name})`),
        headers: { 'retry-after': String(seconds), [headerName]: header },
      });
    }
    shown.push(header);
  }
  return [headerName, shown.join(',')];
}

type QuotaSettings = {
  readonly default_token_quota?:
    | { readonly clients?: TokenQuotaRow | undefined; readonly organizations?: TokenQuotaRow | undefined }
    | null
    | undefined;
};

/** The quotas that a token counts in: the client's, then the organization's. One order for all, so that none deadlock. */
function quotasOf(
  client: ClientFacts,
  organization: OrganizationFacts | undefined,
  { default_token_quota: defaults }: QuotaSettings,
): Counted[] {
  const own = client.quota ?? quotaOf(undefined, defaults?.clients);
  const its = organization && (organization.quota ?? quotaOf(undefined, defaults?.organizations));
  return [
    ...(own ? [{ whose: 'client', id: client.clientId, quota: own } as const] : []),
    ...(organization && its ? [{ whose: 'organization', id: organization.id, quota: its } as const] : []),
  ];
}

/** Spends what this request may use once. `now` in ms. @throws StoreUnavailable */
export async function spend(
  store: Store,
  authentication: Authentication & { readonly kind: 'authenticated' },
  organization: OrganizationFacts | undefined,
  settings: QuotaSettings,
  now: number,
): Promise<Spending> {
  const { client, jti } = authentication;
  const quotas = quotasOf(client, organization, settings);
  if (!jti && quotas.length === 0) return { kind: 'spent', headers: {} };
  try {
    return await store.transact(async (tx) => {
      await spendAssertion(tx, authentication);
      const headers: [string, string][] = [];
      for (const counted of quotas) headers.push(await countQuota(tx, counted, now));
      return { kind: 'spent', headers: Object.fromEntries(headers) };
    });
  } catch (error) {
    return { kind: 'refused', refusal: lostRefusal(error) };
  }
}

/** Spends the `jti` of the client's assertion, if it sent one. Throws, so that the transaction keeps nothing, if it was used before. */
export async function spendAssertion(
  tx: Transaction,
  authentication: Authentication & { readonly kind: 'authenticated' },
): Promise<void> {
  if (await useAssertion(tx, authentication)) return;
  throw new Lost(assertionReused('client_authentication'));
}

/** The refusal that a transaction ended with. @throws what is no refusal of ours */
export function lostRefusal(error: unknown): Refusal {
  if (error instanceof Lost) return error.refusal;
  throw error;
}
