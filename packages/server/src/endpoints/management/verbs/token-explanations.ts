// Our addition: `POST /api/v2/tokens/explain`, the one cause why an API refuses a token. The token is read here and goes nowhere
// else: not into the log, not into an answer.

import { explanationOf } from '../../../domain/explaining/answer.ts';
import type { Anew, Facts } from '../../../domain/explaining/facts.ts';
import { type ExplainAsk, loadFacts } from '../../../domain/explaining/load.ts';
import type { DryRun } from '../../../domain/issuing/dry-run.ts';
import { parseScope } from '../../../oauth/scope.ts';
import { tokenExplanationAsk } from '../../../resources/index.ts';
import { readDraft } from '../../../schema/validate.ts';
import { json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import type { ManagementDeps } from '../context.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { badBody, uncached } from '../problem.ts';
import { isRefused, readQuery } from '../query.ts';

/** The route of `/api/v2/tokens/explain`; none where the program talks to itself. */
export function tokenExplanationRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const { dryRuns, tenantOf } = deps;
  if (!dryRuns || !tenantOf) return [];

  const explain: Act = async (ask) => {
    const query = readQuery(ask.query, []);
    if (isRefused(query)) return query;
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const read = readDraft(tokenExplanationAsk, body.value);
    if (read.kind === 'invalid') return badBody(read.message);
    const { token, audience, scope = '' } = read.value;
    const scopes = parseScope(scope);
    if (!scopes) return badBody('scope has a character that RFC 6749 section 3.3 does not allow');
    const { tenant, host, issuer } = ask;
    const asked: ExplainAsk = { tenant, host, issuer, now: deps.now(), token: bare(token), audience, scopes };
    const facts = await loadFacts({ ...deps, tenantOf }, asked);
    return json(200, explanationOf({ ...facts, anew: await anewFor(deps, asked, facts) }), uncached);
  };

  const handle = operation(machinery, [['read:token_explanations']], explain);
  const family = 'management' as const;
  return [{ method: 'POST', path: '/api/v2/tokens/explain', handle, family, bodyLimit: 100 * 1024 }];
}

/** People copy the header with the token: its scheme is taken away once, as the API would. */
function bare(token: string): string {
  return token.trim().replace(/^(?:authorization: *)?bearer +/i, '');
}

/** What a new token with these scopes would get; asked only where scopes are what is missing. */
async function anewFor(
  { dryRuns }: Pick<ManagementDeps, 'dryRuns'>,
  { tenant, host, issuer, now, scopes }: ExplainAsk,
  facts: Omit<Facts, 'anew'>,
): Promise<Anew | undefined> {
  const client = facts.client?.facts;
  if (!dryRuns || facts.cause?.code !== 'missing_scope' || !client || facts.asked?.kind !== 'api') return undefined;
  const user = facts.user?.row;
  if (facts.user && !user) return undefined;
  const params = new Map([
    ['audience', facts.asked.identifier],
    ['scope', scopes.join(' ')],
    ...(user ? [['response_type', 'code'] as const] : []),
  ]);
  const ask = { tenant, host, issuer, now, client, user, params };
  return outcomeOf(await (user ? dryRuns.login(ask) : dryRuns.machine(ask)));
}

function outcomeOf(run: DryRun): Anew {
  const { trace } = run;
  const entries = trace.map(({ rule, because, dropped }) => ({ rule, because, ...(dropped ? { dropped } : {}) }));
  return run.kind === 'refused'
    ? { refused: run.refusal.because, granted: [], trace: entries }
    : { refused: undefined, granted: run.granted, trace: entries };
}
