// The pages of a login, `/u/...`: finds the pending authorization, proves that the form is ours, lets the step judge, writes
// down what was proved, answers. GET shows, POST answers and goes on with 303; what comes next is for /authorize/resume.

import { hash } from 'node:crypto';
import { findUser } from '../../domain/accounts/find.ts';
import type { Passwords } from '../../domain/accounts/passwords.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { findClient } from '../../domain/clients/find.ts';
import { formTargets } from '../../domain/clients/form-targets.ts';
import { connectionsOf } from '../../domain/connections/find.ts';
import { decideUser } from '../../domain/issuing/decide-user.ts';
import { loadUserFacts } from '../../domain/issuing/user-facts.ts';
import type { Admission, PasswordDoor } from '../../domain/limits/password-door.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import type { PendingAuthorization } from '../../domain/pending/pending.ts';
import { type PageName, pagePaths, readPending, resumePath } from '../../domain/pending/steps.ts';
import { linkBack, wayBack } from '../../domain/pending/way-back.ts';
import { recoveryPaths } from '../../domain/recovery/links.ts';
import { cookieLifetime, findSession } from '../../domain/sessions/lifecycle.ts';
import type { Session } from '../../domain/sessions/session.ts';
import { lookOf } from '../../domain/tenants/look.ts';
import { promptsOf } from '../../domain/tenants/prompts.ts';
import { settingsOf, type TenantSettings } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import { storedIdentifier } from '../../domain/tenants/system-apis.ts';
import type { Database } from '../../storage/store.ts';
import { noStore } from '../../web/answers.ts';
import { browserOf, cookieOf, sessionCookieName, setCookie } from '../../web/cookies.ts';
import type { Answer, Ask, Route } from '../../web/exchange.ts';
import { chooseLanguage, textsIn } from '../../web/language.ts';
import { readOwnForm } from '../../web/own-form.ts';
import { errorPage, page } from '../../web/page.ts';
import { type Params, readForm } from '../../web/params.ts';
import type { Language, Texts } from '../../web/texts/index.ts';
import { commitProof } from './commit.ts';
import { loginEvent } from './events.ts';

import type { AnyStep, Show, Sources, StepAsk, StepDecision, StepEvent } from './step.ts';
import { steps } from './steps/index.ts';

export interface LoginDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly passwords: Passwords;
  readonly door: PasswordDoor;
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
}

/** The routes of every step in the list. */
export function loginRoutes(deps: LoginDeps): Route[] {
  return steps.flatMap((step) => {
    const route = { path: pagePaths[step.name], family: 'page', bodyLimit: 16 * 1024 } as const;
    const handle = (ask: Ask) => visit(deps, step, ask);
    return [
      { ...route, method: 'GET', handle },
      { ...route, method: 'POST', handle },
    ] as const;
  });
}

/** What is known of a visit once its login was found. */
interface Visit {
  readonly ask: Ask;
  readonly handle: string;
  readonly pending: PendingAuthorization;
  readonly client: ClientFacts;
  readonly settings: TenantSettings;
  readonly session: Session | undefined;
  readonly language: Language;
  /** Right passwords of this visit: the door hears of its end. */
  readonly admissions: Admission[];
}

