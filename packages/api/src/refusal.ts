// A refusal is a value: what the client is told, and, kept apart from it, the one cause the developer is told.

import type { CauseCode } from './causes/index.ts';

/** What a token or a header showed. Values are cut and escaped, so that they are safe on one line of a log. */
export type Evidence = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** For the developer's log only: before the signature is verified, `message` and `evidence` repeat what the token claims. */
export interface Cause {
  readonly code: CauseCode;
  /** What is wrong, in one sentence, with the values at hand. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly fix: string;
  readonly evidence: Evidence;
}

export type RefusalStatus = 400 | 401 | 403 | 503;

/** RFC 6750 §3.1, and two of ours: `unauthorized` (no token at all: the challenge then has no error), `temporarily_unavailable` (503). */
export type RefusalError =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'unauthorized'
  | 'temporarily_unavailable';

export interface Refusal {
  readonly status: RefusalStatus;
  readonly error: RefusalError;
  /** Safe to send: says nothing that the token claims. ASCII, without quotes and backslashes (RFC 6750 §3). */
  readonly description: string;
  /** The value of `WWW-Authenticate`; none on 503, where the token may be good. */
  readonly challenge: string | undefined;
  /** On 503: when to try again. */
  readonly retryAfterSeconds: number | undefined;
  /** Where this very refusal is explained, once (RFC 6750 §3). Only with the option `explainRefusals`. */
  readonly errorUri?: string;
  readonly cause: Cause;
}
