// The one way to a user by identifier and password. Pages and grants ask here and nowhere else, so none can forget the gate.

import type { TenantId } from '../../schema/brand.ts';
import type { Database, Transaction } from '../../storage/store.ts';
import { findPassword, findUserByIdentifier } from '../accounts/find.ts';
import { nameOf } from '../accounts/name.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { Whose } from '../accounts/turns.ts';
import type { User } from '../accounts/user.ts';
import type { LogEvent } from '../logs/event.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import {
  accountOf,
  type Closed,
  enter,
  enterSignup,
  type Guess,
  giveBack,
  leave,
  nobodysKeptMs,
  subjectOf,
} from './gate.ts';
import { protectionOf } from './protection.ts';
import { createQueue } from './queue.ts';
import { type EndpointRate, rateNamed } from './rates.ts';
import { type Closing, tellClosed } from './unblock.ts';

/** A password and whose it is said to be. */
export interface Claim {
  readonly tenant: TenantId;
  readonly connection: { readonly name: string; readonly bruteForceProtection: boolean };
  readonly identifier: string;
  readonly password: string;
  /** Of the person, not of a server in between. */
  readonly ip: string;
  /** A language tag that the person wishes, for a mail. */
  readonly language?: string | undefined;
  /** For log events: client, host, user agent. */
  readonly about: Omit<LogEvent, 'tenant' | 'type' | 'description' | 'ip'>;
}

/** The door was closed before anybody looked at the password; `seconds` until it opens by itself, or a day for an account. */
export interface Refused {
  readonly kind: 'closed';
  readonly why: Closed['why'];
  readonly user: User | undefined;
  readonly seconds: number;
}

export type Judged =
  | Refused
  /** No such user, or not its password, or it has none. */
  | { readonly kind: 'wrong'; readonly user: User | undefined; readonly hasPassword: boolean }
  | Right;

/** Right, blocked or not. The login that follows must tell the door with `Admission`. */
export interface Right {
  readonly kind: 'right';
  readonly user: User;
  /** What was verified, so that a password which changes before the login is written does not log in. */
  readonly verified: string;
  /** A stronger hash of the same password. */
  readonly upgrade: string | undefined;
  readonly admission: Admission;
}

export interface Admission {
  /** Gives the attempt back and forgives the failures before it, in the transaction of the login. */
  admit(tx: Transaction): Promise<void>;
  /**
   * Once, whether or not there was a login: without one the attempt is given back and nothing is forgiven; others who try at the
   * same account need wait no longer. Throws nothing.
   */
  end(): Promise<void>;
}

export interface PasswordDoor {
  /** Judges a claim. @throws StoreUnavailable, also when too many passwords wait for their turn */
  judge(claim: Claim): Promise<Judged>;
  /** Takes a sign-up of an address; what was refused is logged. @throws StoreUnavailable */
  signup(at: Pick<Claim, 'tenant' | 'ip' | 'about'>): Promise<{ readonly kind: 'open' } | Omit<Refused, 'user'>>;
}

export interface DoorDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly passwords: Passwords;
  /** The rates that are in force (`rates.ts`). */
  readonly rates: readonly EndpointRate[];
  /** ms */
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
}

