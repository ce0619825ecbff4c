// Getting back in: the page that asks for a link, and the pages that links lead to. A GET only shows, so that programs which open the
// links of mails spend nothing; a POST spends the ticket in the transaction that does what it is for. Nobody is logged in here.

import type { ClientFacts } from '../../domain/clients/facts.ts';
import { findClient } from '../../domain/clients/find.ts';
import type { ConnectionFacts } from '../../domain/connections/facts.ts';
import { connectionsOf, firstConnection } from '../../domain/connections/find.ts';
import { pagePaths, readPending } from '../../domain/pending/steps.ts';
import { clientOfHandle } from '../../domain/pending/way-back.ts';
import { askReset } from '../../domain/recovery/asked.ts';
import { completeVerification } from '../../domain/recovery/complete.ts';
import { recoveryPaths } from '../../domain/recovery/links.ts';
import { lookOf } from '../../domain/tenants/look.ts';
import { browserOf } from '../../web/cookies.ts';
import type { Answer, Ask, Route } from '../../web/exchange.ts';
import type { FormError, Shown } from '../../web/form.ts';
import { textsIn } from '../../web/language.ts';
import { readOwnForm } from '../../web/own-form.ts';
import { errorPage, page } from '../../web/page.ts';
import { back, behindLink, gone, languageOf, notOurs, onward, queryOf, type RecoveryPageDeps } from './behind.ts';
import { choosePassword } from './choose.ts';
import { recoveryEvent } from './events.ts';
import { askPage, endPage, sentPage, verifyPage } from './pages.ts';
import { typedError } from './typed.ts';
import { browserToken, placeOf } from './visit.ts';

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
