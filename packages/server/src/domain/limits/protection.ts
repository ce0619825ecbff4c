// What a tenant protects its accounts with, as the gate needs it: made from two documents, kept in the snapshot.

import {
  type BruteForceProtection,
  bruteForceProtection,
  type SuspiciousIpThrottling,
  suspiciousIpThrottling,
} from '../../resources/index.ts';
import { type AddressRange, contains, readAddress, readRange } from '../../schema/address.ts';
import type { TenantId } from '../../schema/brand.ts';
import type { Bucket, Database } from '../../storage/store.ts';
import type { Snapshot } from '../tenants/snapshot.ts';

/** How much may come at once, and how long until another is granted, in ms. */
export type Rate = Omit<Bucket, 'name'>;

export interface Protection {
  readonly accounts: {
    readonly enabled: boolean;
    /** Whether the limit closes the account, or is only told. */
    readonly blocks: boolean;
    readonly notifies: boolean;
    /** Whether failures count for each address apart. */
    readonly byAddress: boolean;
    readonly most: number;
    readonly allowed: readonly AddressRange[];
  };
  readonly addresses: {
    readonly enabled: boolean;
    readonly blocks: boolean;
    readonly allowed: readonly AddressRange[];
    /** Failed logins. */
    readonly login: Rate;
    /** Sign-ups, whether or not they succeed. */
    readonly signup: Rate;
  };
}

/** How a tenant protects its accounts. @throws StoreUnavailable */
export async function protectionOf(database: Database, snapshot: Snapshot, tenant: TenantId): Promise<Protection> {
  const found = await snapshot.get(tenant, 'protection', '', {}, async () => {
    const store = database.store(tenant);
    const [accounts, addresses] = await Promise.all([
      store.document<BruteForceProtection>(bruteForceProtection.name),
      store.document<SuspiciousIpThrottling>(suspiciousIpThrottling.name),
    ]);
    return {
      value: protection(accounts, addresses),
      from: [bruteForceProtection.name, suspiciousIpThrottling.name].map((name) => `documents/${name}`),
    };
  });
  return found ?? protection(undefined, undefined);
}

/** Facts from what was set, over what every tenant begins with. Pure. */
export function protection(
  brute: BruteForceProtection | undefined,
  suspicious: SuspiciousIpThrottling | undefined,
): Protection {
  const accounts = { ...bruteForceProtection.initial, ...brute };
  const addresses = { ...suspiciousIpThrottling.initial, ...suspicious };
  return {
    accounts: {
      enabled: accounts.enabled !== false,
      blocks: accounts.shields?.includes('block') === true,
      notifies: accounts.shields?.includes('user_notification') === true,
      byAddress: accounts.mode !== 'count_per_identifier',
      most: accounts.max_attempts ?? 10,
      allowed: ranges(accounts.allowlist),
    },
    addresses: {
      enabled: addresses.enabled !== false,
      blocks: addresses.shields?.includes('block') === true,
      allowed: ranges(addresses.allowlist),
      login: rateOf(addresses, 'pre-login'),
      signup: rateOf(addresses, 'pre-user-registration'),
    },
  };
}

/** What is set for a stage, and where it says nothing, what every tenant begins with. */
function rateOf({ stage }: SuspiciousIpThrottling, name: 'pre-login' | 'pre-user-registration'): Rate {
  const { max_attempts, rate } = { ...suspiciousIpThrottling.initial.stage?.[name], ...stage?.[name] };
  return { capacity: max_attempts ?? 100, everyMs: rate ?? 864_000 };
}

function ranges(texts: readonly string[] | undefined): readonly AddressRange[] {
  return (texts ?? []).flatMap((text) => readRange(text) ?? []);
}

/** Whether the address is among these. Pure. */
export function isAllowed(allowed: readonly AddressRange[], ip: string): boolean {
  const address = readAddress(ip);
  return address !== undefined && allowed.some((range) => contains(range, address));
}
