// The login page over HTTP: who gets in, who does not, and that nobody learns from the difference (issue 3, section 2).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findPassword, findUser } from '../../src/domain/accounts/find.ts';
import { sessions } from '../../src/domain/sessions/session.ts';
import { serveHere } from '../support/running.ts';
import {
  assertResumes,
  begin,
  connection,
  events,
  makeClient,
  makeUser,
  password,
  storeOf,
  textOf,
} from './visitor.ts';

let here: Awaited<ReturnType<typeof serveHere>>;
let clientId: string;
before(async () => {
  here = await serveHere();
  clientId = await makeClient(here);
});
after(() => here.stop());

test('the page asks for who it is and the password, with what password managers look for', async () => {
  const visitor = await begin(here, clientId);
  const { status, text } = await visitor.get('login');
  assert.equal(status, 200);
  assert.match(text, /<input id="username" name="username" type="text" autocomplete="username" required/);
  assert.match(text, /<input id="password" name="password" type="password" autocomplete="current-password" required/);
  assert.match(text, /to continue to Trip Planner/);
  assert.match(text, /<label for="username">Email address<\/label>/);
});

test('the right password starts a session, writes the login down and goes on', async () => {
  const user = await makeUser(here, { email: 'jane@example.com' });
  const visitor = await begin(here, clientId);
  const reply = await visitor.post('login', { username: ' Jane@Example.com ', password });
  assertResumes(reply, visitor);
  assert.match(
    reply.headers.get('set-cookie') ?? '',
    /^countersign=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/,
  );
  const pending = await visitor.now();
  const session = await storeOf(here).get(sessions, pending?.login?.session_id ?? '');
  assert.deepEqual(
    [pending?.login?.user_id, pending?.login?.fresh, pending?.interacted, session?.user_id, session?.connection],
    [user.user_id, true, true, user.user_id, connection],
  );
  const stored = await findUser(storeOf(here), user.user_id);
  assert.equal(stored?.logins_count, 1);
});

test('a wrong password and an unknown user get the same answer; the log tells them apart', async () => {
  const user = await makeUser(here, { email: 'known@example.com' });
  const masked = async (username: string) => {
    const visitor = await begin(here, clientId);
    const reply = await visitor.post('login', { username, password: 'not the one' });
    const names = [...reply.headers.keys()].filter((name) => name !== 'date');
    const text = reply.text
      .replaceAll(visitor.handle, '')
      .replaceAll(visitor.pending.csrf, '')
      .replaceAll(username, '');
    assert.equal(await visitor.now().then((pending) => pending?.login), undefined);
    assert.equal(reply.headers.get('set-cookie'), null);
    return { status: reply.status, names, text };
  };
  const wrong = await masked('known@example.com');
  const unknown = await masked('nobody@example.com');
  assert.deepEqual(wrong, unknown);
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /role="alert"/);
  const [fp] = await events(here, 'fp');
  assert.deepEqual([fp?.user_id, fp?.user_name, fp?.client_id], [user.user_id, 'known@example.com', clientId]);
  const [fu] = await events(here, 'fu');
  assert.deepEqual([fu?.user_id, fu?.user_name], [undefined, 'nobody@example.com']);
});

test('neither a password nor what may be one gets into the log', async () => {
  const visitor = await begin(here, clientId);
  await visitor.post('login', { username: 'S3cret-typed-in-the-wrong-field', password: 'S3cret-in-the-right-field' });
  for (const type of ['fu', 'fp', 'f']) {
    assert.doesNotMatch(JSON.stringify(await events(here, type)), /S3cret/);
  }
});

test('a user without a password cannot log in with any', async () => {
  const made = await makeUser(here, { email: 'nopassword@example.com' });
  await storeOf(here).transact(async (tx) => {
    const { passwords } = await import('../../src/domain/accounts/user.ts');
    await tx.remove(passwords, made.user_id);
  });
  const visitor = await begin(here, clientId);
  const reply = await visitor.post('login', { username: 'nopassword@example.com', password });
  assert.equal(reply.status, 400);
});

test('that a user is blocked is told only to who knows the password', async () => {
  const user = await makeUser(here, { email: 'blocked@example.com', blocked: true });
  const visitor = await begin(here, clientId);
  const wrong = await visitor.post('login', { username: 'blocked@example.com', password: 'wrong' });
  assert.match(textOf(wrong), /No account fits/);
  const right = await visitor.post('login', { username: 'blocked@example.com', password });
  assert.equal(right.status, 400);
  assert.match(textOf(right), /This account is blocked/);
  assert.equal((await visitor.now())?.login, undefined);
  assert.equal((await storeOf(here).all(sessions, { user_id: user.user_id })).length, 0);
  assert.equal((await events(here, 'f'))[0]?.user_id, user.user_id);
});