async function visit(deps: LoginDeps, step: AnyStep, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const store = database.store(ask.tenant);
  const query = readForm(ask.query);
  const handle = query.kind === 'params' ? query.params.get('state') : undefined;
  if (!handle) return over(deps, ask, '', 'expired');
  const found = await readPending(store, handle, browserOf(ask, handle), deps.now());
  if (found.kind !== 'found') return over(deps, ask, handle, found.kind === 'gone' ? 'expired' : 'foreign');
  const { pending } = found;
  if (pending.host !== ask.host) return over(deps, ask, handle, 'foreign');
  const client = await findClient(database, snapshot, ask.tenant, pending.request.client_id, ask.host);
  if (!client) return over(deps, ask, handle, 'expired');

  const settings = await settingsOf(database, snapshot, ask.tenant);
  const session = await findSession(store, cookieOf(ask, sessionCookieName), settings, deps.now());
  const user = session && (await findUser(store, session.user_id));
  const csrf = formToken(pending, step.name, user);
  let fields: Params | undefined;
  if (ask.method === 'POST') {
    const form = readOwnForm(ask, csrf);
    if (form.kind === 'refused') {
      const event = { type: 'f', description: 'The form was not accepted', because: form.because } as const;
      deps.record(loginEvent(ask, pending, client, event));
      return over(deps, ask, handle, 'refused');
    }
    fields = form.fields;
  }
  const look = await lookOf(database, snapshot, ask.tenant);
  const language = languageOf(ask, look.languages, pending.request.ui_locales);
  const at: Visit = { ask, handle, pending, client, settings, session, language, admissions: [] };
  const pages = pagesOf(handle);
  const place = {
    texts: textsIn(language),
    language,
    action: pages[step.name],
    csrf,
    application: client.name || client.clientId,
    tenant: look.tenantName,
  };
  const forgot = `${recoveryPaths.request}?state=${encodeURIComponent(handle)}`;
  const stepAsk: StepAsk = { place, pending, client, settings, user, pages, forgot, fields };
  const show = ({ shown, status, event, retryAfter }: Show): Answer => {
    record(deps, at, event);
    const formAction = formTargets(pending.request.redirect_uri, client);
    const answer = page(status, { ...shown, look, language, formAction });
    if (retryAfter === undefined) return answer;
    return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
  };
  try {
    return await walk(deps, at, await step.judge(stepAsk, sourcesOf(deps, at, language)), show);
  } finally {
    for (const admission of at.admissions) await admission.end();
  }
}

/** Does what the step decided. */
async function walk(deps: LoginDeps, at: Visit, decision: StepDecision, show: (page: Show) => Answer): Promise<Answer> {
  const { ask, handle, pending, client, settings, session } = at;
  switch (decision.kind) {
    case 'show':
      return show(decision);
    case 'resume':
      return seeOther(resumeOf(handle));
    case 'page':
      record(deps, at, decision.event);
      return seeOther(pagesOf(handle)[decision.page]);
    case 'unavailable':
      record(deps, at, {
        type: 'f',
        description: 'no connections enabled for the client',
        because: 'no connection lets this client log anybody in; enable one in its enabled_clients',
      });
      return over(deps, ask, handle, 'notAvailable', client.name);
    case 'proved': {
      const now = deps.now();
      const committed = await commitProof(deps.database.store(ask.tenant), decision.proof, {
        pending,
        settings,
        previous: session,
        audience: storedAudience(pending, ask),
        ip: ask.ip,
        userAgent: ask.headers['user-agent'] ?? '',
        language: at.language,
        now,
      });
      switch (committed.kind) {
        case 'lost':
          return show(decision.lost(committed.why));
        case 'ended':
          return over(deps, ask, handle, 'expired');
        case 'done':
          return seeOther(resumeOf(handle));
        case 'session': {
          if (decision.event) deps.record(loginEvent(ask, pending, client, decision.event, committed.user));
          const cookie = {
            name: sessionCookieName,
            value: committed.handle,
            ...cookieLifetime(committed.session, now),
          };
          return seeOther(resumeOf(handle), { 'set-cookie': setCookie(ask, cookie) });
        }
      }
    }
  }
}

const record = (deps: LoginDeps, { ask, pending, client }: Visit, event: StepEvent | undefined) =>
  event && deps.record(loginEvent(ask, pending, client, event));

function storedAudience(pending: PendingAuthorization, ask: Ask): string | undefined {
  const { audience } = pending.request;
  return audience === undefined ? undefined : storedIdentifier(audience, ask.host);
}

