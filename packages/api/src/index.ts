// @countersign/api: accepts access tokens that were made for this API, refuses everything else, and says why.

export type { Algorithm } from './algorithms.ts';
export type { Api, ApiOptions, RefusalContext, Verdict } from './api.ts';
export type { Incoming, IncomingHeaders } from './bearer.ts';
export type { CauseCode } from './causes.ts';
export type { KeySource, KeyWanted, VerificationKey } from './keys.ts';
export type { Cause, Evidence, Refusal, RefusalError, RefusalStatus } from './refusal.ts';
export type { Requirement } from './scopes.ts';
export type { Claims, VerifiedToken } from './token.ts';

import type { Api, ApiOptions } from './api.ts';
import type { KeySource } from './keys.ts';
import type { Refusal } from './refusal.ts';

export declare function createApi(options: ApiOptions): Api;
/** Keys of a JWK Set at hand. */
export declare function keysFromSet(set: { readonly keys: readonly unknown[] }): KeySource;
/** Two lines for a log: what is wrong, and what to do. */
export declare function explainRefusal(refusal: Refusal): string;
/** Status, headers and JSON body of a refusal (RFC 6750 §3). */
export declare function refusalResponse(refusal: Refusal): {
  status: number;
  headers: Record<string, string>;
  body: string;
};
