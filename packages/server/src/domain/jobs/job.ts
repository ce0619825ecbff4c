// What a job is: work that a transaction leaves behind and that some node does after the commit, at least once, under a
// lease, again after failures. For what must not be lost and must not hold up an answer: mails, calls to clients.

import { randomUUID } from 'node:crypto';
import type { TenantId } from '../../schema/brand.ts';
import type { Transaction } from '../../storage/store.ts';

/** A kind of job, with what it may cost. Times in ms. */
export interface JobKind<Payload extends object> {
  /** Stored; never renamed while jobs of it may wait. */
  readonly name: string;
  /** How often a job is tried before it is given up. */
  readonly attempts: number;
  /** How long one attempt may take; then its signal says stop, and some seconds later another node may take the job. */
  readonly longestMs: number;
  /** The pause after the first failure; it doubles with each, up to `most`. Half of it is drawn by lot. */
  readonly pause: { readonly first: number; readonly most: number };
  /** How many of them one node runs side by side. */
  readonly atOnce: number;
  /** Only here so that a `JobKind<A>` is not a `JobKind<B>`; never set. */
  readonly payload?: Payload;
}

/** One attempt at a job. */
export interface Job<Payload extends object> {
  readonly tenant: TenantId;
  /** The same for every attempt: what must not happen twice elsewhere is marked with it. A UUID unless it was chosen. */
  readonly id: string;
  readonly payload: Payload;
  /** 1 for the first. */
  readonly attempt: number;
  /** Aborted when the attempt took too long, or the node stops: come to an end at once. */
  readonly signal: AbortSignal;
}

/** What came of an attempt. Reasons are for the operator: never a secret. */
export type Outcome =
  | { readonly kind: 'done' }
  /** Try again later, if it may be tried again. `afterMs` instead of the kind's own pause. */
  | { readonly kind: 'retry'; readonly because: string; readonly afterMs?: number }
  /** There is nothing to do yet: again at that time (ms), and this was no attempt. */
  | { readonly kind: 'later'; readonly at: number }
  | { readonly kind: 'give-up'; readonly because: string };

/** Who does jobs of a kind. An error that `run` throws is a retry. */
export interface JobHandler<Payload extends object> {
  readonly kind: JobKind<Payload>;
  run(job: Job<Payload>): Promise<Outcome>;
  /** Told when a job is given up, before it is forgotten: by `give-up`, or since its last attempt failed. */
  gaveUp?(job: Omit<Job<Payload>, 'signal'>, because: string): void | Promise<void>;
}

/** A handler in a list of handlers of all kinds. */
export type AnyJobHandler = JobHandler<object>;

/** Forgets what the payloads of a handler are, which only its own kind's `enqueue` makes. */
export function jobHandler<Payload extends object>(handler: JobHandler<Payload>): AnyJobHandler {
  return handler as unknown as AnyJobHandler;
}

/**
 * Leaves a job: it is done once `tx` commits, or never. `dueAt` in ms; a time that has come is "at once". With an `id`
 * that a waiting job of the tenant has already, nothing is added. Answers the id.
 */
export async function enqueue<Payload extends object>(
  tx: Transaction,
  kind: JobKind<Payload>,
  payload: Payload,
  dueAt: number,
  id: string = randomUUID(),
): Promise<string> {
  await tx.enqueue({ id, kind: kind.name, payload, dueAt });
  return id;
}
