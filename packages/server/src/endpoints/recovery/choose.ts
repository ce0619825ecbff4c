// The page behind a link to a new password. Judging a password may cost many hashes, and spends no ticket unless the password is
// taken: so the door of links counts those that are judged, and lets one of an account in at a time.

import { findPassword } from '../../domain/accounts/find.ts';
import { isReused } from '../../domain/accounts/history.ts';
import { nameOf } from '../../domain/accounts/name.ts';
import { findTicket } from '../../domain/accounts/tickets.ts';
import type { ConnectionFacts } from '../../domain/connections/facts.ts';
import { findConnection } from '../../domain/connections/find.ts';
import { giveLinkBack } from '../../domain/limits/link-door.ts';
import { type Completed, completeReset } from '../../domain/recovery/complete.ts';
import type { Answer, Ask } from '../../web/exchange.ts';
import type { FormError } from '../../web/form.ts';
import { page } from '../../web/page.ts';
import { passwordRules } from '../../web/password-rules.ts';
import { type Behind, back, behindLink, gone, onward, type RecoveryPageDeps } from './behind.ts';
import { endedEvents, recoveryEvent } from './events.ts';
import { endPage, resetPage } from './pages.ts';
import { passwordErrors, weakError } from './typed.ts';

/** `/u/reset-password?ticket=...`: shows the form, or changes the password. @throws StoreUnavailable */
export async function choosePassword(deps: RecoveryPageDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
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
  const judged = await deps.linkDoor.judge(
    { tenant: ask.tenant, subject: user.user_id },
    async () => (await findTicket(database.store(ask.tenant), 'reset-password', text, deps.now())) !== undefined,
    () => change(deps, ask, at, fields.get('password') ?? '', connection),
  );
  if (judged.kind === 'closed') {
    failed('too many passwords were tried with links of this user');
    const tooMany = show([{ text: place.texts.login.slowDown }]);
    return { ...tooMany, status: 429, headers: { ...tooMany.headers, 'retry-after': String(judged.seconds) } };
  }
  const done = judged.kind === 'open' ? judged.value : undefined;
  if (done === 'reused') {
    failed('the password was used before');
    return show([weakError([{ kind: 'history', size: connection.passwordPolicy.history }], place.texts)]);
  }
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

/** Spends the link on a password that was not used before; `undefined` if the link is worth nothing any more. Behind the door. */
async function change(
  { database, passwords, now }: RecoveryPageDeps,
  ask: Ask,
  { found, text, language }: Behind,
  password: string,
  { passwordPolicy: { history } }: ConnectionFacts,
): Promise<Completed | 'reused' | undefined> {
  const store = database.store(ask.tenant);
  const { user_id } = found.user;
  const whose = { tenant: ask.tenant, account: user_id };
  if (await isReused(passwords, password, await findPassword(store, user_id), history, whose)) return 'reused';
  const made = { hash: await passwords.hash(password, whose), history, language, ip: ask.ip };
  return store.transact(async (tx) => {
    const done = await completeReset(tx, text, made, now());
    if (done) await giveLinkBack(tx, user_id);
    return done;
  });
}
