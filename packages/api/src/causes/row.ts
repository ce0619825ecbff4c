// What a row of the table of causes is.

import type { Evidence, RefusalError, RefusalStatus } from '../refusal.ts';

/** What the messages may say about this API: its own configuration, ready for printing. */
export interface ApiFacts {
  readonly audience: string;
  readonly issuer: string;
  readonly algorithms: string;
}

/**
 * One cause, in words. `message` and `fix` are for the developer and may repeat evidence. `description` goes to the client and gets none:
 * only what this API says about itself.
 */
export interface CauseRow<E extends Evidence> {
  readonly status: RefusalStatus;
  readonly error: RefusalError;
  readonly description: (api: ApiFacts) => string;
  readonly message: (evidence: E, api: ApiFacts) => string;
  readonly fix: (evidence: E, api: ApiFacts) => string;
}

/** Lets each row name the evidence that it needs. */
export const row = <E extends Evidence>(cause: CauseRow<E>): CauseRow<E> => cause;

/** A row of the most frequent shape: 401 `invalid_token`. */
export const invalidToken = <E extends Evidence>(cause: Omit<CauseRow<E>, 'status' | 'error'>): CauseRow<E> => ({
  status: 401,
  error: 'invalid_token',
  ...cause,
});

/** A request that carries its token in a way that no client should use: 400 `invalid_request`. */
export const invalidRequest = <E extends Evidence>(cause: Omit<CauseRow<E>, 'status' | 'error'>): CauseRow<E> => ({
  status: 400,
  error: 'invalid_request',
  ...cause,
});

export type NoEvidence = Readonly<Record<never, never>>;

/** The shortest way to a right token, for the fixes. */
export const howToAsk = (api: ApiFacts): string => `audience=${api.audience}`;

/** Values for a message: each in quotation marks, with commas between. */
export const quoted = (values: readonly string[]): string => values.map((value) => `"${value}"`).join(', ');
