// Getting back in: the page that asks for a link, and the pages that links lead to. A GET only shows, so that programs which open the
// links of mails spend nothing; a POST spends the ticket in the transaction that does what it is for. Nobody is logged in here.

import { findPassword } from '../../domain/accounts/find.ts';
import { isReused } from '../../domain/accounts/history.ts';
import { nameOf } from '../../domain/accounts/name.ts';
import type { Passwords } from '../../domain/accounts/passwords.ts';
import { findTicket, type TicketPurpose } from '../../domain/accounts/tickets.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { findClient } from '../../domain/clients/find.ts';
import type { ConnectionFacts } from '../../domain/connections/facts.ts';
import { connectionsOf, findConnection, firstConnection } from '../../domain/connections/find.ts';
import type { EndpointRate } from '../../domain/limits/rates.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { pagePaths, readPending } from '../../domain/pending/steps.ts';
import { clientOfHandle, linkBack } from '../../domain/pending/way-back.ts';
import { askReset } from '../../domain/recovery/asked.ts';
import { type Completed, completeReset, completeVerification } from '../../domain/recovery/complete.ts';
import { recoveryPaths, resultRedirect } from '../../domain/recovery/links.ts';
import { lookOf, type TenantLook } from '../../domain/tenants/look.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import type { Database } from '../../storage/store.ts';
import { noStore } from '../../web/answers.ts';
import { browserOf } from '../../web/cookies.ts';
import type { Answer, Ask, Route } from '../../web/exchange.ts';
import type { FormError, Place, Shown } from '../../web/form.ts';
import { chooseLanguage, textsIn } from '../../web/language.ts';
import { readOwnForm } from '../../web/own-form.ts';
import { errorPage, page } from '../../web/page.ts';
import { type Params, readForm } from '../../web/params.ts';
import { passwordRules } from '../../web/password-rules.ts';
import { endedEvents, recoveryEvent } from './events.ts';
import { askPage, endPage, gonePage, resetPage, sentPage, verifyPage } from './pages.ts';
import { passwordErrors, typedError, weakPassword } from './typed.ts';
import { browserToken, placeOf, ticketToken } from './visit.ts';

export interface RecoveryPageDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly passwords: Passwords;
  readonly rates: readonly EndpointRate[];
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
}

/** The routes of recovery. */
export function recoveryRoutes(deps: RecoveryPageDeps): Route[] {
  const both = (path: string, handle: Route['handle']): Route[] => {
    const route = { path, family: 'page', bodyLimit: 16 * 1024, handle } as const;
    return [
      { ...route, method: 'GET' },
      { ...route, method: 'POST' },
    ];
  };
  return [
    ...both(recoveryPaths.request, (ask) => askForLink(deps, ask)),
    ...both(recoveryPaths.reset, (ask) => choosePassword(deps, ask)),
    ...both(recoveryPaths.verify, (ask) => confirmAddress(deps, ask)),
  ];
}

function queryOf(ask: Ask, name: string): string | undefined {
  const query = readForm(ask.query);
  return query.kind === 'params' ? query.params.get(name) : undefined;
}

/** `/u/reset-password/request?state=HANDLE`: the handle of a login says for which client; without one it is the tenant itself. */
async function askForLink(deps: RecoveryPageDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const handle = queryOf(ask, 'state');
  const read = handle
    ? await readPending(database.store(ask.tenant), handle, browserOf(ask, handle), deps.now())
    : undefined;
  const request = read?.kind === 'found' ? read.pending.request : undefined;
  const clientId = request?.client_id ?? (handle ? clientOfHandle(handle) : undefined);
  const client = clientId === undefined ? undefined : await findClient(database, snapshot, ask.tenant, clientId);
  const connection = await connectionOf(deps, ask, client, request?.connection);
  const look = await lookOf(database, snapshot, ask.tenant);
  const language = languageOf(ask, look, request?.ui_locales);
  if (!connection || connection.disableReset) {
    const texts = textsIn(language).failure;
    return errorPage(ask, look, {
      status: 403,
      title: texts.notAvailableTitle,
      error: 'access_denied',
      description: texts.notAvailable(client?.name ?? look.tenantName),
      requestId: ask.id,
    });
  }
  const token = browserToken(ask);
  const state = handle ? `?state=${encodeURIComponent(handle)}` : '';
  const place = placeOf(look, language, `${recoveryPaths.request}${state}`, token.csrf, client?.name);
  const logIn = request ? `${pagePaths.login}${state}` : undefined;
  const headers = token.setCookie === undefined ? {} : { 'set-cookie': token.setCookie };
  const show = (status: number, shown: Shown) => page(status, { ...shown, look, language, headers });
  const usernames = connection.atSignup.username !== 'inactive';
  const asking = (typed: string | undefined, errors: readonly FormError[] = []) =>
    show(errors.length > 0 ? 400 : 200, askPage(place, { usernames, typed, logIn, errors }));
  if (ask.method !== 'POST') return asking(request?.login_hint);

  const form = readOwnForm(ask, token.csrf);
  if (form.kind === 'refused') return notOurs(deps, ask, look, client, 'fcpr', form.because);
  const typed = form.fields.get('email')?.trim() ?? '';
  const wrong = typedError(typed, usernames, place.texts);
  if (wrong) return asking(typed, [wrong]);
  const asked = {
    connection: connection.name,
    identifier: typed,
    client_id: client?.clientId,
    client_name: client?.name,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    language,
  };
  const entered = await askReset(database.store(ask.tenant), deps.rates, asked, deps.now());
  if (entered.kind === 'open') return show(200, sentPage(place, typed, logIn));
  const tooMany = show(
    429,
    askPage(place, { usernames, typed, logIn, errors: [{ text: place.texts.login.slowDown }] }),
  );
  return { ...tooMany, headers: { ...tooMany.headers, 'retry-after': String(entered.seconds) } };
}

