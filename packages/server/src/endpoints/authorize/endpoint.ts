// GET and POST /authorize, and /authorize/resume, where every page of a login leads back to: proves the target, judges the
// request, finds the session, asks `nextStep`, and does what it says. Nothing is remembered between two requests but the
// pending authorization in the store, so any node goes on with what another began.

import { findUser } from '../../domain/accounts/find.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { findClient } from '../../domain/clients/find.ts';
import { connectionsOf } from '../../domain/connections/find.ts';
import { issueAuthorizationResponse } from '../../domain/issuing/authorization-response.ts';
import { decideUser } from '../../domain/issuing/decide-user.ts';
import type { GrantedToUser } from '../../domain/issuing/user-authorization.ts';
import { loadUserFacts } from '../../domain/issuing/user-facts.ts';
import type { Keyring } from '../../domain/keys/keyring.ts';
import type { LogEvent, TraceEntry } from '../../domain/logs/event.ts';
import { cut } from '../../domain/logs/record.ts';
import type { PendingAuthorization } from '../../domain/pending/pending.ts';
import { beginPending, pagePaths, readPending, resumePath, takePending } from '../../domain/pending/steps.ts';
import { findSession, touchSession } from '../../domain/sessions/lifecycle.ts';
import type { Session } from '../../domain/sessions/session.ts';
import { settingsOf, type TenantSettings } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import { type AuthorizationRefusal, refuseAuthorization } from '../../oauth/authorization-error.ts';
import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import { isVerifiable } from '../../oauth/redirect-uri.ts';
import type { TenantHost } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import type { AnswerDialect } from '../../web/answers.ts';
import { browserOf, cookieOf, sessionCookieName } from '../../web/cookies.ts';
import { type Answer, type Ask, empty, type Route } from '../../web/exchange.ts';
import { printable, readForm } from '../../web/params.ts';
import { askPage, nameBrowser } from './browser.ts';
import { issuedEvent, refusedEvent } from './events.ts';
import { factsOf } from './load.ts';
import { nextStep } from './next-step.ts';
import { judgeRequest } from './request.ts';
import { deliver } from './response-modes.ts';
import { errorParams, successParams } from './response-params.ts';
import { judgeTarget, readRequest, type ShownRefusal, type Target, targetOf } from './target.ts';

export interface AuthorizeDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
  /** Shows what cannot be sent to a client. */
  readonly showError: (
    ask: Ask,
    refusal: Pick<ShownRefusal, 'status' | 'error' | 'description'>,
    clientId?: string,
  ) => Promise<Answer>;
  /** Shows that a login is over, or leads to where a new one starts. */
  readonly showOver: (ask: Ask, handle: string, why: 'expired' | 'foreign') => Promise<Answer>;
}

/** A request that was accepted, with where its answer goes and what its pages have proved. */
interface Login {
  readonly client: ClientFacts;
  readonly target: Target;
  readonly request: AuthorizationRequest;
  readonly settings: TenantSettings;
  readonly dialect: AnswerDialect;
  /** Of the request that began it: everything that is issued names it. */
  readonly issuer: string;
  readonly host: TenantHost;
  readonly pending?: { readonly handle: string; readonly row: PendingAuthorization };
}

/** The routes of the authorization endpoint. */
export function authorizeRoutes(deps: AuthorizeDeps): Route[] {
  // A HEAD of a link preview must not begin, end or spend anything.
  const guarded = (act: (deps: AuthorizeDeps, ask: Ask) => Promise<Answer>) => (ask: Ask) =>
    ask.method === 'HEAD' ? empty(405, { allow: 'GET' }) : act(deps, ask);
  return [
    { method: 'GET', path: '/authorize', family: 'page', handle: guarded(begin) },
    { method: 'POST', path: '/authorize', family: 'page', handle: guarded(begin), bodyLimit: 32 * 1024 },
    { method: 'GET', path: resumePath, family: 'page', handle: guarded((all, ask) => resume(all, ask, true)) },
  ];
}

const dialectOf = (client: ClientFacts, settings: TenantSettings): AnswerDialect =>
  client.answerDialect ?? settings.answer_dialect ?? 'auth0';

