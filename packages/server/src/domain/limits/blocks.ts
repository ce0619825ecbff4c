// Blocks as people see and lift them: accounts that are closed to whoever guessed at them, and addresses that tried too much.

import type { Limits, Reads } from '../../storage/store.ts';
import { addressBucket, type Guessed } from './gate.ts';
import { isAllowed, type Protection } from './protection.ts';

/** An account is closed to this network; to everybody if there is none. */
export interface Block {
  readonly connection: string;
  readonly ip?: string;
  /** ms */
  readonly endsAt: number;
}

/** What closes the accounts of these subjects (`subjectOf`). `now` in ms. @throws StoreUnavailable */
export async function blocksOf(
  reads: Pick<Reads, 'tallies'>,
  { accounts }: Protection,
  subjects: readonly string[],
  now: number,
): Promise<readonly Block[]> {
  if (!accounts.blocks) return [];
  const blocks: Block[] = [];
  for (const subject of subjects) {
    for (const { about, count, endsAt } of await reads.tallies<Guessed>(subject, now)) {
      // Counted in the other mode, a tally closes nothing while this one is chosen.
      if (count < accounts.most || (about.ip !== undefined) !== accounts.byAddress) continue;
      blocks.push({ connection: about.connection, ...(about.ip === undefined ? {} : { ip: about.ip }), endsAt });
    }
  }
  return blocks;
}

/** Opens the accounts of these subjects to everybody; how many counters of failures went. */
export async function liftBlocks(tx: Pick<Limits, 'removeTallies'>, subjects: readonly string[]): Promise<number> {
  let gone = 0;
  for (const subject of subjects) gone += await tx.removeTallies(subject);
  return gone;
}

/** Whether an address may neither fail at another login nor sign up again. `now` in ms. @throws StoreUnavailable */
export async function isAddressBlocked(
  reads: Pick<Reads, 'bucket'>,
  { addresses }: Protection,
  ip: string,
  now: number,
): Promise<boolean> {
  if (!addresses.enabled || !addresses.blocks || isAllowed(addresses.allowed, ip)) return false;
  const { login, signup } = addresses;
  const buckets = [addressBucket('login', ip, login), addressBucket('signup', ip, signup)];
  for (const bucket of buckets) if (!(await reads.bucket(bucket, now)).drawn) return true;
  return false;
}

/** Gives an address all its attempts back. `true` if it had used any. */
export async function liftAddress(tx: Pick<Limits, 'fill'>, { addresses }: Protection, ip: string): Promise<boolean> {
  const logins = await tx.fill(addressBucket('login', ip, addresses.login).name);
  const signups = await tx.fill(addressBucket('signup', ip, addresses.signup).name);
  return logins || signups;
}
