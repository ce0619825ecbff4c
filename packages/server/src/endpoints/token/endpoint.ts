// POST /oauth/token (RFC 6749 §3.2, auth0-behaviour §8): reads the request, authenticates the client, lets the grant
// judge, spends what is single-use in the transaction that issues, signs, answers, and records why.

import { findUser } from '../../domain/accounts/find.ts';
import type { User } from '../../domain/accounts/user.ts';
import { type Authentication, authenticate } from '../../domain/clients/authenticate.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { findClient } from '../../domain/clients/find.ts';
import { type Presented, readPresented } from '../../domain/clients/presented.ts';
import { type IssuedToken, issueAccessToken } from '../../domain/issuing/access-token.ts';
import type { Authorization } from '../../domain/issuing/authorization.ts';
import { findCode } from '../../domain/issuing/codes.ts';
import {
  findApi,
  findMachineGrant,
  findOrganization,
  isAssociated,
  similarIdentifiers,
} from '../../domain/issuing/find.ts';
import { revokeFamily } from '../../domain/issuing/issued.ts';
import type { OrganizationFacts } from '../../domain/issuing/organizations.ts';
import { type Redemption, redeemCode } from '../../domain/issuing/redeem.ts';
import { loadUserFacts } from '../../domain/issuing/user-facts.ts';
import type { Minted } from '../../domain/issuing/user-tokens.ts';
import { type AssertionVerdict, claimedIssuer, verifyAssertion } from '../../domain/keys/assertion.ts';
import type { Keyring } from '../../domain/keys/keyring.ts';
import type { LogEvent, TraceEntry } from '../../domain/logs/event.ts';
import { sessionOfId } from '../../domain/sessions/lifecycle.ts';
import { settingsOf, type TenantSettings } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import { storedIdentifier } from '../../domain/tenants/system-apis.ts';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { Database, Transaction } from '../../storage/store.ts';
import { type AnswerDialect, errorCode, noStore, refusalAnswer } from '../../web/answers.ts';
import { allowedOrigin, isAllowedOrigin, originRefused } from '../../web/cors.ts';
import { type Answer, type Ask, json, type Route } from '../../web/exchange.ts';
import { type Params, readBody } from '../../web/params.ts';
import { issuedEvent, originEvent, redeemedEvent, refusedEvent } from './events.ts';
import type { TokenFacts } from './facts.ts';
import type { AnyGrant } from './grant.ts';
import { lostRefusal, spend, spendAssertion } from './spend.ts';

export interface TokenDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
  readonly grants: readonly AnyGrant[];
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
  /** Set once the client has proved who it is: only then its word about the caller's address is taken. */
  authenticated: boolean;
  basic: boolean;
}

const grantTypesHelp = 'https://auth0.com/docs/clients/client-grant-types';

/** The routes of the token endpoint. */
export function tokenRoutes(deps: TokenDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/oauth/token',
      family: 'oauth',
      bodyLimit: 32 * 1024,
      handle: (ask) => exchange(deps, ask),
    },
  ];
}