/** The door of this process: make one, and give it to every room that takes passwords. */
export function createPasswordDoor(deps: DoorDeps): PasswordDoor {
  const { database, snapshot, passwords, now } = deps;
  const queue = createQueue();
  const pace = rateNamed(deps.rates, 'login');

  const tell = (at: Pick<Claim, 'tenant' | 'ip' | 'about'>, type: string, description: string, user?: User) => {
    const whom = user ? { user_id: user.user_id, user_name: nameOf(user), connection: user.connection } : {};
    deps.record({ ...at.about, ...whom, tenant: at.tenant, ip: at.ip, type, description });
  };
  const refused = (claim: Claim, closed: Closed, user: User | undefined): Refused => {
    const [type, description] = told[closed.why];
    tell(claim, type, description, user);
    return { kind: 'closed', why: closed.why, user, seconds: toldSeconds(closed, now()) };
  };

  return {
    async judge(claim) {
      const { tenant, identifier, connection, ip } = claim;
      const store = database.store(tenant);
      const protection = await protectionOf(database, snapshot, tenant);
      const user = await findUserByIdentifier(store, connection.name, identifier);
      const guess: Guess = {
        account: accountOf(user, identifier),
        connection: connection.name,
        protects: connection.bruteForceProtection,
        ip,
      };
      const { outcome: pass, end } = await queue.enter(
        `${tenant} ${connection.name} ${subjectOf(guess.account)}`,
        () => enter(store, protection, guess, pace, now()),
        (outcome) => outcome.kind === 'closed' && outcome.why === 'account',
      );
      if (pass.kind === 'closed') return refused(claim, pass, user);
      let judged: Awaited<ReturnType<typeof verify>>;
      try {
        judged = await verify(claim, user, { tenant, account: subjectOf(guess.account) });
      } catch (error) {
        // Nobody got to know whether it was right: the attempt does not count, if the store can still be told.
        await store.transact((tx) => giveBack(tx, pass)).catch(() => undefined);
        end(true);
        throw error;
      }
      if (judged.kind === 'right') {
        let admitted = false;
        const admit = async (tx: Transaction) => {
          await leave(tx, pass, now());
          admitted = true;
        };
        const over = async () => {
          // Right, and refused for something else: that was no guess. What was guessed before is not forgiven.
          if (!admitted) await store.transact((tx) => giveBack(tx, pass)).catch(() => undefined);
          end(true);
        };
        return { ...judged, admission: { admit, end: over } };
      }
      end(false);
      if (pass.addressSpent) tell(claim, 'limit_mu', told.address[1]);
      if (pass.tally?.count === protection.accounts.most) {
        tell(claim, 'limit_wc', told.account[1], user);
        if (protection.accounts.notifies) await tellUser(claim, pass.tally.subject, user);
      }
      return judged;
    },

    async signup(at) {
      const protection = await protectionOf(database, snapshot, at.tenant);
      const entered = await enterSignup(database.store(at.tenant), protection, at.ip, now());
      if (entered.kind === 'closed' || entered.addressSpent) tell(at, 'limit_mu', signupsMet);
      if (entered.kind === 'open') return { kind: 'open' };
      return { kind: 'closed', why: entered.why, seconds: secondsUntil(entered.opensAt, now()) };
    },
  };

  async function verify(
    { tenant, password }: Claim,
    user: User | undefined,
    whose: Whose,
  ): Promise<Exclude<Judged, Refused | Right> | Omit<Right, 'admission'>> {
    const stored = user && (await findPassword(database.store(tenant), user.user_id))?.hash;
    const { ok, upgrade } = await passwords.verify(password, stored, whose);
    if (!ok || !user || stored === undefined) return { kind: 'wrong', user, hasPassword: stored !== undefined };
    return {
      kind: 'right',
      user,
      verified: stored,
      upgrade: upgrade ? await passwords.hash(password, whose) : undefined,
    };
  }

  async function tellUser({ tenant, ip, about, language }: Claim, subject: string, user: User | undefined) {
    const closing: Closing = {
      ip,
      ...(user ? { user_id: user.user_id } : {}),
      ...(about.client_id === undefined ? {} : { client_id: about.client_id }),
      ...(about.hostname === undefined ? {} : { hostname: about.hostname }),
      ...(language === undefined ? {} : { language }),
    };
    await tellClosed(database.store(tenant), subject, closing, now());
  }
}

const told = {
  account: ['limit_wc', 'Too many failed logins: the account is closed to this address, or to all'],
  address: ['limit_mu', 'Too many failed logins from this address'],
  pace: ['limit_sul', 'Too many logins of one user from this address'],
} as const;
const signupsMet = 'Too many sign-ups from this address';

/** What a success has forgiven ends within this. */
const forgivenSeconds = 10;

/** An identifier of nobody opens sooner than an account, which an exact time would tell at once: both are told a day. */
function toldSeconds({ why, opensAt }: Closed, now: number): number {
  const exact = secondsUntil(opensAt, now);
  return why !== 'account' || exact <= forgivenSeconds ? exact : nobodysKeptMs / 1000;
}

function secondsUntil(at: number, now: number): number {
  return Math.max(1, Math.ceil((at - now) / 1000));
}
