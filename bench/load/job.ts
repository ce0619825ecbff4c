// What the load generator is asked to do, and what it answers.

import type { HttpRequest } from './request.ts';

/** Which requests, in which order: drawn at random, or each once in turn. */
export interface Job {
  readonly port: number;
  readonly requests: readonly HttpRequest[];
  readonly order: 'random' | 'in turn';
  readonly connections: number;
  /** Ends after this time, or after so many requests; the first of both. */
  readonly seconds?: number;
  readonly count?: number;
  /** Requests a second, sent whether or not earlier ones were answered; without it each connection sends as fast as it is answered. */
  readonly rate?: number;
}

export interface Outcome {
  readonly answers: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** How often each status came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** ms, from when a request was due (not from when a connection was free for it) to its answer, in order of sending. */
  readonly latencies: Float64Array;
  /** When each was due, in ms of `Date.now`, in the same order. */
  readonly due: Float64Array;
  /** CPU of the load generator itself, in µs. */
  readonly cpu: number;
}

/** The least value that `share` of all values do not exceed (nearest rank). */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
