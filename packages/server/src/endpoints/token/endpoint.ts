// POST /oauth/token (RFC 6749 §3.2, auth0-behaviour §8): reads the request, authenticates the client, lets the grant
// judge, spends what is single-use in the transaction that issues, signs, answers, and records why.

import type { User } from '../../domain/accounts/user.ts';
import type { Authentication } from '../../domain/clients/authenticate.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { identifyClient } from '../../domain/clients/identify.ts';
import { issueAccessToken } from '../../domain/issuing/access-token.ts';
import type { Authorization } from '../../domain/issuing/authorization.ts';
import type { OrganizationFacts } from '../../domain/issuing/organizations.ts';
import { type Redemption, redeemCode } from '../../domain/issuing/redeem.ts';
import { exchangeRefreshToken, type RefreshExchange } from '../../domain/issuing/refresh-exchange.ts';
import { revokeBought, revokeRefreshFamily } from '../../domain/issuing/refresh-revoke.ts';
import type { Keyring } from '../../domain/keys/keyring.ts';
import type { PasswordDoor } from '../../domain/limits/password-door.ts';
import type { LogEvent, TraceEntry } from '../../domain/logs/event.ts';
import { settingsOf, type TenantSettings } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { Database, Transaction } from '../../storage/store.ts';
import { type AnswerDialect, errorCode, noStore, refusalAnswer } from '../../web/answers.ts';
import { isAllowedOrigin, originRefused, readableByOrigin } from '../../web/cors.ts';
import { type Answer, type Ask, json, type Route } from '../../web/exchange.ts';
import { oauthPost, readOAuthPost } from '../../web/oauth-post.ts';
import type { Params } from '../../web/params.ts';
import { machineTokenBody, userTokensBody } from './bodies.ts';
import { callerOf, issuedEvent, originEvent, redeemedEvent, refreshedEvent, refusedEvent } from './events.ts';
import type { TokenFacts } from './facts.ts';
import type { AnyGrant, Member } from './grant.ts';
import { judgeGrantType } from './grant-type.ts';
import { factsFor } from './load.ts';
import { logIn, withPasswords } from './log-in.ts';
import { lostRefusal, spend, spendAssertion } from './spend.ts';

export interface TokenDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
  readonly grants: readonly AnyGrant[];
  readonly door: PasswordDoor;
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
}

/** What is known so far; a refusal at any point is logged and answered with it. */
interface Progress {
  dialect: AnswerDialect;
  params?: Params;
  grant?: AnyGrant;
  client?: ClientFacts;
  organization?: OrganizationFacts;
  user?: User;
  audience?: string;
  member?: Member;
  reused?: boolean;
  /** Set once the client has proved who it is: only then its word about the caller's address is taken. */
  authenticated: boolean;
  basic: boolean;
}

/** The routes of the token endpoint. */
export function tokenRoutes(deps: TokenDeps): Route[] {
  return [
    {
      ...oauthPost,
      path: '/oauth/token',
      handle: (ask) => withPasswords(deps, ask, (password) => exchange(deps, ask, password)),
    },
  ];
}

async function exchange(deps: TokenDeps, ask: Ask, password: TokenFacts['password']): Promise<Answer> {
  const settings = await settingsOf(deps.database, deps.snapshot, ask.tenant);
  const progress: Progress = { dialect: settings.answer_dialect ?? 'auth0', authenticated: false, basic: false };
  const refused = (refusal: Refusal, trace: readonly TraceEntry[] = []): Answer => {
    deps.record(refusedEvent(ask, progress, refusal, errorCode(refusal, progress.dialect), trace));
    return withCors(ask, progress.client, refusalAnswer(refusal, progress.dialect, progress.basic));
  };

  const read = readOAuthPost(ask);
  if (read.kind === 'malformed') {
    const kind = read.description.startsWith('Scope must') ? 'bad_scope' : 'malformed';
    return { ...refused(refuse(kind, read.description)), status: read.status };
  }
  const params = read.params;
  progress.params = params;
  const grantType = params.get('grant_type');
  if (!grantType) return refused(refuse('malformed', 'Missing required parameter: grant_type'));
  const grant = deps.grants.find((candidate) => candidate.type === grantType);
  if (grant) progress.grant = grant;

  const identified = await identifyClient(deps, ask, params, 'client_authentication', deps.now());
  const { claimed: client, authentication } = identified;
  progress.basic = identified.basic;
  if (client) {
    progress.client = client;
    progress.dialect = client.answerDialect ?? progress.dialect;
    const { origin } = ask.headers;
    // A page of this very server asks across no origins, whatever client it asks for: the dashboard's test of an API does.
    const own = `${origin}/` === ask.issuer;
    if (origin !== undefined && !own && !isAllowedOrigin(origin, client.callbacks, client.allowedOrigins)) {
      deps.record(originEvent(ask, client, origin));
      return originRefused(origin);
    }
  }
  if (authentication.kind === 'refused') return refused(authentication.refusal);
  progress.authenticated = true;
  const grantRefusal = judgeGrantType(grantType, grant, authentication.client);
  if (grantRefusal || !grant) return refused(grantRefusal ?? refuse('unknown_grant', 'Unknown grant type'));

  const context = { client: authentication.client, host: ask.host, issuer: ask.issuer };
  const decision = await grant.judge(params, context, { ...factsFor(deps, ask, settings), password });
  switch (decision.kind) {
    case 'authorized': {
      const { organization } = decision.authorization;
      if (organization) progress.organization = organization;
      return commit(deps, ask, settings, progress, grant, authentication, decision.authorization, refused);
    }
    case 'redeemed':
      return redeem(deps, ask, progress, grant, authentication, decision.redemption, refused);
    case 'logged_in': {
      const { login } = decision;
      const { target } = login.decision.authorization;
      Object.assign(progress, {
        user: login.right.user,
        audience: target.kind === 'api' ? target.audience : undefined,
      });
      const done = await logIn(deps, ask, grant, authentication, login);
      if (done.kind === 'refused') return refused(done.refusal, login.decision.trace);
      return withCors(ask, progress.client, json(200, done.body, noStore));
    }
    case 'refreshed':
      return refresh(deps, ask, progress, grant, authentication, decision.exchange, refused);
    case 'refused': {
      const { refusal, trace, organization, user, audience, revoke, member, reused } = decision;
      Object.assign(progress, { organization, user, audience, member });
      if (reused) {
        const revokedAt = deps.now();
        await deps.database
          .store(ask.tenant)
          .transact((tx) => revokeRefreshFamily(tx, reused.id, 'token-reused', revokedAt));
        progress.reused = true;
      }
      if (revoke === undefined) return refused(refusal, trace);
      const revoked = await deps.database.store(ask.tenant).transact((tx) => revokeBought(tx, revoke, deps.now()));
      return refused({ ...refusal, because: `${refusal.because}; ${revoked} tokens were still good` }, trace);
    }
  }
}

