// `/u/unblock?ticket=...`, the link in the mail to a user whose account was closed by guesses. A GET only shows, so that programs
// which open the links of mails spend nothing; a POST spends the ticket. Nobody is logged in here.

import { hash } from 'node:crypto';
import { nameOf } from '../../domain/accounts/name.ts';
import type { User } from '../../domain/accounts/user.ts';
import { completeUnblock, findUnblock, unblockPath } from '../../domain/limits/unblock.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { linkBack } from '../../domain/pending/way-back.ts';
import { lookOf } from '../../domain/tenants/look.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import type { Database } from '../../storage/store.ts';
import type { Answer, Ask, Route } from '../../web/exchange.ts';
import type { Shown } from '../../web/form.ts';
import { chooseLanguage, textsIn } from '../../web/language.ts';
import { readOwnForm } from '../../web/own-form.ts';
import { errorPage, page } from '../../web/page.ts';
import { readForm } from '../../web/params.ts';
import { askPage, endPage } from './page.ts';

export interface UnblockDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
}

/** The routes of the page. */
export function unblockRoutes(deps: UnblockDeps): Route[] {
  const route = { path: unblockPath, family: 'page', bodyLimit: 16 * 1024 } as const;
  const handle = (ask: Ask) => unblock(deps, ask);
  return [
    { ...route, method: 'GET', handle },
    { ...route, method: 'POST', handle },
  ];
}

async function unblock(deps: UnblockDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const query = readForm(ask.query);
  const text = (query.kind === 'params' ? query.params.get('ticket') : undefined) ?? '';
  const look = await lookOf(database, snapshot, ask.tenant);
  const language = chooseLanguage({ acceptLanguage: ask.headers['accept-language'], enabled: look.languages });
  const texts = textsIn(language);
  const show = (status: number, shown: Shown) => page(status, { ...shown, look, language });
  const gone = () => show(400, endPage(texts.recovery.goneTitle, texts.recovery.goneUnblock));
  const store = database.store(ask.tenant);
  const found = await findUnblock(store, text, deps.now());
  if (!found) return gone();
  // Whoever can make it holds the ticket already.
  const csrf = hash('sha256', `form ${text}`, 'base64url');
  const application = look.tenantName;
  const place = { texts, language, action: `${ask.path}?ticket=${text}`, csrf, application, tenant: application };
  if (ask.method !== 'POST') return show(200, askPage(place, nameOf(found.user) ?? ''));

  const form = readOwnForm(ask, csrf);
  if (form.kind === 'refused') {
    return errorPage(ask, look, {
      status: 403,
      title: texts.failure.refusedTitle,
      error: 'access_denied',
      description: texts.failure.refused,
      requestId: ask.id,
      link: { href: new URL(place.action, ask.issuer).href, text: texts.failure.again },
    });
  }
  const user = await store.transact((tx) => completeUnblock(tx, text, deps.now()));
  if (!user) return gone();
  deps.record(unblockedEvent(ask, user));
  const site = await linkBack({ database, snapshot }, ask.tenant, ask.issuer, { clientId: found.ticket.client_id });
  const next = site === undefined ? undefined : { href: site, text: texts.failure.back(new URL(site).host) };
  return show(200, endPage(texts.recovery.unblockDoneTitle, texts.recovery.unblockDone, next));
}

function unblockedEvent(ask: Ask, user: User): LogEvent {
  return {
    tenant: ask.tenant,
    type: 'ublkdu',
    description: 'The account was opened again by the link that its user got by mail',
    connection: user.connection,
    user_id: user.user_id,
    user_name: nameOf(user),
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    details: { request_id: ask.id },
  };
}
