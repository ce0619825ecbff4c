// Logout (auth0-behaviour §31): ends the session of the browser and sends it to an address that was registered. /v2/logout and its
// old name /logout ask nobody, so any site can end a session; Auth0's clients expect it (LO-7). /oidc/logout asks where it must.

import { hash } from 'node:crypto';
import { findUser } from '../../domain/accounts/find.ts';
import { nameOf } from '../../domain/accounts/name.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { findClient } from '../../domain/clients/find.ts';
import { formTargets } from '../../domain/clients/form-targets.ts';
import { readIdTokenHint } from '../../domain/issuing/id-token-hint.ts';
import type { Keyring } from '../../domain/keys/keyring.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { telemetry } from '../../domain/logs/telemetry.ts';
import { endBrowserSession } from '../../domain/sessions/ending.ts';
import { findSession } from '../../domain/sessions/lifecycle.ts';
import type { Session } from '../../domain/sessions/session.ts';
import { lookOf } from '../../domain/tenants/look.ts';
import { settingsOf } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import type { Database } from '../../storage/store.ts';
import { noStore } from '../../web/answers.ts';
import { clearCookie, cookieOf, sessionCookieName } from '../../web/cookies.ts';
import { type Answer, type Ask, empty, type Route } from '../../web/exchange.ts';
import type { Shown } from '../../web/form.ts';
import { chooseLanguage, textsIn } from '../../web/language.ts';
import { readOwnForm } from '../../web/own-form.ts';
import { page } from '../../web/page.ts';
import { type Params, type ReadParams, readBody, readForm } from '../../web/params.ts';
import type { Texts } from '../../web/texts/index.ts';
import { endPage, questionPage } from './pages.ts';
import { carried, judgeRpLogout, type RpLogout } from './rp-logout.ts';
import { judgeLogout, type LogoutTarget } from './target.ts';

export interface LogoutDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
  readonly record: (event: LogEvent) => void;
  readonly now: () => number;
  /** Shows what cannot be redirected. */
  readonly showError: (
    ask: Ask,
    failure: { readonly status: number; readonly error: string; readonly description: string },
  ) => Promise<Answer>;
}

/** Where the question is answered. */
const answerPath = '/u/logout';

/** The routes of logout. */
export function logoutRoutes(deps: LogoutDeps): Route[] {
  // A HEAD of a link preview must not end anything.
  const once = (handle: (deps: LogoutDeps, ask: Ask) => Promise<Answer>) => (ask: Ask) =>
    ask.method === 'HEAD' ? empty(405, { allow: 'GET' }) : handle(deps, ask);
  const family = 'page' as const;
  return [
    { method: 'GET', path: '/v2/logout', family, handle: once(logout) },
    { method: 'GET', path: '/logout', family, handle: once(logout) },
    { method: 'GET', path: '/oidc/logout', family, handle: once(rpLogout) },
    { method: 'POST', path: '/oidc/logout', family, handle: (ask) => rpLogout(deps, ask) },
    { method: 'POST', path: answerPath, family, handle: (ask) => answerQuestion(deps, ask) },
  ];
}

async function logout(deps: LogoutDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const settings = await settingsOf(database, snapshot, ask.tenant);
  const read = readForm(ask.query);
  const params = read.kind === 'params' ? read.params : new Map<string, string>();
  const clientId = params.get('client_id') || undefined;
  const client =
    clientId === undefined ? undefined : await findClient(database, snapshot, ask.tenant, clientId, ask.host);
  const target: LogoutTarget =
    read.kind === 'malformed'
      ? { kind: 'refused', description: read.description, endsSession: true }
      : judgeLogout({ clientId, returnTo: params.get('returnTo') || undefined }, client, settings);

  const handle = cookieOf(ask, sessionCookieName);
  const ended =
    target.kind === 'refused' && !target.endsSession
      ? undefined
      : await database
          .store(ask.tenant)
          .transact((tx) => endBrowserSession(tx, handle, { why: 'rp-logout', now: deps.now() }));
  deps.record(event(ask, client, ended, target.kind === 'refused' ? target.description : undefined));
  const answer = await answerOf(deps, ask, target);
  if (target.kind === 'refused' && !target.endsSession) return answer;
  return { ...answer, headers: { ...answer.headers, 'set-cookie': clearCookie(ask, sessionCookieName) } };
}

function answerOf(deps: LogoutDeps, ask: Ask, target: LogoutTarget): Answer | Promise<Answer> {
  switch (target.kind) {
    case 'refused':
      return deps.showError(ask, { status: 400, error: 'invalid_request', description: target.description });
    case 'redirect':
      return { status: 302, headers: { ...noStore, location: target.url, 'referrer-policy': 'no-referrer' } };
    case 'here':
      return { status: 200, headers: { ...noStore, 'content-type': 'text/plain; charset=utf-8' }, body: 'OK' };
  }
}

/** `slo`, also when nobody was signed in; `flo` when the request was refused. */
function event(
  ask: Ask,
  client: ClientFacts | undefined,
  ended: Session | undefined,
  refusal: string | undefined,
): LogEvent {
  return {
    tenant: ask.tenant,
    type: refusal === undefined ? 'slo' : 'flo',
    description: refusal ?? 'User successfully logged out',
    client_id: client?.clientId,
    client_name: client?.name,
    user_id: ended?.user_id,
    connection: ended?.connection,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    auth0_client: telemetry(ask.headers['auth0-client']),
    details: { session_id: ended?.id, request_id: ask.id },
  };
}

