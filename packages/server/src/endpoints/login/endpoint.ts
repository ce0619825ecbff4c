// The pages of a login, `/u/...`: finds the pending authorization, proves that the form is ours, lets the step judge, writes
// down what was proved, answers. GET shows, POST answers and goes on with 303; what comes next is for /authorize/resume.

import { hash, timingSafeEqual } from 'node:crypto';
import { findPassword, findUser, findUserByIdentifier } from '../../domain/accounts/find.ts';
import type { Passwords } from '../../domain/accounts/passwords.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { findClient } from '../../domain/clients/find.ts';
import { connectionsOf } from '../../domain/connections/find.ts';
import { decideUser } from '../../domain/issuing/decide-user.ts';
import { loadUserFacts } from '../../domain/issuing/user-facts.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import type { PendingAuthorization } from '../../domain/pending/pending.ts';
import { type PageName, pagePaths, readPending, resumePath } from '../../domain/pending/steps.ts';
import { linkBack, wayBack } from '../../domain/pending/way-back.ts';
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
import { errorPage, page } from '../../web/page.ts';
import { type Params, readBody, readForm } from '../../web/params.ts';
import type { Texts } from '../../web/texts/index.ts';
import { commitProof } from './commit.ts';
import { loginEvent } from './events.ts';
import { formTargets } from './form-action.ts';
import type { AnyStep, Show, Sources, StepAsk, StepEvent } from './step.ts';
import { steps } from './steps/index.ts';

export interface LoginDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly passwords: Passwords;
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
  const at: Visit = { ask, handle, pending, client, settings, session };
  const look = await lookOf(database, snapshot, ask.tenant);
  const language = languageOf(ask, look.languages, pending.request.ui_locales);
  const pages = pagesOf(handle);
  const place = {
    texts: textsIn(language),
    language,
    action: pages[step.name],
    csrf,
    application: client.name || client.clientId,
    tenant: look.tenantName,
  };
  const stepAsk: StepAsk = { place, pending, client, settings, user, pages, fields };
  const show = ({ shown, status, event }: Show): Answer => {
    record(deps, at, event);
    const formAction = formTargets(pending.request.redirect_uri, client);
    return page(status, { ...shown, look, language, formAction });
  };

  const decision = await step.judge(stepAsk, sourcesOf(deps, at));
  switch (decision.kind) {
    case 'show':
      return show(decision);
    case 'resume':
      return seeOther(resumeOf(handle));
    case 'page':
      record(deps, at, decision.event);
      return seeOther(pages[decision.page]);
    case 'unavailable':
      record(deps, at, {
        type: 'f',
        description: 'no connections enabled for the client',
        because: 'no connection lets this client log anybody in; enable one in its enabled_clients',
      });
      return over(deps, ask, handle, 'notAvailable', client.name);
    case 'proved': {
      const now = deps.now();
      const committed = await commitProof(store, decision.proof, {
        pending,
        settings,
        previous: session,
        audience: storedAudience(pending, ask),
        ip: ask.ip,
        userAgent: ask.headers['user-agent'] ?? '',
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

function record(deps: LoginDeps, { ask, pending, client }: Visit, event: StepEvent | undefined): void {
  if (event) deps.record(loginEvent(ask, pending, client, event));
}

function storedAudience(pending: PendingAuthorization, ask: Ask): string | undefined {
  const { audience } = pending.request;
  return audience === undefined ? undefined : storedIdentifier(audience, ask.host);
}

function sourcesOf(deps: LoginDeps, { ask, pending, client }: Visit): Sources {
  const { database, snapshot, passwords } = deps;
  const store = database.store(ask.tenant);
  return {
    connections: () => connectionsOf(database, snapshot, ask.tenant, client),
    async identifierFirst() {
      return (await promptsOf(database, snapshot, ask.tenant)).identifier_first === true;
    },
    async verify(connection, identifier, password) {
      const user = await findUserByIdentifier(store, connection, identifier);
      const stored = user && (await findPassword(store, user.user_id))?.hash;
      const { ok, upgrade } = await passwords.verify(password, stored);
      return { user, ok, verified: stored, upgrade: upgrade ? await passwords.hash(password) : undefined };
    },
    hash: (password) => passwords.hash(password),
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

type OwnForm =
  | { readonly kind: 'fields'; readonly fields: Params }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * The fields of a form that this browser got from us: from our own origin as far as the browser says (`Origin`,
 * `Sec-Fetch-Site`), in a form's encoding, with the token of this login (security-cases CSR-01, CSR-03).
 */
function readOwnForm(ask: Ask, csrf: string): OwnForm {
  const refused = (because: string): OwnForm => ({ kind: 'refused', because });
  const { origin } = ask.headers;
  const site = ask.headers['sec-fetch-site'];
  if (ask.repeated.size > 0) return refused(`the header ${[...ask.repeated][0]} came twice`);
  if (origin !== undefined && `${origin}/` !== ask.issuer)
    return refused(`the form came from another origin than ${ask.issuer}; behind a proxy, see --trusted-proxies`);
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return refused('the form came from another site');
  const type = ask.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return refused('the body is no form');
  const body = readBody(ask.body, ask.headers['content-type']);
  if (body.kind === 'malformed') return refused(body.description);
  const sent = Buffer.from(body.params.get('csrf') ?? '');
  const wanted = Buffer.from(csrf);
  if (sent.length !== wanted.length || !timingSafeEqual(sent, wanted))
    return refused('the token of the form is not that of this login');
  return { kind: 'fields', fields: body.params };
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
