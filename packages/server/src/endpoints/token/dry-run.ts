// The token endpoint without its commit beat: parses, loads and decides as a request would, and tells what would be signed.
// The client is taken to have proved who it is; quotas and `jti`s, which are spent while committing, are not looked at.

import type { AuthenticatedClient } from '../../domain/clients/authenticate.ts';
import type { AuthorizationCode } from '../../domain/issuing/codes.ts';
import { type DryRun, type DryRunAsk, dryAccessToken, dryUserTokens, staged } from '../../domain/issuing/dry-run.ts';
import { firstRefreshToken, redeemedScope, redemptionMinting } from '../../domain/issuing/redeem.ts';
import type { TraceEntry } from '../../domain/logs/event.ts';
import { settingsOf } from '../../domain/tenants/settings.ts';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import { parseScope } from '../../oauth/scope.ts';
import { type AnswerDialect, errorCode } from '../../web/answers.ts';
import { machineTokenBody, userTokensBody } from './bodies.ts';
import type { TokenDeps } from './endpoint.ts';
import type { TokenFacts } from './facts.ts';
import type { GrantDecision } from './grant.ts';
import { judgeGrantType } from './grant-type.ts';
import { factsFor } from './load.ts';

export type TokenDryRunDeps = Pick<TokenDeps, 'database' | 'snapshot' | 'keyring' | 'grants' | 'now'>;

/** What a login would leave behind for the code exchange. */
export interface DryLogin {
  readonly content: AuthorizationCode;
  readonly verifier: string;
  /** Scopes that the user would have consented to in it. */
  readonly consented: readonly string[];
}

export interface TokenDryRun {
  /** A machine's token, by the client credentials grant. @throws StoreUnavailable */
  machine(ask: DryRunAsk): Promise<DryRun>;
  /** What the code of a login would buy. @throws StoreUnavailable */
  redeem(ask: DryRunAsk, login: DryLogin): Promise<DryRun>;
}

const noPasswords = () => Promise.reject(new Error('a dry run has nobody to ask for a password'));

type Judged = { readonly decision: GrantDecision; readonly dialect: AnswerDialect };

/** The dry run of the token endpoint. Writes nothing, signs nothing, spends nothing. */
export function createTokenDryRun(deps: TokenDryRunDeps): TokenDryRun {
  const judge = async (
    type: string,
    ask: DryRunAsk,
    params: ReadonlyMap<string, string>,
    known?: Partial<TokenFacts>,
  ) => {
    const settings = await settingsOf(deps.database, deps.snapshot, ask.tenant);
    const dialect = ask.client.answerDialect ?? settings.answer_dialect ?? 'auth0';
    const grant = deps.grants.find((candidate) => candidate.type === type);
    const refusal = ask.client.builtIn
      ? refuse('client_authentication', 'Unauthorized', 'this client is built in and never gets tokens')
      : judgeGrantType(type, grant, ask.client);
    if (refusal || !grant) {
      const missing = refusal ?? refuse('unknown_grant', 'Unknown grant type');
      return { dialect, decision: { kind: 'refused', refusal: missing, trace: [] } } satisfies Judged;
    }
    // Assumed, and said so: that the client would prove who it is.
    const context = { client: ask.client as AuthenticatedClient, host: ask.host, issuer: ask.issuer };
    const decision = await grant.judge(params, context, {
      ...factsFor(deps, ask, settings),
      password: noPasswords,
      ...known,
    });
    return { decision, dialect } satisfies Judged;
  };

  return {
    async machine(ask) {
      const { decision, dialect } = await judge('client_credentials', ask, ask.params);
      if (decision.kind === 'refused') return refused(decision.refusal, dialect, decision.trace);
      if (decision.kind !== 'authorized') throw new Error('a machine was to get the tokens of a user');
      const { authorization } = decision;
      const token = await dryAccessToken(deps.keyring, ask.tenant, authorization, ask.now);
      const scope = ask.params.get('scope');
      const requested = scope === undefined ? undefined : parseScope(scope);
      const standIn = { token: '(the access token)', expiresIn: token.expires_in };
      return {
        kind: 'issued',
        requested: requested?.length ? requested : undefined,
        granted: authorization.scopes,
        tokens: { accessToken: token, standIn: {} },
        response: machineTokenBody(authorization, standIn),
        trace: staged('token', authorization.trace),
      };
    },
    async redeem(ask, { content, verifier, consented }) {
      const { user } = ask;
      if (!user) throw new Error('a code is of a user');
      const params = new Map([
        ['code', 'dry run'],
        ['redirect_uri', content.redirect_uri],
        ['code_verifier', verifier],
      ]);
      const settings = await settingsOf(deps.database, deps.snapshot, ask.tenant);
      const facts = factsFor(deps, ask, settings);
      const { decision, dialect } = await judge('authorization_code', ask, params, {
        code: async () => ({ state: 'good', content }),
        user: async () => user,
        sessionAlive: async () => true,
        // The login would have kept the consent that it got.
        userFacts: async (client, whom, audience) => {
          const found = await facts.userFacts(client, whom, audience);
          if (consented.length === 0) return found;
          return { ...found, consented: new Set([...(found.consented ?? []), ...consented]) };
        },
      });
      if (decision.kind === 'refused') return refused(decision.refusal, dialect, decision.trace);
      if (decision.kind !== 'redeemed') throw new Error('a code was to buy the token of a machine');
      const { redemption } = decision;
      const tokens = await dryUserTokens(deps.keyring, redemptionMinting(ask.tenant, redemption), ask.now);
      const caller = { ip: '', user_agent: '' };
      const refresh = firstRefreshToken({ ...redemption, caller }, ask.now)?.row;
      return {
        kind: 'issued',
        requested: content.requested,
        granted: redemption.decision.scopes,
        tokens,
        ...(refresh ? { refresh } : {}),
        response: userTokensBody(tokens.standIn, refresh && '(the refresh token)', redeemedScope(redemption)),
        trace: staged('token', redemption.decision.trace),
      };
    },
  };
}

function refused(refusal: Refusal, dialect: AnswerDialect, trace: readonly TraceEntry[]): DryRun {
  const { description, because } = refusal;
  const entries = [...trace, { rule: refusal.kind, because }];
  return {
    kind: 'refused',
    refusal: { error: errorCode(refusal, dialect), description, because },
    trace: staged('token', entries),
  };
}