/** The connection that the login names, else the client's first, else the tenant's. */
async function connectionOf(
  { database, snapshot }: RecoveryPageDeps,
  ask: Ask,
  client: ClientFacts | undefined,
  wanted: string | undefined,
): Promise<ConnectionFacts | undefined> {
  if (!client) return firstConnection(database, snapshot, ask.tenant);
  const connections = await connectionsOf(database, snapshot, ask.tenant, client);
  return wanted === undefined ? connections[0] : connections.find(({ name }) => name === wanted);
}

/** What a visit to a page behind a link finds: a ticket that can be spent, or the page that says why there is none. */
interface Behind {
  readonly text: string;
  readonly found: NonNullable<Awaited<ReturnType<typeof findTicket>>>;
  readonly client: ClientFacts | undefined;
  readonly look: TenantLook;
  readonly language: ReturnType<typeof languageOf>;
  readonly place: Place;
  /** The fields of the form; `undefined` when the page is only looked at. */
  readonly fields: Params | undefined;
}

async function behindLink(deps: RecoveryPageDeps, ask: Ask, purpose: TicketPurpose): Promise<Behind | Answer> {
  const { database, snapshot } = deps;
  const text = queryOf(ask, 'ticket') ?? '';
  const look = await lookOf(database, snapshot, ask.tenant);
  const language = languageOf(ask, look);
  const found = await findTicket(database.store(ask.tenant), purpose, text, deps.now());
  const failed = purpose === 'reset-password' ? 'fcp' : 'fv';
  if (!found || found.user.blocked === true) {
    if (ask.method === 'POST') {
      const because = found
        ? 'the user is blocked; unblock with PATCH /api/v2/users/{id}'
        : 'the link was used, has expired, was replaced by a newer one, or the user has changed since';
      deps.record(recoveryEvent(ask, failed, because, { user: found?.user }));
    }
    return gone(look, language, purpose);
  }
  const { client_id } = found.ticket;
  const client = client_id === undefined ? undefined : await findClient(database, snapshot, ask.tenant, client_id);
  const csrf = ticketToken(text);
  const place = placeOf(look, language, `${ask.path}?ticket=${text}`, csrf, client?.name);
  let fields: Params | undefined;
  if (ask.method === 'POST') {
    const form = readOwnForm(ask, csrf);
    if (form.kind === 'refused') return notOurs(deps, ask, look, client, failed, form.because);
    fields = form.fields;
  }
  return { text, found, client, look, language, place, fields };
}

/** `/u/reset-password?ticket=...`: shows the form, or changes the password. */
async function choosePassword(deps: RecoveryPageDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot, passwords } = deps;
  const at = await behindLink(deps, ask, 'reset-password');
  if ('status' in at) return at;
  const { place, fields, look, language, text } = at;
  const { user, ticket } = at.found;
  const connection = await findConnection(database, snapshot, ask.tenant, user.connection);
  if (!connection) return gone(look, language, 'reset-password');
  const show = (errors: readonly FormError[]) => {
    const rules = passwordRules(connection.passwordPolicy, place.texts.signup.rules);
    const shown = resetPage(place, { account: nameOf(user), rules, errors });
    const formAction = ticket.result_url ? [new URL(ticket.result_url).origin] : [];
    return page(errors.length > 0 ? 400 : 200, { ...shown, look, language, formAction });
  };
  if (!fields) return show([]);
  const failed = (because: string) => deps.record(recoveryEvent(ask, 'fcp', because, { user, client: at.client }));

  const errors = passwordErrors(fields, user, connection, place.texts);
  if (errors.length > 0) {
    failed('what was typed is no password that the connection takes, or was not typed twice alike');
    return show(errors);
  }
  const password = fields.get('password') ?? '';
  const { history } = connection.passwordPolicy;
  if (await isReused(passwords, password, await findPassword(database.store(ask.tenant), user.user_id), history)) {
    failed('the password was used before');
    return show([weakPassword([{ kind: 'history', size: history }], place.texts)]);
  }
  const made = { hash: await passwords.hash(password), history, language, ip: ask.ip };
  const done = await database.store(ask.tenant).transact((tx) => completeReset(tx, text, made, deps.now()));
  if (!done) {
    failed('the link was used or replaced in the same moment, or the user has changed');
    return gone(look, language, 'reset-password');
  }
  deps.record(
    recoveryEvent(ask, 'scp', 'by a link; all sessions and refresh tokens ended', { user, client: at.client }),
  );
  for (const event of endedEvents(ask, done.families)) deps.record(event);
  const message = 'You can now login to the application with the new password.';
  const { resetDoneTitle, resetDone } = place.texts.recovery;
  return onward(deps, ask, at, done, message, endPage(resetDoneTitle, resetDone, await back(deps, ask, at)));
}

