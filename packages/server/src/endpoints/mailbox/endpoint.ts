// `/dev/mailbox`: what a development server could not send, for people and for programs. These routes exist only where the
// server was started for this machine alone; elsewhere nothing answers here.

import { type CaughtMail, caughtMail, caughtMails, emptyMailbox } from '../../domain/messages/mailbox.ts';
import { lookOf } from '../../domain/tenants/look.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import type { Database } from '../../storage/store.ts';
import { noStore } from '../../web/answers.ts';
import { type Answer, type Ask, empty, json, type Route } from '../../web/exchange.ts';
import { letter } from '../../web/letter.ts';
import { page } from '../../web/page.ts';
import { readForm } from '../../web/params.ts';
import { notFromHere } from '../../web/reach.ts';
import { linksIn, listPage, type MailboxPage, mailPage } from './page.ts';

export interface MailboxDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
}

/** The routes of the mailbox. Mount them only on a development server. */
export function mailboxRoutes(deps: MailboxDeps): Route[] {
  const guarded =
    (act: (ask: Ask) => Promise<Answer>) =>
    async (ask: Ask): Promise<Answer> => {
      const because = notFromHere(ask);
      return because === undefined
        ? act(ask)
        : json(403, { error: 'access_denied', error_description: because }, noStore);
    };
  const store = (ask: Ask) => deps.database.store(ask.tenant);
  const shown = async (ask: Ask, content: MailboxPage): Promise<Answer> => {
    const look = await lookOf(deps.database, deps.snapshot, ask.tenant);
    return page(200, { ...content, look, language: 'en', wide: true, frames: true });
  };
  const list = async (ask: Ask, asJson: boolean): Promise<Answer> => {
    const query = readForm(ask.query);
    const to = query.kind === 'params' ? query.params.get('to') : undefined;
    const mails = await caughtMails(store(ask), to);
    return asJson ? json(200, mails.map(wire), noStore) : shown(ask, listPage(mails));
  };
  const one = async (ask: Ask, show: (mail: CaughtMail) => Answer | Promise<Answer>): Promise<Answer> => {
    const mail = await caughtMail(store(ask), ask.params.id ?? '');
    return mail ? show(mail) : json(404, { error: 'not_found', error_description: 'There is no such mail' }, noStore);
  };
  const clear = (ask: Ask) => store(ask).transact(emptyMailbox);

  const route = (method: Route['method'], path: string, act: (ask: Ask) => Promise<Answer>): Route => ({
    method,
    path: `/dev/mailbox${path}`,
    family: 'plain',
    bodyLimit: 1024,
    handle: guarded(act),
  });
  return [
    route('GET', '', (ask) => list(ask, wantsJson(ask))),
    route('GET', '.json', (ask) => list(ask, true)),
    route('GET', '/:id', (ask) =>
      one(ask, (mail) => (wantsJson(ask) ? json(200, wire(mail), noStore) : shown(ask, mailPage(mail)))),
    ),
    route('GET', '/:id/html', (ask) =>
      one(ask, ({ html }) => letter(html, { links: true, pictures: 'https: http: data:' })),
    ),
    route('POST', '', async (ask) => {
      await clear(ask);
      return { status: 303, headers: { ...noStore, location: '/dev/mailbox' } };
    }),
    route('DELETE', '', async (ask) => {
      await clear(ask);
      return empty(204, noStore);
    }),
  ];
}

const wantsJson = (ask: Ask) => /\bapplication\/json\b/.test(ask.headers.accept ?? '');

function wire({ id, template, to, from, subject, language, caught_at, html, text }: CaughtMail): object {
  return { id, template, to, from, subject, language, date: caught_at, links: linksIn(text), text, html };
}