async function begin(deps: AuthorizeDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const show = (refusal: ShownRefusal, known: Parameters<typeof refusedEvent>[1]) => {
    deps.record(refusedEvent(ask, known, refusal));
    return deps.showError(ask, refusal, known.client?.clientId);
  };
  const read = readRequest(ask);
  if (read.kind === 'malformed') {
    const { status, description } = read;
    return show({ status, error: 'invalid_request', description, because: description }, {});
  }
  const { params } = read;
  const clientId = params.get('client_id');
  const found =
    clientId === undefined ? undefined : await findClient(database, snapshot, ask.tenant, clientId, ask.host);
  const judged = judgeTarget(params, found);
  if (judged.kind === 'shown')
    return show(judged.refusal, { client: found, clientId: clientId && printable(clientId) });

  const { client, target } = judged;
  const settings = await settingsOf(database, snapshot, ask.tenant);
  const dialect = dialectOf(client, settings);
  const at = { client, target, settings, dialect, issuer: ask.issuer, host: ask.host };
  const verdict = judgeRequest(params, client, target, await factsOf(deps, ask, params, client, settings, dialect));
  if (verdict.kind === 'accepted') return proceed(deps, ask, { ...at, request: verdict.request }, true);
  const known = {
    client,
    silent: params.get('prompt') === 'none',
    audience: params.get('audience'),
    scope: params.get('scope'),
  };
  deps.record(refusedEvent(ask, known, verdict.refusal));
  return answerRefusal(deps, ask, at, verdict.refusal);
}

/** GET /authorize/resume?state=HANDLE. `again`: a lost race may be looked at once more. */
async function resume(deps: AuthorizeDeps, ask: Ask, again: boolean): Promise<Answer> {
  const { database, snapshot } = deps;
  const query = readForm(ask.query);
  const handle = (query.kind === 'params' && query.params.get('state')) || '';
  const found = await readPending(database.store(ask.tenant), handle, browserOf(ask, handle), deps.now());
  if (found.kind !== 'found') return deps.showOver(ask, handle, found.kind === 'gone' ? 'expired' : 'foreign');

  const { pending } = found;
  // Sessions and cookies are those of one host (SES-8), and what is issued names it.
  if (pending.host !== ask.host) return deps.showOver(ask, handle, 'foreign');
  const { request } = pending;
  const client = await findClient(database, snapshot, ask.tenant, request.client_id, ask.host);
  const target = client && targetOf(request, client);
  if (!client || !target) {
    const description = 'The application or its callback URL was removed while you were signing in.';
    deps.record(refusedEvent(ask, { client, request }, refuseAuthorization('invalid_request', description)));
    return deps.showError(ask, { status: 403, error: 'invalid_request', description }, request.client_id);
  }
  const settings = await settingsOf(database, snapshot, ask.tenant);
  const dialect = dialectOf(client, settings);
  const { issuer, host } = pending;
  const login = { client, target, request, settings, dialect, issuer, host, pending: { handle, row: pending } };
  return proceed(deps, ask, login, again);
}

/** Loads what is known by now, decides, and carries it out. */
async function proceed(deps: AuthorizeDeps, ask: Ask, login: Login, again: boolean): Promise<Answer> {
  const { database, snapshot } = deps;
  const { client, request, settings, dialect, issuer, host, pending } = login;
  const { tenant } = ask;
  const store = database.store(tenant);
  const now = deps.now();
  const session = await findSession(store, cookieOf(ask, sessionCookieName), settings, now);
  const user = session && (await findUser(store, session.user_id));
  const decision =
    user &&
    decideUser(
      { client, request, user, issuer, host },
      await loadUserFacts({ database, snapshot }, tenant, { client, request, user, host }),
    );
  const usable = await connectionsOf(database, snapshot, tenant, client);
  const step = nextStep({
    now,
    dialect,
    request,
    ssoDisabled: client.authorization.ssoDisabled,
    confirmsCallback: !isVerifiable(request.redirect_uri) && !skipsConfirmation(client, settings),
    connections: new Set(usable.map(({ name }) => name)),
    session: session && { ...session, authenticatedAt: Date.parse(session.authenticated_at) },
    decision,
    proved: pending?.row ?? {},
  });
  switch (step.kind) {
    case 'refuse':
      return refuse(deps, ask, login, user, step.refusal, step.trace);
    case 'ask':
      if (pending) return askPage(ask, pagePaths[step.page], pending.handle, session !== undefined);
      return begun(deps, ask, login, pagePaths[step.page], session !== undefined);
    case 'issue':
      if (!user || !session) throw new Error('a response was decided without anybody signed in');
      return issue(deps, ask, login, { user, session }, step.decision, again);
  }
}