/** `/u/email-verification?ticket=...`: asks, or confirms. */
async function confirmAddress(deps: RecoveryPageDeps, ask: Ask): Promise<Answer> {
  const at = await behindLink(deps, ask, 'verify-email');
  if ('status' in at) return at;
  const { place, fields, look, language, text } = at;
  const { user, ticket } = at.found;
  if (!fields) {
    const formAction = ticket.result_url ? [new URL(ticket.result_url).origin] : [];
    return page(200, { ...verifyPage(place, user.email ?? ''), look, language, formAction });
  }
  const store = deps.database.store(ask.tenant);
  const done = await store.transact((tx) => completeVerification(tx, text, language, deps.now()));
  if (!done) {
    deps.record(
      recoveryEvent(ask, 'fv', 'the link was used or replaced in the same moment', { user, client: at.client }),
    );
    return gone(look, language, 'verify-email');
  }
  deps.record(recoveryEvent(ask, 'sv', 'by a link that came by mail', { user: done.user, client: at.client }));
  const message = 'Your email was verified. You can continue using the application.';
  const { verifyDoneTitle, verifyDone } = place.texts.recovery;
  const shown = endPage(verifyDoneTitle, verifyDone(user.email ?? ''), await back(deps, ask, at));
  return onward(deps, ask, at, done, message, shown);
}

/** To where the ticket says, with what came of it; else a page. */
async function onward(
  { database, snapshot }: RecoveryPageDeps,
  ask: Ask,
  { look, language }: Behind,
  { ticket, user }: Completed,
  message: string,
  shown: Shown,
): Promise<Answer> {
  const connection = await findConnection(database, snapshot, ask.tenant, user.connection);
  const supports = { signUp: connection?.disableSignup === false, forgotPassword: true };
  const location = resultRedirect(ticket, user.email, message, supports);
  return location === undefined
    ? page(200, { ...shown, look, language })
    : { status: 303, headers: { ...noStore, 'referrer-policy': 'no-referrer', location } };
}

/** A way back to the application, to be followed by a person. */
async function back({ database, snapshot }: RecoveryPageDeps, ask: Ask, { client, place }: Behind) {
  const href = await linkBack({ database, snapshot }, ask.tenant, ask.issuer, { clientId: client?.clientId });
  return href === undefined ? undefined : { href, text: place.texts.failure.back(client?.name || new URL(href).host) };
}

function gone(look: TenantLook, language: ReturnType<typeof languageOf>, purpose: TicketPurpose): Answer {
  const texts = textsIn(language);
  const { goneReset, goneVerify } = texts.recovery;
  const shown =
    purpose === 'reset-password' ? gonePage(texts, goneReset, recoveryPaths.request) : gonePage(texts, goneVerify);
  return page(400, { ...shown, look, language });
}

function notOurs(
  deps: RecoveryPageDeps,
  ask: Ask,
  look: TenantLook,
  client: ClientFacts | undefined,
  type: 'fcp' | 'fv' | 'fcpr',
  because: string,
): Answer {
  deps.record(recoveryEvent(ask, type, because, { client }));
  const texts = textsIn(languageOf(ask, look)).failure;
  return errorPage(ask, look, {
    status: 403,
    title: texts.refusedTitle,
    error: 'access_denied',
    description: texts.refused,
    requestId: ask.id,
    link: { href: new URL(`${ask.path}${ask.query ? `?${ask.query}` : ''}`, ask.issuer).href, text: texts.again },
  });
}

function languageOf(ask: Ask, look: TenantLook, uiLocales = queryOf(ask, 'ui_locales')) {
  return chooseLanguage({ uiLocales, acceptLanguage: ask.headers['accept-language'], enabled: look.languages });
}