/** Commit and answer: spends first, so that nothing is signed for a request that lost a race. */
async function commit(
  deps: TokenDeps,
  ask: Ask,
  settings: TenantSettings,
  progress: Progress,
  grant: AnyGrant,
  authentication: Authentication & { kind: 'authenticated' },
  authorization: Authorization,
  refused: (refusal: Refusal, trace?: readonly TraceEntry[]) => Answer,
): Promise<Answer> {
  const now = deps.now();
  const spent = await spend(deps.database.store(ask.tenant), authentication, authorization.organization, settings, now);
  if (spent.kind === 'refused') return refused(spent.refusal, authorization.trace);
  const issued = await issueAccessToken(deps.keyring, ask.tenant, authorization, now);
  deps.record(issuedEvent(ask, progress.client, grant, authorization, issued));
  return withCors(
    ask,
    progress.client,
    json(200, machineTokenBody(authorization, issued), { ...noStore, ...spent.headers }),
  );
}

/** Commit and answer for a user's tokens: the code is spent in the transaction that keeps them. */
async function redeem(
  deps: TokenDeps,
  ask: Ask,
  progress: Progress,
  grant: AnyGrant,
  authentication: Authentication & { kind: 'authenticated' },
  redemption: Redemption,
  refused: (refusal: Refusal, trace?: readonly TraceEntry[]) => Answer,
): Promise<Answer> {
  const { decision, user, content } = redemption;
  Object.assign(progress, { user, audience: content.audience });
  const lost = (because: string) =>
    refused(refuse('invalid_grant', 'Invalid authorization code', because), decision.trace);
  try {
    const spendAlso = (tx: Transaction) => spendAssertion(tx, authentication);
    const asked = { ...redemption, caller: callerOf(ask, progress.client) };
    const redeemed = await redeemCode(deps, ask.tenant, asked, spendAlso, deps.now());
    switch (redeemed.kind) {
      case 'ended':
        return lost('the code ended while it was redeemed');
      case 'replayed':
        return lost(`another request spent the code first; the ${redeemed.revoked} tokens that it bought are revoked`);
      case 'issued':
        deps.record(redeemedEvent(ask, progress.client, grant, redemption, redeemed));
        return withCors(
          ask,
          progress.client,
          json(200, userTokensBody(redeemed.minted, redeemed.refresh?.token, redeemed.scope), noStore),
        );
    }
  } catch (error) {
    return refused(lostRefusal(error), decision.trace);
  }
}

/** Commit and answer for a refresh token: it is replaced in the transaction that keeps what it brings. */
async function refresh(
  deps: TokenDeps,
  ask: Ask,
  progress: Progress,
  grant: AnyGrant,
  authentication: Authentication & { kind: 'authenticated' },
  exchange: RefreshExchange,
  refused: (refusal: Refusal, trace?: readonly TraceEntry[]) => Answer,
): Promise<Answer> {
  const { client, token, family, user, decision } = exchange;
  Object.assign(progress, { user, member: { id: family.id, counter: token.counter, family } });
  const lost = (because: string) =>
    refused(refuse('invalid_grant', 'Unknown or invalid refresh token.', because), decision.trace);
  try {
    const asked = { ...exchange, caller: callerOf(ask, client) };
    const exchanged = await exchangeRefreshToken(deps, ask.tenant, asked, (tx) => spendAssertion(tx, authentication));
    switch (exchanged.kind) {
      case 'ended':
        return lost(exchanged.because);
      case 'reused':
        Object.assign(progress, {
          reused: true,
          member: { id: family.id, counter: token.counter, family: exchanged.family },
        });
        return lost(exchanged.because);
      case 'issued': {
        deps.record(refreshedEvent(ask, client, grant, exchange, exchanged));
        const body = userTokensBody(exchanged.minted, exchanged.refreshToken, decision.scopes.join(' '));
        return withCors(ask, client, json(200, body, noStore));
      }
    }
  } catch (error) {
    return refused(lostRefusal(error), decision.trace);
  }
}

/** The origin was checked when the client was found. */
function withCors(ask: Ask, client: ClientFacts | undefined, answer: Answer): Answer {
  return client === undefined ? answer : readableByOrigin(ask.headers.origin, answer);
}
