// What is the same for every operation of the Management API: the guard, refusals as answers, and what a browser may read.

import type { AnyOf } from '../../schema/collection.ts';
import { allowedOrigin } from '../../web/cors.ts';
import type { Answer, Ask } from '../../web/exchange.ts';
import { type At, at, type ManagementDeps } from './context.ts';
import { recordForbidden } from './events.ts';
import type { Guard } from './guard.ts';
import { problem, type Refused } from './problem.ts';
import { isRefused } from './query.ts';
import { readByUser, type untoldReads } from './user-reads.ts';

/** What routes are made with. */
export interface Machinery {
  readonly deps: ManagementDeps;
  readonly guard: Guard;
  readonly untold: ReturnType<typeof untoldReads>;
  /** The certificate of the key that signs now. */
  readonly certificate: (ask: Ask) => Promise<{ readonly cert: string; readonly pkcs7: string } | undefined>;
}

/** An operation for a caller who may do it: parse, load, decide, commit, answer. */
export type Act = (ask: Ask, here: At) => Promise<Answer | Refused>;

/** The handler of a route. `needs`: of each set of scopes, the token must hold one. */
export function operation({ deps, guard, untold }: Machinery, needs: readonly AnyOf[], act: Act) {
  return async (ask: Ask): Promise<Answer> => {
    const caller = await guard(ask, needs);
    if (isRefused(caller)) return problem(caller);
    const outcome = await act(ask, at(ask, caller, deps));
    if (isRefused(outcome) && outcome.status === 403) recordForbidden(deps, ask, caller, outcome.message);
    const answer = isRefused(outcome) ? problem(outcome) : outcome;
    if (answer.status === 200 && untold(ask, caller, deps.now())) deps.record(readByUser(ask, caller));
    if (caller.origin === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, ...allowedOrigin(caller.origin) } };
  };
}
