// Requests for a mail: a link to a new password, the confirmation of an address, word of a sign-up that could not be. A request
// is only written down, whoever it is about; what comes of it is worked out by a job. So the answer and its time say nothing
// about which accounts exist (ENU-03).

import type { TenantId } from '../../schema/brand.ts';
import type { Store, Transaction } from '../../storage/store.ts';
import { enqueue, type JobKind } from '../jobs/job.ts';
import type { EndpointRate } from '../limits/rates.ts';
import { enterReset } from '../limits/reset-gate.ts';
import type { LogEvent } from '../logs/event.ts';

/** Where a request came from, for the log and for the mail. */
export interface AskedFrom {
  readonly client_id?: string | undefined;
  readonly client_name?: string | undefined;
  readonly ip?: string | undefined;
  readonly user_agent?: string | undefined;
  /** The host that was asked. A link is made with it only if it is one of the tenant's own, and the tenant wants it so. */
  readonly hostname?: string | undefined;
  /** A language tag. */
  readonly language?: string | undefined;
}

export interface ResetAsked extends AskedFrom {
  /** The connection's name. */
  readonly connection: string;
  /** What somebody typed: an e-mail address, username or phone number. */
  readonly identifier: string;
}

export interface VerificationAsked extends AskedFrom {
  readonly user_id: string;
  /** The job of the Management API that waits for it. */
  readonly job_id?: string | undefined;
}

export interface SignupRefused extends AskedFrom {
  /** The connection's name. */
  readonly connection: string;
  /** The address that is taken, as typed. */
  readonly email: string;
}

const patience = { attempts: 8, longestMs: 30_000, pause: { first: 1_000, most: 120_000 }, atOnce: 4 } as const;

export const resetAskedJob: JobKind<ResetAsked> = { name: 'reset-asked', ...patience };
export const verificationAskedJob: JobKind<VerificationAsked> = { name: 'verification-asked', ...patience };

export const signupRefusedJob: JobKind<SignupRefused> = { name: 'signup-refused', ...patience };

/** Writes down that somebody tried to sign up with an address that has an account: its owner is told (ENU-04). `now` in ms. */
export async function tellTaken(tx: Transaction, refused: SignupRefused, now: number): Promise<void> {
  await enqueue(tx, signupRefusedJob, given(refused), now);
}

/**
 * Writes down that somebody forgot the password, unless that was asked for this address from the same place too often: `closed`, for
 * so many `seconds`. Looks for nobody. `now` in ms. @throws StoreUnavailable
 */
export function askReset(
  store: Store,
  rates: readonly EndpointRate[],
  asked: ResetAsked & { readonly ip: string },
  now: number,
): ReturnType<typeof enterReset> {
  return store.transact(async (tx) => {
    const entered = await enterReset(tx, rates, asked, now);
    if (entered.kind === 'open') await enqueue(tx, resetAskedJob, given(asked), now);
    return entered;
  });
}

/** Writes down that an address shall be confirmed, in the transaction that made or changed it. `now` in ms. */
export async function askVerification(tx: Transaction, asked: VerificationAsked, now: number): Promise<void> {
  await enqueue(tx, verificationAskedJob, given(asked), now);
}

function given<T extends object>(asked: T): T {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as T;
}

/** A log event about a request. `because` is for the operator. Pure. */
export function askedEvent(
  tenant: TenantId,
  asked: AskedFrom,
  event: Pick<LogEvent, 'type' | 'description' | 'user_id' | 'user_name' | 'connection'> & { readonly because: string },
): LogEvent {
  const { because, ...rest } = event;
  const failed = event.type.startsWith('f');
  return {
    tenant,
    ...rest,
    client_id: asked.client_id,
    client_name: asked.client_name,
    ip: asked.ip,
    user_agent: asked.user_agent,
    hostname: asked.hostname,
    details: { ...(failed ? { error: { message: event.description, because } } : { because }) },
  };
}
