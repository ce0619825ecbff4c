// @countersign/api: accepts access tokens that were made for this API, refuses everything else, and says why.

export type { Algorithm } from './algorithms.ts';
export { type Api, createApi, type Verdict } from './api.ts';
export type { Incoming, IncomingHeaders } from './bearer.ts';
export type { CauseCode } from './causes/index.ts';
export { type KeySource, type KeyWanted, keysFromSet, type VerificationKey } from './keys.ts';
export type { ApiOptions, RefusalContext } from './options.ts';
export { explainRefusal, type RefusalResponse, refusalResponse } from './problem.ts';
export type { Cause, Evidence, Refusal, RefusalError, RefusalStatus } from './refusal.ts';
export { type Requirement, requireAnyScope, requireScopes } from './scopes.ts';
export type { Claims, VerifiedToken } from './token.ts';
