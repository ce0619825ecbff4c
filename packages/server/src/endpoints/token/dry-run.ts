// The token endpoint without its commit beat: parses, loads and decides as a request would, and tells what would be signed.
// The client is taken to have proved who it is; quotas and `jti`s, which are spent while committing, are not looked at.

import type { AuthenticatedClient } from '../../domain/clients/authenticate.ts';
import type { AuthorizationCode } from '../../domain/issuing/codes.ts';
import { type DryRun, type DryRunAsk, dryAccessToken, dryUserTokens, staged } from '../../domain/issuing/dry-run.ts';
import { passwordMinting, passwordRefreshToken } from '../../domain/issuing/password-login.ts';
import { firstRefreshToken, redeemedScope, redemptionMinting } from '../../domain/issuing/redeem.ts';
import { refreshMinting } from '../../domain/issuing/refresh-exchange.ts';
import type { RefreshFamily } from '../../domain/issuing/refresh-family.ts';
import { nextEnds } from '../../domain/issuing/refresh-lifetime.ts';
import { firstToken, hashOfPart, newFamily } from '../../domain/issuing/refresh-token.ts';
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
  /** Scopes that the user would have consented to in it; `undefined`: it was not asked. */
  readonly consented: readonly string[] | undefined;
}

/** The family whose refresh token would be exchanged: a stored one, or that of a login in the same dry run. */
export interface DryFamily {
  readonly family: RefreshFamily;
  readonly consented: readonly string[] | undefined;
}

export interface TokenDryRun {
  /** A machine's token, by the client credentials grant. @throws StoreUnavailable */
  machine(ask: DryRunAsk): Promise<DryRun>;
  /** What the code of a login would buy. @throws StoreUnavailable */
  redeem(ask: DryRunAsk, login: DryLogin): Promise<DryRun>;
  /** What the current refresh token of a family would bring. @throws StoreUnavailable */
  refresh(ask: DryRunAsk, family: DryFamily): Promise<DryRun>;
  /** What the right password of the user would bring, by one of the password grants. @throws StoreUnavailable */
  password(ask: DryRunAsk, type: string): Promise<DryRun>;
}

const unspent = { admit: async () => undefined, end: async () => undefined };
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
        userFacts: consenting(facts, consented),
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
    async refresh(ask, { family: stored, consented }) {
      // Nobody but its holder has the token, so one is made up that stands where the real one does.
      const token = { ...firstToken(stored.id), counter: stored.counter };
      const current = { proof_hash: hashOfPart(token.proof), current_hash: hashOfPart(token.secret) };
      const settings = await settingsOf(deps.database, deps.snapshot, ask.tenant);
      const facts = factsFor(deps, ask, settings);
      const params = new Map([...ask.params, ['refresh_token', 'dry run']]);
      const { decision, dialect } = await judge('refresh_token', ask, params, {
        refreshToken: async () => ({ token, family: { ...stored, ...current }, ended: undefined }),
        userFacts: consenting(facts, consented),
      });
      if (decision.kind === 'refused') return refused(decision.refusal, dialect, decision.trace);
      if (decision.kind !== 'refreshed') throw new Error('a refresh token was to buy something else');
      const { exchange } = decision;
      const { scopes, trace } = exchange.decision;
      const tokens = await dryUserTokens(deps.keyring, refreshMinting(ask.tenant, exchange), ask.now);
      const asked = ask.params.get('scope');
      const rotates = ask.client.refresh.rotating || stored.rotating;
      return {
        kind: 'issued',
        requested: (asked === undefined ? undefined : parseScope(asked)) ?? stored.scopes,
        granted: scopes,
        tokens,
        refresh: { ...stored, rotating: ask.client.refresh.rotating, ...nextEnds(stored, ask.client, ask.now) },
        response: userTokensBody(tokens.standIn, rotates ? '(the refresh token)' : undefined, scopes.join(' ')),
        trace: staged('token', trace),
      };
    },
    async password(ask, type) {
      const { user } = ask;
      if (!user) throw new Error('a password is of a user');
      const params = new Map([...ask.params, ['username', user.user_id], ['password', 'dry run']]);
      const { decision, dialect } = await judge(type, ask, params, {
        // Nobody's password is looked at: it is taken to be right, if the user is of the connection that is asked.
        password: async (_client, connection) =>
          connection.name === user.connection
            ? { kind: 'right', user, verified: '', upgrade: undefined, admission: unspent }
            : { kind: 'wrong', user: undefined, hasPassword: false },
      });
      if (decision.kind === 'refused') return refused(decision.refusal, dialect, decision.trace);
      if (decision.kind !== 'logged_in') throw new Error('a password was to buy something else');
      const login = { ...decision.login, family: newFamily(), caller: { ip: '', user_agent: '' } };
      const { scopes, trace } = decision.login.decision;
      const tokens = await dryUserTokens(deps.keyring, passwordMinting(ask.tenant, login), ask.now);
      const refresh = passwordRefreshToken(login, ask.now)?.row;
      const asked = parseScope(ask.params.get('scope') ?? '');
      return {
        kind: 'issued',
        requested: asked?.length ? asked : undefined,
        granted: scopes,
        tokens,
        ...(refresh ? { refresh } : {}),
        response: userTokensBody(tokens.standIn, refresh && '(the refresh token)', scopes.join(' ') || undefined),
        trace: staged('token', trace),
      };
    },
  };
}

/** The look-up of a user's facts, as if these scopes had been consented to: the login would have kept that. */
function consenting(
  facts: Pick<TokenFacts, 'userFacts'>,
  consented: readonly string[] | undefined,
): TokenFacts['userFacts'] {
  return async (client, whom, audience) => {
    const found = await facts.userFacts(client, whom, audience);
    if (consented === undefined) return found;
    return { ...found, consented: new Set([...(found.consented ?? []), ...consented]) };
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