interface Judged {
  readonly client: ClientFacts | undefined;
  readonly session: Session | undefined;
  readonly outcome: RpLogout;
}

/** Gathers what the decision needs, and decides. */
async function judge(deps: LogoutDeps, ask: Ask, read: ReadParams): Promise<Judged> {
  if (read.kind === 'malformed') {
    return { client: undefined, session: undefined, outcome: { kind: 'refused', description: read.description } };
  }
  const { database, snapshot } = deps;
  const { params } = read;
  const settings = await settingsOf(database, snapshot, ask.tenant);
  const clientOf = (id: string) => findClient(database, snapshot, ask.tenant, id, ask.host);
  const token = params.get('id_token_hint') || undefined;
  const hint =
    token === undefined
      ? undefined
      : ((await readIdTokenHint(deps, ask.tenant, clientOf, token, ask.issuer)) ?? 'invalid');
  const clientId = params.get('client_id') || (hint === 'invalid' ? undefined : hint?.clientId);
  const client = clientId === undefined ? undefined : await clientOf(clientId);
  const handle = cookieOf(ask, sessionCookieName);
  const session = await findSession(database.store(ask.tenant), handle, settings, deps.now());
  const outcome = judgeRpLogout(params, { hint, client, session, settings }, ask.method);
  return { client, session, outcome };
}

/** GET or POST /oidc/logout: asks, or ends the session at once. */
async function rpLogout(deps: LogoutDeps, ask: Ask): Promise<Answer> {
  const read = ask.method === 'POST' ? readBody(ask.body, ask.headers['content-type']) : readForm(ask.query);
  const judged = await judge(deps, ask, read);
  const { outcome } = judged;
  if (outcome.kind === 'refused') return refuse(deps, ask, judged.client, outcome.description);
  if (outcome.asks === undefined) return end(deps, ask, judged, paramsOf(read));
  return question(deps, ask, judged, paramsOf(read));
}

/** POST /u/logout: the answer to the question. What it was about is judged again. */
async function answerQuestion(deps: LogoutDeps, ask: Ask): Promise<Answer> {
  const form = readOwnForm(ask, formToken(ask));
  if (form.kind === 'refused') {
    deps.record(event(ask, undefined, undefined, form.because));
    const texts = textsIn(chooseLanguage({ acceptLanguage: ask.headers['accept-language'] })).failure;
    return deps.showError(ask, { status: 403, error: 'access_denied', description: texts.refused });
  }
  const judged = await judge(deps, ask, { kind: 'params', params: form.fields });
  if (judged.outcome.kind === 'refused') return refuse(deps, ask, judged.client, judged.outcome.description);
  if (form.fields.get('action') === 'accept') return end(deps, ask, judged, form.fields);
  return shown(deps, ask, form.fields, (texts) => endPage(texts, false));
}

function refuse(deps: LogoutDeps, ask: Ask, client: ClientFacts | undefined, description: string): Promise<Answer> {
  deps.record(event(ask, client, undefined, description));
  return deps.showError(ask, { status: 400, error: 'invalid_request', description });
}

async function end(deps: LogoutDeps, ask: Ask, { client, outcome }: Judged, params: Params): Promise<Answer> {
  const handle = cookieOf(ask, sessionCookieName);
  const store = deps.database.store(ask.tenant);
  const ended = await store.transact((tx) => endBrowserSession(tx, handle, { why: 'rp-logout', now: deps.now() }));
  deps.record(event(ask, client, ended, undefined));
  const url = outcome.kind === 'logout' ? outcome.url : undefined;
  const answer: Answer =
    url === undefined
      ? await shown(deps, ask, params, (texts) => endPage(texts, true))
      : {
          status: ask.method === 'POST' ? 303 : 302,
          headers: { ...noStore, location: url, 'referrer-policy': 'no-referrer' },
        };
  return { ...answer, headers: { ...answer.headers, 'set-cookie': clearCookie(ask, sessionCookieName) } };
}

async function question(
  deps: LogoutDeps,
  ask: Ask,
  { client, session, outcome }: Judged,
  params: Params,
): Promise<Answer> {
  const user = session && (await findUser(deps.database.store(ask.tenant), session.user_id));
  const fields = carried.flatMap((name) => {
    const value = params.get(name);
    return value ? [[name, value] as const] : [];
  });
  const targets = client && outcome.kind === 'logout' && outcome.url ? formTargets(outcome.url, client) : [];
  return shown(
    deps,
    ask,
    params,
    (texts, language, tenant) => {
      const application = client?.name ?? '';
      const place = { texts, language, action: answerPath, csrf: formToken(ask), application, tenant };
      return questionPage(place, client?.name, user && nameOf(user), fields);
    },
    targets,
  );
}

/** Made from the cookie of the session, which only its browser has: the form can come from nowhere else. */
function formToken(ask: Ask): string {
  return hash('sha256', `logout ${cookieOf(ask, sessionCookieName) ?? ''}`, 'base64url');
}

function paramsOf(read: ReadParams): Params {
  return read.kind === 'params' ? read.params : new Map();
}

async function shown(
  deps: LogoutDeps,
  ask: Ask,
  params: Params,
  content: (texts: Texts, language: string, tenant: string) => Shown,
  formAction: readonly string[] = [],
): Promise<Answer> {
  const look = await lookOf(deps.database, deps.snapshot, ask.tenant);
  const language = chooseLanguage({
    uiLocales: params.get('ui_locales'),
    acceptLanguage: ask.headers['accept-language'],
    enabled: look.languages,
  });
  return page(200, { ...content(textsIn(language), language, look.tenantName), look, language, formAction });
}
