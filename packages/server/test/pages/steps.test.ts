// Sign up, consent, confirmation and account page over HTTP: what each proves, and what it leaves alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findUserByIdentifier } from '../../src/domain/accounts/find.ts';
import { consentOf } from '../../src/domain/issuing/consent.ts';
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
  type Visitor,
} from './visitor.ts';

let here: Awaited<ReturnType<typeof serveHere>>;
let clientId: string;
before(async () => {
  here = await serveHere();
  clientId = await makeClient(here);
});
after(() => here.stop());

async function setConnection(options: object): Promise<void> {
  const { body } = await here.manage('GET', '/connections');
  const { id, options: before } = body.find(({ name }: { name: string }) => name === connection);
  const reply = await here.manage('PATCH', `/connections/${id}`, { options: { ...before, ...options } });
  assert.equal(reply.status, 200, reply.text);
}

test('signing up makes the account, logs in with it and goes on', async () => {
  const visitor = await begin(here, clientId);
  const page = await visitor.get('signup');
  assert.match(page.text, /name="email" type="email" autocomplete="email"/);
  assert.match(page.text, /autocomplete="new-password"/);
  assert.match(textOf(page), /at least 8 characters/);
  const reply = await visitor.post('signup', { email: 'New@Example.com', password });
  assertResumes(reply, visitor);
  const user = await findUserByIdentifier(storeOf(here), connection, 'new@example.com');
  assert.deepEqual([user?.email, user?.email_verified, user?.logins_count], ['new@example.com', false, 1]);
  assert.equal((await visitor.now())?.login?.user_id, user?.user_id);
  assert.equal((await events(here, 'ss'))[0]?.user_id, user?.user_id);
});

const refused: readonly (readonly [what: string, fields: Record<string, string>, text: RegExp])[] = [
  ['no address', { email: '', password }, /Enter your email address/],
  ['no address that is one', { email: 'jane', password }, /like name@example.com/],
  ['no password', { email: 'a@example.com', password: '' }, /Choose a password/],
  ['a short password', { email: 'a@example.com', password: 'Ab1!' }, /stronger password: at least 8 characters/],
  ['a password of one kind', { email: 'a@example.com', password: 'abcdefghijk' }, /at least 3 of these/],
  [
    'a password beyond what bcrypt reads',
    { email: 'a@example.com', password: `Aa1!${'x'.repeat(80)}` },
    /at most 72 bytes/,
  ],
];
for (const [what, fields, text] of refused) {
  test(`signing up with ${what} is refused, with the reason at its field`, async () => {
    const visitor = await begin(here, clientId);
    const reply = await visitor.post('signup', fields);
    assert.equal(reply.status, 400);
    assert.match(textOf(reply), text);
    assert.match(reply.text, /aria-invalid="true"/);
    assert.equal((await visitor.now())?.login, undefined);
    assert.equal(await findUserByIdentifier(storeOf(here), connection, 'a@example.com'), undefined);
  });
}

test('a taken address is told by name, or in words that say nothing, as the tenant wants', async () => {
  await makeUser(here, { email: 'taken@example.com' });
  const answer = async () => {
    const visitor = await begin(here, clientId);
    const reply = await visitor.post('signup', { email: 'taken@example.com', password });
    assert.equal(reply.status, 400);
    assert.equal((await visitor.now())?.login, undefined, 'nobody takes over an account by signing up');
    assert.equal(reply.headers.get('set-cookie'), null);
    return textOf(reply);
  };
  const flag = (on: boolean) =>
    here.manage('PATCH', '/tenants/settings', { flags: { enable_public_signup_user_exists_error: on } });
  await flag(true);
  assert.match(await answer(), /There is an account with this email address already/);
  await flag(false);
  const generic = await answer();
  assert.match(generic, /An account could not be created with these details/);
  assert.doesNotMatch(generic, /already exists|is an account with/);
  assert.equal((await events(here, 'fs')).length > 0, true);
});

test('usernames are asked for where the connection wants them', async () => {
  await setConnection({ requires_username: true });
  try {
    const visitor = await begin(here, clientId);
    assert.match((await visitor.get('login')).text, /Email address or username/);
    assert.match((await visitor.get('signup')).text, /name="username" type="text" autocomplete="username" required/);
    const without = await visitor.post('signup', { email: 'named@example.com', password });
    assert.match(textOf(without), /Choose a username/);
    assertResumes(await visitor.post('signup', { email: 'named@example.com', username: 'Named', password }), visitor);
    const other = await begin(here, clientId);
    assertResumes(await other.post('login', { username: 'named', password }), other);
  } finally {
    await setConnection({ requires_username: false });
  }
});

test('where signing up is switched off its page leads to the login page, and makes nothing', async () => {
  await setConnection({ disable_signup: true });
  try {
    const visitor = await begin(here, clientId);
    assert.doesNotMatch((await visitor.get('login')).text, /\/u\/signup/);
    for (const reply of [
      await visitor.get('signup'),
      await visitor.post('signup', { email: 'off@example.com', password }),
    ]) {
      assert.equal(reply.status, 303);
      assert.equal(reply.headers.get('location'), `/u/login?state=${visitor.handle}`);
    }
    assert.equal(await findUserByIdentifier(storeOf(here), connection, 'off@example.com'), undefined);
    assert.match(JSON.stringify((await events(here, 'fs'))[0]), /disable_signup/);
  } finally {
    await setConnection({ disable_signup: false });
  }
});

