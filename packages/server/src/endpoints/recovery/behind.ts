// What the pages behind links have in common: who the link is of, the form, and where people go afterwards.

import type { Passwords } from '../../domain/accounts/passwords.ts';
import { findTicket, type TicketPurpose } from '../../domain/accounts/tickets.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { findClient } from '../../domain/clients/find.ts';
import { findConnection } from '../../domain/connections/find.ts';
import type { LinkDoor } from '../../domain/limits/link-door.ts';
import type { EndpointRate } from '../../domain/limits/rates.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { linkBack } from '../../domain/pending/way-back.ts';
import type { Completed } from '../../domain/recovery/complete.ts';
import { recoveryPaths, resultRedirect } from '../../domain/recovery/links.ts';
import { lookOf, type TenantLook } from '../../domain/tenants/look.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import type { Database } from '../../storage/store.ts';
import { noStore } from '../../web/answers.ts';
import type { Answer, Ask } from '../../web/exchange.ts';
import type { Place, Shown } from '../../web/form.ts';
import { chooseLanguage, textsIn } from '../../web/language.ts';
import { readOwnForm } from '../../web/own-form.ts';
import { errorPage, page } from '../../web/page.ts';
import { type Params, readForm } from '../../web/params.ts';
import { recoveryEvent } from './events.ts';
import { gonePage } from './pages.ts';
import { placeOf, ticketToken } from './visit.ts';

export interface RecoveryPageDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly passwords: Passwords;
  readonly linkDoor: LinkDoor;
  readonly rates: readonly EndpointRate[];
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
}

/** A parameter of the address. Pure. */
export function queryOf(ask: Ask, name: string): string | undefined {
  const query = readForm(ask.query);
  return query.kind === 'params' ? query.params.get(name) : undefined;
}

/** What a visit to a page behind a link finds: a ticket that can be spent, or the page that says why there is none. */
export interface Behind {
  readonly text: string;
  readonly found: NonNullable<Awaited<ReturnType<typeof findTicket>>>;
  readonly client: ClientFacts | undefined;
  readonly look: TenantLook;
  readonly language: ReturnType<typeof languageOf>;
  readonly place: Place;
  /** The fields of the form; `undefined` when the page is only looked at. */
  readonly fields: Params | undefined;
}

/** Finds what a link is good for; an answer where it is good for nothing, or the form is not ours. @throws StoreUnavailable */
export async function behindLink(deps: RecoveryPageDeps, ask: Ask, purpose: TicketPurpose): Promise<Behind | Answer> {
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

/** To where the ticket says, with what came of it; else a page. */
export async function onward(
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
export async function back({ database, snapshot }: RecoveryPageDeps, ask: Ask, { client, place }: Behind) {
  const href = await linkBack({ database, snapshot }, ask.tenant, ask.issuer, { clientId: client?.clientId });
  return href === undefined ? undefined : { href, text: place.texts.failure.back(client?.name || new URL(href).host) };
}

/** The page of a link that is worth nothing (any more). Pure. */
export function gone(look: TenantLook, language: ReturnType<typeof languageOf>, purpose: TicketPurpose): Answer {
  const texts = textsIn(language);
  const { goneReset, goneVerify } = texts.recovery;
  const shown =
    purpose === 'reset-password' ? gonePage(texts, goneReset, recoveryPaths.request) : gonePage(texts, goneVerify);
  return page(400, { ...shown, look, language });
}

/** Refuses a form that is not ours, and says so in the log. Pure but for that. */
export function notOurs(
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

/** The language of a page: what is asked for, and the tenant speaks. Pure. */
export function languageOf(ask: Ask, look: TenantLook, uiLocales = queryOf(ask, 'ui_locales')) {
  return chooseLanguage({ uiLocales, acceptLanguage: ask.headers['accept-language'], enabled: look.languages });
}
