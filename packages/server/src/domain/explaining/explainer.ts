// Explains a refused token from end to end: gathers the facts, runs an issuance dry where scopes are missing, and words the cause.

import type { TokenExplanation } from '../../resources/index.ts';
import type { DryRun, DryRunAsk } from '../issuing/dry-run.ts';
import { explanationOf } from './answer.ts';
import type { Anew, Facts } from './facts.ts';
import { type ExplainAsk, type ExplainDeps, loadFacts } from './load.ts';

/** Explains one token. Reads only. @throws StoreUnavailable */
export type Explainer = (ask: ExplainAsk) => Promise<TokenExplanation>;

export interface AnewRuns {
  readonly machine: (ask: DryRunAsk) => Promise<DryRun>;
  readonly login: (ask: DryRunAsk) => Promise<DryRun>;
}

/** The explainer over a store; `runs` tell what a new token would get. */
export function createExplainer(deps: ExplainDeps, runs: AnewRuns): Explainer {
  return async (ask) => {
    const facts = await loadFacts(deps, ask);
    return explanationOf({ ...facts, anew: await anewFor(runs, ask, facts) });
  };
}

/** Causes whose fix is a new token for the asked API: whether there would be one is part of the answer. */
const mendedByAsking: ReadonlySet<string> = new Set(['missing_scope', 'wrong_audience', 'opaque_token', 'id_token']);

/** What a new token with these scopes would get; asked where that mends it, or where nothing is wrong with this one. */
async function anewFor(
  runs: AnewRuns,
  { tenant, host, issuer, now, scopes }: ExplainAsk,
  facts: Omit<Facts, 'anew'>,
): Promise<Anew | undefined> {
  const client = facts.client?.facts;
  if (facts.cause && !mendedByAsking.has(facts.cause.code)) return undefined;
  if (!client || !facts.issuedHere) return undefined;
  if (facts.asked?.kind !== 'api' || !facts.asked.facts) return undefined;
  const user = facts.user?.row;
  if (facts.user && !user) return undefined;
  const params = new Map([
    ['audience', facts.asked.identifier],
    ...(scopes.length > 0 ? [['scope', scopes.join(' ')] as const] : []),
    ...(user ? [['response_type', 'code'] as const] : []),
  ]);
  const ask = { tenant, host, issuer, now, client, user, params };
  return outcomeOf(await (user ? runs.login(ask) : runs.machine(ask)));
}

function outcomeOf(run: DryRun): Anew {
  const { trace } = run;
  const entries = trace.map(({ rule, because, dropped }) => ({ rule, because, ...(dropped ? { dropped } : {}) }));
  return run.kind === 'refused'
    ? { refused: run.refusal.because, granted: [], consent: undefined, trace: entries }
    : {
        refused: undefined,
        granted: run.granted,
        consent: run.consent?.needed === true ? run.consent.because : undefined,
        trace: entries,
      };
}