let made = 0;
/** Somebody who is logged in, before a page of a new login. */
async function loggedIn(
  request: Parameters<typeof begin>[2],
  client = clientId,
): Promise<Visitor & { userId: string }> {
  const email = `user${++made}@example.com`;
  const user = await makeUser(here, { email, name: `User ${made}` });
  const first = await begin(here, client);
  assertResumes(await first.post('login', { username: email, password }), first);
  return { ...(await begin(here, client, request, {}, first.cookies)), userId: user.user_id };
}

const audience = 'https://travel.example.com/';
async function api(): Promise<void> {
  const reply = await here.manage('POST', '/resource-servers', {
    name: 'Travel API',
    identifier: audience,
    scopes: [
      { value: 'read:trips', description: 'See where you go' },
      { value: 'write:trips', description: 'Change where you go' },
    ],
    skip_consent_for_verifiable_first_party_clients: false,
  });
  assert.equal(reply.status, 201, reply.text);
}

test('consent names the client, the user, where it leads and each thing that is asked for', async () => {
  await api();
  const visitor = await loggedIn({ audience, scopes: ['openid', 'email', 'read:trips', 'write:trips'] });
  const page = await visitor.get('consent');
  assert.equal(page.status, 200, page.text);
  const text = textOf(page);
  for (const part of [
    'Allow Trip Planner?',
    'user',
    'app.example.com',
    'See your email address',
    'In Travel API:',
    'Trips: read and write your trips',
  ])
    assert.ok(text.includes(part), part);
  assert.match(page.text, /name="action" value="accept"/);
  assert.match(page.text, /name="action" value="deny"/);
  await here.manage('PATCH', '/tenants/settings', { flags: { use_scope_descriptions_for_consent: true } });
  assert.match(textOf(await visitor.get('consent')), /See where you go.*Change where you go/);
  await here.manage('PATCH', '/tenants/settings', { flags: { use_scope_descriptions_for_consent: false } });
});

const shownIn = (text: string) => /name="shown" value="([^"]*)"/.exec(text)?.[1] ?? '';

test('accepting keeps exactly what was shown, for this user, whatever the form says', async () => {
  const visitor = await loggedIn({ audience, scopes: ['openid', 'read:trips'] });
  const shown = shownIn((await visitor.get('consent')).text);
  assert.equal(shown, 'openid read:trips');
  const tampered = await visitor.post('consent', { action: 'accept', shown: 'openid read:trips write:trips' });
  assert.equal(tampered.status, 200, 'shown again');
  assert.equal((await visitor.now())?.consent, undefined);
  const reply = await visitor.post('consent', {
    action: 'accept',
    shown,
    scope: 'write:trips',
    client_id: 'another',
    audience: 'https://other.example.com/',
  });
  assertResumes(reply, visitor);
  const consent = (await visitor.now())?.consent;
  assert.deepEqual(
    [consent?.given, consent?.user_id, [...(consent?.scopes ?? [])].sort()],
    [true, visitor.userId, ['openid', 'read:trips']],
  );
  const stored = await consentOf(storeOf(here), visitor.userId, clientId, audience);
  assert.deepEqual([...(stored ?? [])].sort(), ['openid', 'read:trips']);
});

test('declining keeps nothing but the answer', async () => {
  const visitor = await loggedIn({ audience, scopes: ['openid', 'read:trips'] });
  assertResumes(await visitor.post('consent', { action: 'deny' }), visitor);
  assert.equal((await visitor.now())?.consent?.given, false);
  assert.equal(await consentOf(storeOf(here), visitor.userId, clientId, audience), undefined);
});

test('no button, no answer: the consent page is shown again', async () => {
  const visitor = await loggedIn({ audience, scopes: ['openid', 'read:trips'] });
  const reply = await visitor.post('consent', { action: 'maybe' });
  assert.equal(reply.status, 200);
  assert.equal((await visitor.now())?.consent, undefined);
});

test('pages that need somebody send a visitor without a session back to the flow', async () => {
  for (const name of ['consent', 'confirm', 'select_account'] as const) {
    const visitor = await begin(here, clientId, { audience, scopes: ['read:trips'] });
    assertResumes(await visitor.get(name), visitor);
    assertResumes(await visitor.post(name, { action: 'accept' }), visitor);
    const pending = await visitor.now();
    assert.deepEqual([pending?.consent, pending?.confirmed, pending?.selected], [undefined, undefined, undefined]);
  }
});

test('where nothing has to be asked the consent page goes on', async () => {
  const visitor = await loggedIn({ scopes: ['openid'] });
  assertResumes(await visitor.get('consent'), visitor);
});

for (const [action, confirmed] of [
  ['accept', true],
  ['deny', false],
] as const) {
  test(`confirmation: ${action} is kept`, async () => {
    const visitor = await loggedIn({ redirect_uri: 'http://localhost:3000/callback' });
    assert.match(
      textOf(await visitor.get('confirm')),
      /Is this you\?.*will be able to:.*You will be sent to localhost:3000/,
    );
    assert.equal((await visitor.post('confirm', {})).status, 200);
    assertResumes(await visitor.post('confirm', { action }), visitor);
    assert.equal((await visitor.now())?.confirmed, confirmed);
  });
}

test('the account page goes on as who is there, or as somebody else', async () => {
  const visitor = await loggedIn({ prompt: ['select_account'] });
  assert.match(textOf(await visitor.get('select_account')), /User \d+ user\d+@example.com/);
  const other = await visitor.post('select_account', { action: 'other' });
  assert.equal(other.headers.get('location'), `/u/login?state=${visitor.handle}`);
  assert.equal((await visitor.now())?.selected, undefined);
  assertResumes(await visitor.post('select_account', { action: 'accept' }), visitor);
  assert.match((await visitor.now())?.selected ?? '', /^auth0\|/);
});
