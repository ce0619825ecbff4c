// What /userinfo would answer to an access token that does not exist yet: the judgement of the endpoint over the row that the
// token would have.

import type { DryRun, DryRunAsk } from '../../domain/issuing/dry-run.ts';
import { settingsOf } from '../../domain/tenants/settings.ts';
import type { TokenPreview } from '../../resources/index.ts';
import type { UserinfoDeps } from './endpoint.ts';
import { judge } from './judge.ts';
import { refusalStatus } from './status.ts';

type Answered = NonNullable<TokenPreview['userinfo']>;

/** The answer of /userinfo in a dry run. Reads only. @throws StoreUnavailable */
export function createUserinfoDryRun(
  deps: Pick<UserinfoDeps, 'database' | 'snapshot'>,
): (ask: DryRunAsk, run: DryRun) => Promise<Answered> {
  return async ({ tenant, client, user, issuer, now }, run) => {
    const known = run.kind === 'issued' ? run.tokens.known : undefined;
    if (!known) return { status: 401 };
    const settings = await settingsOf(deps.database, deps.snapshot, tenant);
    const dialect = client.answerDialect ?? settings.answer_dialect ?? 'auth0';
    // The library that checks tokens at /userinfo would refuse it for its audience, its algorithm or its encryption.
    const fault = known.forUserinfo ? undefined : 'The token is not for /userinfo';
    const judged = judge({ row: known.row, fault, user, client }, issuer, now, dialect === 'oidc');
    if (judged.kind === 'profile') return { status: 200, claims: judged.claims };
    return { status: refusalStatus(judged.error, dialect), error: judged.error, error_description: judged.description };
  };
}