async function begun(deps: AuthorizeDeps, ask: Ask, login: Login, path: string, signedIn: boolean): Promise<Answer> {
  const { request, issuer, host } = login;
  const named = nameBrowser(ask);
  const about = { request, issuer, host, browser: named.name };
  const { handle } = await beginPending(deps.database.store(ask.tenant), about, deps.now());
  return askPage(ask, path, handle, signedIn, named);
}

function skipsConfirmation(client: ClientFacts, settings: TenantSettings): boolean {
  const { skipsCallbackConfirmation: own } = client.authorization;
  return own ?? settings.skip_non_verifiable_callback_uri_confirmation_prompt === true;
}

/** Ends the login with an error. Of two who end it at once, one answers the client. */
async function refuse(
  deps: AuthorizeDeps,
  ask: Ask,
  login: Login,
  user: User | undefined,
  refusal: AuthorizationRefusal,
  trace: readonly TraceEntry[],
): Promise<Answer> {
  const { client, request, pending } = login;
  const store = deps.database.store(ask.tenant);
  if (pending && !(await store.transact((tx) => takePending(tx, pending.row)))) return resume(deps, ask, false);
  deps.record(refusedEvent(ask, { client, request, user }, refusal, trace));
  return answerRefusal(deps, ask, login, refusal);
}

function answerRefusal(
  deps: AuthorizeDeps,
  ask: Ask,
  { client, target, settings, dialect, issuer }: Omit<Login, 'request' | 'pending'>,
  refusal: AuthorizationRefusal,
): Answer | Promise<Answer> {
  // AZ-6: a stranger's client must not be a way to send people anywhere by an error.
  if (client.authorization.showsErrorsHere) return deps.showError(ask, { ...refusal, status: 403 }, client.clientId);
  const params = errorParams(refusal, { state: target.state, issuer, settings, dialect });
  return deliver(target, params, undefined, ask.method === 'POST');
}

/** Ends the login with a code or tokens: session touched, pending authorization taken, code kept, all or nothing. */
async function issue(
  deps: AuthorizeDeps,
  ask: Ask,
  login: Login,
  who: { readonly user: User; readonly session: Session },
  decision: GrantedToUser,
  again: boolean,
): Promise<Answer> {
  const { client, request, settings, dialect, target, issuer, pending } = login;
  const { user, session } = who;
  const use = {
    client_id: client.clientId,
    issuer: decision.authorization.issuer,
    hearsOfLogouts: client.authorization.hearsOfLogouts,
    ip: ask.ip,
    user_agent: cut(ask.headers['user-agent'] ?? ''),
  };
  const authenticatedAt = Date.parse(session.authenticated_at);
  const response = await issueAuthorizationResponse(
    deps,
    { tenant: ask.tenant, client, request, user, session, authenticatedAt, decision },
    // The login first and then the session, as the pages do it: two that lock in two orders would wait for each other.
    async (tx) =>
      (!pending || (await takePending(tx, pending.row))) &&
      (await touchSession(tx, session, use, settings, deps.now())) !== undefined,
  );
  if (response.kind === 'lost') {
    if (pending) return resume(deps, ask, false);
    if (again) return proceed(deps, ask, login, false);
    return deps.showError(ask, {
      status: 400,
      error: 'invalid_request',
      description: 'The session ended while the application was being answered. Start again.',
    });
  }
  deps.record(issuedEvent(ask, client, request, who, response.facts));
  return deliver(
    target,
    successParams(response.params, { issuer, settings, dialect }),
    undefined,
    ask.method === 'POST',
  );
}