function sourcesOf(deps: LoginDeps, { ask, pending, client, admissions }: Visit, language: string): Sources {
  const { database, snapshot, passwords } = deps;
  const about = {
    client_id: client.clientId,
    client_name: client.name,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
  };
  const person = { tenant: ask.tenant, ip: ask.ip, about, language };
  return {
    connections: () => connectionsOf(database, snapshot, ask.tenant, client),
    async identifierFirst() {
      return (await promptsOf(database, snapshot, ask.tenant)).identifier_first === true;
    },
    async verify(connection, identifier, password) {
      const judged = await deps.door.judge({ ...person, connection, identifier, password });
      if (judged.kind === 'right') admissions.push(judged.admission);
      return judged;
    },
    enterSignup: () => deps.door.signup(person),
    hash: (password) => passwords.hash(password, { tenant: ask.tenant }),
    async decision(user) {
      const about = { client, request: pending.request, user, host: ask.host };
      const facts = await loadUserFacts({ database, snapshot }, ask.tenant, about);
      return decideUser({ ...about, issuer: pending.issuer }, facts);
    },
  };
}

/**
 * The token of a page's form. Where the page names who is logged in, it is good for that user only: what one person
 * answered must not count for another who logged in meanwhile in another tab.
 */
function formToken({ csrf }: PendingAuthorization, page: PageName, user: User | undefined): string {
  if (page === 'login' || page === 'signup' || user === undefined) return csrf;
  return hash('sha256', `${csrf} ${user.user_id}`, 'base64url');
}

type Ending = 'expired' | 'foreign' | 'refused' | 'notAvailable';
const statuses = { expired: 400, foreign: 403, refused: 403, notAvailable: 403 } as const;

/** The end of a visit that leads to no page: tells why, and leads back to where a new login starts. */
async function over(deps: LoginDeps, ask: Ask, handle: string, why: Ending, application = ''): Promise<Answer> {
  const { database, snapshot } = deps;
  const look = await lookOf(database, snapshot, ask.tenant);
  const texts = textsIn(languageOf(ask, look.languages)).failure;
  const start = handle ? await wayBack({ database, snapshot }, ask.tenant, ask.issuer, { handle }) : undefined;
  // The back button or a bookmark: a new login is what it wants (auth0-behaviour AZ-8).
  if (why === 'expired' && ask.method !== 'POST' && start !== undefined) return seeOther(start);
  const again = {
    href: new URL(`${ask.path}?state=${encodeURIComponent(handle)}`, ask.issuer).href,
    text: texts.again,
  };
  const site = handle ? await linkBack({ database, snapshot }, ask.tenant, ask.issuer, { handle }) : undefined;
  const back = site === undefined ? undefined : { href: site, text: texts.back(new URL(site).host) };
  return errorPage(ask, look, {
    status: statuses[why],
    title: texts[`${why}Title`],
    error: why === 'refused' || why === 'foreign' ? 'access_denied' : 'invalid_request',
    description: messageOf(texts, why, application),
    requestId: ask.id,
    link: why === 'refused' ? again : back,
  });
}

function messageOf(texts: Texts['failure'], why: Ending, application: string): string {
  return why === 'notAvailable' ? texts.notAvailable(application) : texts[why];
}

function languageOf(ask: Ask, enabled: readonly string[], uiLocales?: string) {
  return chooseLanguage({ uiLocales, acceptLanguage: ask.headers['accept-language'], enabled });
}

function pagesOf(handle: string): Readonly<Record<PageName, string>> {
  const at = (path: string) => `${path}?state=${encodeURIComponent(handle)}`;
  return {
    login: at(pagePaths.login),
    signup: at(pagePaths.signup),
    consent: at(pagePaths.consent),
    confirm: at(pagePaths.confirm),
    select_account: at(pagePaths.select_account),
  };
}

const resumeOf = (handle: string) => `${resumePath}?state=${encodeURIComponent(handle)}`;

function seeOther(location: string, headers: Answer['headers'] = {}): Answer {
  return { status: 303, headers: { ...noStore, 'referrer-policy': 'no-referrer', location, ...headers } };
}