test('an imported bcrypt hash logs in once and is argon2id afterwards', async () => {
  const { default: bcrypt } = await import('bcrypt');
  const user = await makeUser(here, { email: 'bcrypt@example.com', password_hash: await bcrypt.hash(password, 5) });
  for (const round of [1, 2]) {
    const visitor = await begin(here, clientId);
    assertResumes(await visitor.post('login', { username: 'bcrypt@example.com', password }), visitor);
    assert.match((await findPassword(storeOf(here), user.user_id))?.hash ?? '', /^\$argon2id\$/, `round ${round}`);
  }
});

test('fields that are missing are named, all at once, and nothing is looked up', async () => {
  const visitor = await begin(here, clientId);
  const reply = await visitor.post('login', { username: '', password: '' });
  assert.equal(reply.status, 400);
  assert.match(reply.text, /<a href="#username">Enter your email address<\/a>/);
  assert.match(reply.text, /<a href="#password">Enter your password<\/a>/);
  assert.match(reply.text, /aria-invalid="true"/);
});

test('what was typed as the name comes back, the password never does', async () => {
  const visitor = await begin(here, clientId);
  const { text } = await visitor.post('login', { username: 'typed@example.com', password: 'typed-password' });
  assert.match(text, /value="typed@example.com"/);
  assert.doesNotMatch(text, /typed-password/);
});

test('login_hint is filled in', async () => {
  const visitor = await begin(here, clientId, { login_hint: 'hint@example.com' });
  assert.match((await visitor.get('login')).text, /value="hint@example.com"/);
});

test('with identifier_first the password is asked for on a second page, for unknown users too', async () => {
  assert.equal((await here.manage('PATCH', '/prompts', { identifier_first: true })).status, 200);
  try {
    await makeUser(here, { email: 'first@example.com' });
    const visitor = await begin(here, clientId);
    const first = await visitor.get('login');
    assert.match(first.text, /name="username"/);
    assert.doesNotMatch(first.text, /name="password"/);
    const page = async (username: string) => {
      const reply = await visitor.post('login', { username });
      assert.equal(reply.status, 200);
      assert.match(reply.text, /name="password"/);
      return reply.text.replaceAll(username, '');
    };
    assert.equal(await page('first@example.com'), await page('nobody@example.com'));
    const empty = await visitor.post('login', { username: 'first@example.com', password: '' });
    assert.match(textOf(empty), /Enter your password/);
    assert.equal(empty.status, 400);
    assertResumes(await visitor.post('login', { username: 'first@example.com', password }), visitor);
  } finally {
    await here.manage('PATCH', '/prompts', { identifier_first: false });
  }
});

test('a second login in the same browser ends the session of the user before, and keeps the id for the same user', async () => {
  const one = await makeUser(here, { email: 'one@example.com' });
  await makeUser(here, { email: 'two@example.com' });
  const visitor = await begin(here, clientId);
  await visitor.post('login', { username: 'one@example.com', password });
  const first = (await visitor.now())?.login?.session_id;
  const cookie = visitor.cookies.get('countersign');
  await visitor.post('login', { username: 'one@example.com', password });
  assert.equal((await visitor.now())?.login?.session_id, first);
  assert.notEqual(visitor.cookies.get('countersign'), cookie, 'the handle changes with every proof');
  await visitor.post('login', { username: 'two@example.com', password });
  assert.notEqual((await visitor.now())?.login?.session_id, first);
  assert.equal((await storeOf(here).all(sessions, { user_id: one.user_id })).length, 0);
});

test('two submits of one form at once both end well', async () => {
  await makeUser(here, { email: 'double@example.com' });
  const visitor = await begin(here, clientId);
  const fields = { username: 'double@example.com', password };
  for (const reply of await Promise.all([visitor.post('login', fields), visitor.post('login', fields)])) {
    assertResumes(reply, visitor);
  }
});

test('a client without a connection says so instead of showing a form', async () => {
  const id = await makeClient(here, { name: 'Lonely' });
  const { body } = await here.manage('GET', '/connections');
  const rest = body[0].enabled_clients.filter((one: string) => one !== id);
  assert.equal((await here.manage('PATCH', `/connections/${body[0].id}`, { enabled_clients: rest })).status, 200);
  const visitor = await begin(here, id);
  const reply = await visitor.get('login');
  assert.equal(reply.status, 403);
  assert.match(textOf(reply), /Lonely has no way to log in/);
});
