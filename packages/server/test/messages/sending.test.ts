// Messages from the transaction that decides them to the mail: in the mailbox of a development server, or by SMTP.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findUser } from '../../src/domain/accounts/find.ts';
import { type Message, sendMessage } from '../../src/domain/messages/message.ts';
import { events, type Here, makeUser, storeOf } from '../pages/visitor.ts';
import { mailsTo, mailTo } from '../support/mailbox.ts';
import { serveHere } from '../support/running.ts';

let here: Here & { stop(): Promise<void> };
before(async () => {
  here = await serveHere();
});
after(() => here.stop());

let made = 0;
async function somebody(more: Parameters<typeof makeUser>[1] = {}) {
  return makeUser(here, { email: `reader-${++made}@people.example.com`, ...more });
}

/** A transaction that decides to send a mail. */
function decide(user: { user_id: string; email?: string }, more: Partial<Message> = {}): Promise<void> {
  const message: Message = {
    template: 'reset_email',
    user_id: user.user_id,
    to: user.email ?? '',
    url: `${here.issuer}u/reset-password?ticket=secret#`,
    lifetime: 432_000,
    ...more,
  };
  return storeOf(here).transact((tx) => sendMessage(tx, message, here.house.now()));
}

test('a message that a transaction decided on is in the mailbox, as HTML and as text, with the link in both', async () => {
  const user = await somebody();
  await decide(user);
  const mail = await mailTo(here, user.email ?? '');
  assert.equal(mail.template, 'reset_email');
  assert.equal(mail.from, 'Countersign <no-reply@localhost>');
  assert.match(mail.subject, /^Reset your password for Countersign$/);
  const link = `${here.issuer}u/reset-password?ticket=secret#`;
  assert.deepEqual(mail.links, [link]);
  assert.ok(mail.html.includes(`href="${link}"`) && mail.text.includes(link));
  assert.match(mail.text, /within 5 days/);
});

test('a transaction that keeps nothing sends nothing', async () => {
  const user = await somebody();
  await assert.rejects(
    storeOf(here).transact(async (tx) => {
      await sendMessage(tx, { template: 'reset_email', user_id: user.user_id, to: user.email ?? '' }, here.house.now());
      throw new Error('undone');
    }),
    /undone/,
  );
  await decide(user, { template: 'password_changed' });
  await mailTo(here, user.email ?? '');
  assert.equal((await mailsTo(here, user.email ?? '')).length, 1);
});

for (const [wish, language, words] of [
  [{ language: 'de-CH' }, 'de', /Neues Passwort wählen/],
  [{ language: 'fr' }, 'fr', /Choisissez un nouveau mot de passe/],
  [{ language: 'es-MX' }, 'es', /Elija una contraseña nueva/],
  [{ language: 'ja' }, 'en', /Choose a new password/],
] as const) {
  test(`a mail asked for in ${wish.language} is written in ${language}`, async () => {
    const user = await somebody();
    await decide(user, wish);
    const mail = await mailTo(here, user.email ?? '');
    assert.equal(mail.language, language);
    assert.match(mail.html, new RegExp(`<html lang="${language}">`));
    assert.match(mail.text, words);
  });
}

test("a user's own language goes before that of the request", async () => {
  const user = await somebody({ user_metadata: { locale: 'de' } });
  await decide(user, { language: 'fr' });
  assert.equal((await mailTo(here, user.email ?? '')).language, 'de');
});

test('a user who has another address by now, or is gone, gets nothing, and the log says so', async () => {
  const user = await somebody();
  await decide({ ...user, email: 'old@people.example.com' });
  await decide({ user_id: 'auth0|nobody', email: 'gone@people.example.com' });
  await decide(user, { template: 'password_changed' });
  await mailTo(here, user.email ?? '');
  for (;;) {
    const told = await events(here, 'fn');
    if (told.length === 2) {
      const reasons = told.map(({ description }) => description).sort();
      assert.deepEqual(reasons, ['the user has another address by now', 'the user is gone']);
      assert.ok(!JSON.stringify(told).includes('ticket='), 'no link in a log');
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal((await mailsTo(here, 'old@people.example.com')).length, 0);
});

test('the welcome is not sent until an operator switches it on', async () => {
  const user = await somebody();
  await decide(user, { template: 'welcome_email', url: undefined });
  await decide(user, { template: 'password_changed', url: undefined });
  await mailTo(here, user.email ?? '');
  assert.deepEqual(
    (await mailsTo(here, user.email ?? '')).map(({ template }) => template),
    ['password_changed'],
  );
});

test('what a user is called is text in a mail, whatever it is', async () => {
  const patch = { friendly_name: 'A & B "C"' };
  assert.equal((await here.manage('PATCH', '/tenants/settings', patch)).status, 200);
  const user = await somebody();
  await decide(user);
  const mail = await mailTo(here, user.email ?? '');
  assert.equal(mail.subject, 'Reset your password for A & B "C"');
  assert.match(mail.html, /the A &amp; B &quot;C&quot; account/);
  assert.match(mail.text, /the A & B "C" account/);
  assert.ok(await findUser(storeOf(here), user.user_id));
});
