// Mail over the wire: TLS first, one recipient, headers that nobody can add to, failures that are tried again or told.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readSmtpUrl } from '../../src/domain/messages/provider.ts';
import { type Connect, deliver } from '../../src/domain/messages/smtp.ts';
import { developmentTls } from '../../src/tls.ts';
import { type PeopledSite, peopled } from '../support/people.ts';
import { forgot, linkOf } from '../support/recovery.ts';
import { serveHere } from '../support/running.ts';
import { type SmtpServer, smtpServer } from '../support/smtp-server.ts';
import { dial } from '../support/sockets.ts';

type Here = Awaited<ReturnType<typeof serveHere>>;

async function withProvider(port: number, flags: readonly string[] = ['--allow-outbound', '127.0.0.1']) {
  const here = await serveHere('sqlite', { flags });
  const site = peopled(here);
  const reply = await site.manage('POST', '/emails/provider', {
    name: 'smtp',
    enabled: true,
    default_from_address: 'sender@idp.example.com',
    credentials: { smtp_host: '127.0.0.1', smtp_port: port, smtp_user: 'me', smtp_pass: 'a-secret-of-smtp' },
  });
  assert.equal(reply.status, 201, reply.text);
  return { here, site };
}

async function told(site: PeopledSite, here: Here, type: string): Promise<string> {
  for (let tries = 0; tries < 400; tries++) {
    await here.house.logs.flush();
    const logs = await site.manage('GET', `/logs?q=type:${type}`);
    if (logs.body.length > 0) return logs.text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail(`no ${type} in the log`);
}

describe('mail by SMTP', () => {
  let server: SmtpServer;
  let here: Here;
  let site: PeopledSite;
  before(async () => {
    server = await smtpServer();
    ({ here, site } = await withProvider(server.port));
  });
  after(async () => {
    await here.stop();
    await server.stop();
  });

  test('a mail has one sender, one recipient, text and HTML, and the link in both', async () => {
    const person = await site.user();
    await forgot(site, person.email);
    const mail = await server.mailTo(person.email);
    assert.equal(mail.from, 'sender@idp.example.com');
    assert.deepEqual(mail.to, [person.email]);
    assert.equal(mail.login, 'me:a-secret-of-smtp');
    assert.equal(mail.headers.subject?.[0], 'Reset your password for Countersign');
    assert.match(mail.headers.from?.[0] ?? '', /Countersign.*<sender@idp\.example\.com>/);
    assert.deepEqual(mail.headers.to, [person.email]);
    assert.deepEqual(mail.headers['auto-submitted'], ['auto-generated']);
    const link = linkOf(/https?:\/\/\S+/.exec(mail.parts['text/plain'] ?? '') ?? []);
    assert.ok(link.startsWith(`${site.base}/u/reset-password?ticket=`));
    assert.ok(mail.parts['text/html']?.includes(link));
  });

  test('INJ in mails: what a user is called makes no header and no second recipient', async () => {
    const name = 'Eve\r\nBcc: victim@evil.test\r\n\r\n<script>';
    const person = await site.user({ name, user_metadata: { nick: 'x\r\nBcc: victim@evil.test' } });
    const template = {
      template: 'reset_email',
      syntax: 'liquid',
      enabled: true,
      subject: 'Hello {{ user.name }} {{ user.user_metadata.nick }}',
      from: '{{ user.name }} <sender@idp.example.com>',
      body: '<p>{{ user.name }}</p><a href="{{ url }}">Go</a>',
    };
    assert.equal((await site.manage('POST', '/email-templates', template)).status, 200);
    await forgot(site, person.email);
    const mail = await server.mailTo(person.email);
    assert.deepEqual(mail.to, [person.email]);
    assert.equal(mail.headers.bcc, undefined);
    assert.equal(mail.headers.subject?.length, 1);
    assert.match(mail.headers.subject?.[0] ?? '', /^Hello Eve Bcc: victim/);
    assert.doesNotMatch(mail.raw.split('\r\n\r\n')[0] ?? '', /^(?:Bcc|bcc):/m);
    assert.ok(!mail.parts['text/html']?.includes('<script>'));
  });

  test('no log and no answer holds the password of the mail server, nor a link', async () => {
    await here.house.logs.flush();
    const logs = await site.manage('GET', '/logs?per_page=100');
    assert.ok(!logs.text.includes('a-secret-of-smtp'));
    assert.ok(!/ticket=[A-Za-z0-9]{32}/.test(logs.text));
  });
});

test('a mail that is refused for good is given up, and the log says why', async () => {
  const server = await smtpServer({ answer: (verb) => (verb === 'RCPT' ? '550 no such user' : undefined) });
  const { here, site } = await withProvider(server.port);
  const person = await site.user();
  await forgot(site, person.email);
  const text = await told(site, here, 'fn');
  assert.match(text, /EENVELOPE, 550/);
  assert.ok(!text.includes('ticket='));
  assert.equal(server.connections(), 1, 'it is not tried again');
  await here.stop();
  await server.stop();
});

test('a mail that is refused for now is tried again', async () => {
  let refusals = 1;
  const server = await smtpServer({ answer: (verb) => (verb === 'MAIL' && refusals-- > 0 ? '451 later' : undefined) });
  const { here, site } = await withProvider(server.port);
  const person = await site.user();
  await forgot(site, person.email);
  assert.equal((await server.mailTo(person.email)).to.length, 1);
  assert.equal(server.connections(), 2);
  await here.stop();
  await server.stop();
});

test('SSR: a mail server inside our network is not called unless the operator allows it', async () => {
  const server = await smtpServer();
  const { here, site } = await withProvider(server.port, []);
  const person = await site.user();
  await forgot(site, person.email);
  await told(site, here, 'scpr');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(server.connections(), 0);
  assert.equal(server.mails.length, 0);
  const mailbox = await site.send('GET', '/dev/mailbox.json');
  assert.deepEqual(mailbox.body, [], 'a mail of a tenant with a provider does not go elsewhere');
  await here.stop();
  await server.stop();
});

test('a provider that cannot send here says so in the log', async () => {
  const here = await serveHere();
  const site = peopled(here);
  await site.manage('POST', '/emails/provider', { name: 'sendgrid', enabled: true, credentials: { api_key: 'k' } });
  const person = await site.user();
  await forgot(site, person.email);
  assert.match(await told(site, here, 'fn'), /sendgrid.*cannot send here; only smtp can/);
  await here.stop();
});

/** A guarded connection to a test server that seems to be elsewhere. */
const elsewhere =
  (port: number): Connect =>
  async () => {
    const socket = await dial(port);
    Object.defineProperty(socket, 'remoteAddress', { value: '192.0.2.1' });
    return { kind: 'connected', socket };
  };

const letter = {
  from: { name: 'Acme', address: 'no-reply@idp.example.com' },
  mail: { from: undefined, to: 'jane@example.com', subject: 'Hi', html: '<p>Hi</p>', text: 'Hi', language: 'en' },
  messageId: '<1@idp.example.com>',
};

test('to a server elsewhere nothing is said without TLS: no password, no mail', async () => {
  const said: string[] = [];
  const server = await smtpServer({
    answer(command) {
      said.push(command);
      return undefined;
    },
  });
  const to = {
    hostname: 'mail.example.com',
    port: 587,
    tls: 'starttls',
    user: 'me',
    pass: 'secret',
    trusted: false,
  } as const;
  const outcome = await deliver(to, letter, elsewhere(server.port), new AbortController().signal);
  assert.equal(outcome.kind, 'failed');
  assert.ok(!said.includes('AUTH') && !said.includes('MAIL'), said.join());
  assert.equal(server.mails.length, 0);
  await server.stop();
});

test('a certificate that nobody vouches for ends the conversation', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-smtp-'));
  const { keyPem, certPem } = await developmentTls(folder, ['mail.example.com'], Date.now());
  const server = await smtpServer({ tls: { key: keyPem, cert: certPem } });
  const to = {
    hostname: 'mail.example.com',
    port: 587,
    tls: 'starttls',
    user: 'me',
    pass: 'secret',
    trusted: false,
  } as const;
  const outcome = await deliver(to, letter, elsewhere(server.port), new AbortController().signal);
  assert.equal(outcome.kind, 'failed');
  assert.equal(server.mails.length, 0);
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a server that says nothing is given up with its job', async () => {
  const server = await smtpServer({ answer: (command) => (command === 'CONNECT' ? '220-wait' : undefined) });
  const to = { hostname: 'mail.example.com', port: 587, tls: 'none', trusted: false } as const;
  const aborting = new AbortController();
  setTimeout(() => aborting.abort(), 200);
  const outcome = await deliver(to, letter, elsewhere(server.port), aborting.signal);
  assert.equal(outcome.kind, 'failed');
  await server.stop();
});

test('a mail server is read from a URL, and what is wrong never repeats it', () => {
  const ok = (text: string) => {
    const read = readSmtpUrl(text);
    return typeof read === 'string' ? read : read.ok;
  };
  const base = { trusted: true, user: undefined, pass: undefined };
  assert.deepEqual(ok('smtp://mail.example.com'), {
    ...base,
    hostname: 'mail.example.com',
    port: 587,
    tls: 'starttls',
  });
  assert.deepEqual(ok('smtps://u%40x:p%2Fq@mail.example.com:4650'), {
    hostname: 'mail.example.com',
    port: 4650,
    tls: 'implicit',
    user: 'u@x',
    pass: 'p/q',
    trusted: true,
  });
  assert.deepEqual(ok('smtp://[::1]:25?tls=off'), { ...base, hostname: '::1', port: 25, tls: 'none' });
  for (const bad of [
    'mail.example.com',
    'http://x',
    'smtp://',
    'smtp://secret@x/path',
    'smtps://x?tls=off',
    'smtp://%zz@x',
  ]) {
    const read = readSmtpUrl(bad);
    assert.equal(typeof read, 'string', bad);
    assert.ok(!String(read).includes('secret'));
  }
});