async function exchange(deps: TokenDeps, ask: Ask): Promise<Answer> {
  const settings = await settingsOf(deps.database, deps.snapshot, ask.tenant);
  const progress: Progress = { dialect: settings.answer_dialect ?? 'auth0', authenticated: false, basic: false };
  const refused = (refusal: Refusal, trace: readonly TraceEntry[] = []): Answer => {
    deps.record(refusedEvent(ask, progress, refusal, errorCode(refusal, progress.dialect), trace));
    return withCors(ask, progress.client, refusalAnswer(refusal, progress.dialect, progress.basic));
  };

  const read = readBody(ask.body, ask.headers['content-type']);
  if (ask.repeated.size > 0) return refused(refuse('malformed', `Duplicate header: ${[...ask.repeated][0]}`));
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

  const presented = readPresented(ask.headers.authorization, (name) => params.get(name));
  if (presented.kind === 'refused') return refused(presented.refusal);
  progress.basic = presented.presented.kind === 'secret' && presented.presented.basic;
  const { client, verdict } = await loadClient(deps, ask, presented.presented);
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
  const authentication = authenticate(presented.presented, client, verdict);
  if (authentication.kind === 'refused') return refused(authentication.refusal);
  progress.authenticated = true;
  const grantRefusal = judgeGrantType(grantType, grant, authentication.client);
  if (grantRefusal || !grant) return refused(grantRefusal ?? refuse('unknown_grant', 'Unknown grant type'));

  const context = { client: authentication.client, host: ask.host, issuer: ask.issuer };
  const decision = await grant.judge(params, context, factsFor(deps, ask, settings));
  switch (decision.kind) {
    case 'authorized': {
      const { organization } = decision.authorization;
      if (organization) progress.organization = organization;
      return commit(deps, ask, settings, progress, grant, authentication, decision.authorization, refused);
    }
    case 'redeemed':
      return redeem(deps, ask, progress, grant, authentication, decision.redemption, refused);
    case 'refused': {
      const { refusal, trace, organization, user, audience, revoke } = decision;
      Object.assign(progress, { organization, user, audience });
      if (revoke === undefined) return refused(refusal, trace);
      const revoked = await deps.database.store(ask.tenant).transact((tx) => revokeFamily(tx, revoke));
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
  return withCors(ask, progress.client, tokenAnswer(authorization, issued, spent.headers));
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
    const redeemed = await redeemCode(deps, ask.tenant, redemption, spendAlso, deps.now());
    switch (redeemed.kind) {
      case 'ended':
        return lost('the code ended while it was redeemed');
      case 'replayed':
        return lost(`another request spent the code first; the ${redeemed.revoked} tokens that it bought are revoked`);
      case 'issued':
        deps.record(redeemedEvent(ask, progress.client, grant, redemption, redeemed.minted));
        return withCors(ask, progress.client, userTokensAnswer(redeemed.minted, redeemed.scope));
    }
  } catch (error) {
    return refused(lostRefusal(error), decision.trace);
  }
}

/** The same for a user's tokens: `scope` only when it is not what was asked for (TOK-6). */
function userTokensAnswer({ accessToken, idToken }: Minted, scope: string | undefined): Answer {
  return json(
    200,
    {
      access_token: accessToken?.token,
      ...(idToken ? { id_token: idToken.token } : {}),
      ...(scope === undefined ? {} : { scope }),
      expires_in: accessToken?.expiresIn,
      token_type: 'Bearer',
    },
    noStore,
  );
}

/** The success body (RFC 6749 §5.1), members in Auth0's order; `scope` only when there is one (TOK-6). */
function tokenAnswer({ scopes }: Authorization, issued: IssuedToken, headers: Record<string, string>): Answer {
  return json(
    200,
    {
      access_token: issued.token,
      ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
      expires_in: issued.expiresIn,
      token_type: 'Bearer',
    },
    { ...noStore, ...headers },
  );
}

/** Grant type unknown, or not among the client's, or one that a public client can't have (TOK-18 to TOK-21). */
function judgeGrantType(type: string, grant: AnyGrant | undefined, client: ClientFacts): Refusal | undefined {
  const shown = type.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
  if (!grant && !client.grantTypes.has(type)) return refuse('unknown_grant', `Unsupported grant type: ${shown}`);
  if (client.method.kind === 'none' && type === 'client_credentials') {
    return {
      ...notAllowed(shown),
      because: 'the client is public (token_endpoint_auth_method "none"): it has nothing to prove who it is with',
    };
  }
  if (!client.grantTypes.has(type)) return notAllowed(shown);
  if (!grant)
    return refuse(
      'unknown_grant',
      `Unsupported grant type: ${shown}`,
      'the client may use this grant type, but this server does not offer it yet',
    );
  return undefined;
}

function notAllowed(type: string): Refusal {
  return {
    kind: 'grant_not_allowed',
    description: `Grant type '${type}' not allowed for the client.`,
    because: `the client's grant_types do not contain "${type}"; add it with PATCH /api/v2/clients/{id}`,
    errorUri: grantTypesHelp,
  };
}

async function loadClient(
  deps: TokenDeps,
  ask: Ask,
  presented: Presented,
): Promise<{ client: ClientFacts | undefined; verdict: AssertionVerdict | undefined }> {
  const clientId = presented.kind === 'assertion' ? claimedIssuer(presented.assertion) : presented.clientId;
  const client =
    clientId === undefined ? undefined : await findClient(deps.database, deps.snapshot, ask.tenant, clientId, ask.host);
  if (presented.kind !== 'assertion' || client?.method.kind !== 'private_key_jwt')
    return { client, verdict: undefined };
  const expected = { clientId: client.clientId, audience: ask.issuer, now: deps.now() };
  return { client, verdict: await verifyAssertion(presented.assertion, client.method.keys, expected) };
}

function factsFor(deps: TokenDeps, ask: Ask, settings: TenantSettings): TokenFacts {
  const { database, snapshot } = deps;
  return {
    async audience(audience, resource) {
      if (audience !== undefined) return { value: audience, from: 'audience' };
      if (resource !== undefined && settings.resource_parameter_profile !== 'audience')
        return { value: resource, from: 'resource' };
      return settings.default_audience ? { value: settings.default_audience, from: 'default_audience' } : undefined;
    },
    api: (identifier) => findApi(database, snapshot, ask.tenant, storedIdentifier(identifier, ask.host)),
    machineGrant: (client, api) => findMachineGrant(database, snapshot, ask.tenant, client, api),
    organizationNames: settings.allow_organization_name_in_authentication_api === true,
    organization: (by) => findOrganization(database, snapshot, ask.tenant, by),
    isAssociated: (organization, grant) => isAssociated(database, snapshot, ask.tenant, organization, grant),
    code: (code) => findCode(database.store(ask.tenant), code, deps.now()),
    user: (userId) => findUser(database.store(ask.tenant), userId),
    sessionAlive: async (sessionId, userId) =>
      (await sessionOfId(database.store(ask.tenant), sessionId, settings, deps.now()))?.user_id === userId,
    userFacts: (client, user, audience) =>
      loadUserFacts(deps, ask.tenant, {
        client,
        user,
        host: ask.host,
        request: audience === undefined ? {} : { audience },
      }),
    similarIdentifiers: (identifier) => similarIdentifiers(database, snapshot, ask.tenant, identifier),
  };
}

function withCors(ask: Ask, client: ClientFacts | undefined, answer: Answer): Answer {
  const { origin } = ask.headers;
  if (origin === undefined || client === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, ...allowedOrigin(origin) } };
}
