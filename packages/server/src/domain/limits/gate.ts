// The gate before every password: an attempt is taken before the password is looked at, in one transaction, and given back
// when it was right. So of any number of guesses at once, over any doors and nodes, no more are ever evaluated than the limit.

import { hash } from 'node:crypto';
import { networkOf } from '../../schema/address.ts';
import type { Bucket, Store, Tally, Transaction } from '../../storage/store.ts';
import { guessesAt } from '../accounts/change.ts';
import { readIdentifier } from '../accounts/identifiers.ts';
import type { User } from '../accounts/user.ts';
import { isAllowed, type Protection, type Rate } from './protection.ts';

/** Failed logins count for 30 days after the last (auth0-behaviour ATT-3). */
export const failuresKeptMs = 30 * 86_400_000;
/** Those at an identifier that nobody has: there are as many of them as anybody cares to type, and each takes a row. */
export const nobodysKeptMs = 86_400_000;

/** Who is about to say a password. */
export interface Guess {
  /** Of the user whom the identifier names; else the identifier itself, in its canonical form. */
  readonly account: { readonly userId: string } | { readonly identifier: string };
  readonly connection: string;
  /** Whether the connection wants its accounts protected (`options.brute_force_protection`). */
  readonly protects: boolean;
  readonly ip: string;
}

/** What a tally tells of itself. */
export interface Guessed {
  readonly connection: string;
  readonly user_id?: string;
  /** The network that guesses; absent where an account is closed to everybody. */
  readonly ip?: string;
}

/** `account`: too many failures there. `address`: too many from there. `pace`: too many logins of this user a minute. */
export type Closed = {
  readonly kind: 'closed';
  readonly why: 'account' | 'address' | 'pace';
  readonly opensAt: number;
};

/** An attempt that was taken. */
export interface Pass {
  readonly kind: 'open';
  /** The tally of the account's failures, which this attempt raised to `count`. */
  readonly tally?: Tally & { readonly count: number };
  readonly address?: Bucket;
  /** The address has no attempts left, though that closes nothing (no `block` among the shields). */
  readonly addressSpent: boolean;
}

/** Whom an identifier means: its user, or itself in the one spelling for all that mean the same. Pure. */
export function accountOf(user: Pick<User, 'user_id'> | undefined, identifier: string): Guess['account'] {
  if (user) return { userId: user.user_id };
  const plain = identifier.trim();
  const named = readIdentifier(plain);
  return { identifier: named ? `${named.kind} ${named.value}` : plain.toLowerCase() };
}

/** Whom failures are counted for, to find them by. An identifier of nobody is kept as its hash: people type passwords there. */
export function subjectOf(account: Guess['account']): string {
  return 'userId' in account
    ? guessesAt(account.userId)
    : `identifier ${hash('sha256', account.identifier, 'base64url')}`;
}

/** The bucket of failed logins, or of sign-ups, of whoever is behind an address. Pure. */
export function addressBucket(stage: 'login' | 'signup', ip: string, rate: Rate): Bucket {
  return { name: `${stage} from ${networkOf(ip)}`, ...rate };
}

function tallyOf({ account, connection, ip }: Guess, byAddress: boolean): Tally {
  const subject = subjectOf(account);
  const network = byAddress ? networkOf(ip) : undefined;
  const about: Guessed = {
    connection,
    ...('userId' in account ? { user_id: account.userId } : {}),
    ...(network === undefined ? {} : { ip: network }),
  };
  return { name: `${subject} at ${connection} from ${network ?? 'anywhere'}`, subject, about };
}

/**
 * Takes an attempt, or says what is in its way; what is refused counts nowhere. `pace`: how often a user may log in from one
 * address, right or wrong. `now` in ms. @throws StoreUnavailable
 */
export async function enter(
  store: Store,
  { accounts, addresses }: Protection,
  guess: Guess,
  pace: Rate | undefined,
  now: number,
): Promise<Pass | Closed> {
  const counts = accounts.enabled && guess.protects && !isAllowed(accounts.allowed, guess.ip);
  const throttles = addresses.enabled && !isAllowed(addresses.allowed, guess.ip);
  if (!counts && !throttles && !pace) return { kind: 'open', addressSpent: false };
  const tally = counts ? tallyOf(guess, accounts.byAddress) : undefined;
  const keptMs = 'userId' in guess.account ? failuresKeptMs : nobodysKeptMs;
  const quick = pace && { ...pace, name: `${subjectOf(guess.account)} logs in from ${networkOf(guess.ip)}` };
  const address = throttles ? addressBucket('login', guess.ip, addresses.login) : undefined;
  // Always in this order, so that racers cannot block each other for good.
  return store.transact(async (tx): Promise<Pass | Closed> => {
    const most = accounts.blocks ? accounts.most : Number.MAX_SAFE_INTEGER;
    const counted = tally && (await tx.tally(tally, most, now, keptMs));
    if (tally && !counted?.added) {
      const found = (await tx.tallies(tally.subject, now)).map(({ endsAt }) => endsAt);
      return { kind: 'closed', why: 'account', opensAt: Math.max(now, ...found) };
    }
    const drawnQuick = quick && (await tx.draw(quick, now));
    if (drawnQuick && !drawnQuick.drawn) {
      if (tally) await tx.untally(tally.name);
      return { kind: 'closed', why: 'pace', opensAt: drawnQuick.nextAt };
    }
    const drawn = address && (await tx.draw(address, now));
    if (drawn && !drawn.drawn && addresses.blocks) {
      if (tally) await tx.untally(tally.name);
      if (quick) await tx.putBack(quick);
      return { kind: 'closed', why: 'address', opensAt: drawn.nextAt };
    }
    return {
      kind: 'open',
      ...(tally && counted ? { tally: { ...tally, count: counted.count } } : {}),
      ...(address && drawn?.drawn ? { address } : {}),
      addressSpent: drawn !== undefined && !drawn.drawn,
    };
  });
}

/** The password was right: gives the attempt back, and forgives the failures before it. Part of the transaction that logs in. */
export async function leave(tx: Transaction, pass: Pass, now: number): Promise<void> {
  if (pass.tally) await tx.forgive(pass.tally.name, now);
  if (pass.address) await tx.putBack(pass.address);
}

/** The password was not looked at after all, or was right and bought no login: gives the attempt back, and forgives nothing. */
export async function giveBack(tx: Transaction, pass: Pass): Promise<void> {
  if (pass.tally) await tx.untally(pass.tally.name);
  if (pass.address) await tx.putBack(pass.address);
}

/** Takes one of the sign-ups of an address. What is malformed must be refused before. @throws StoreUnavailable */
export async function enterSignup(
  store: Store,
  { addresses }: Protection,
  ip: string,
  now: number,
): Promise<{ readonly kind: 'open'; readonly addressSpent: boolean } | Closed> {
  if (!addresses.enabled || isAllowed(addresses.allowed, ip)) return { kind: 'open', addressSpent: false };
  const { drawn, nextAt } = await store.transact((tx) => tx.draw(addressBucket('signup', ip, addresses.signup), now));
  if (drawn || !addresses.blocks) return { kind: 'open', addressSpent: !drawn };
  return { kind: 'closed', why: 'address', opensAt: nextAt };
}
