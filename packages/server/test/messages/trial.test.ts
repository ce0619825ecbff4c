// The test message of the mail settings: by the way of all mails, with an answer that tells an operator enough and a scanner nothing.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { mailTo } from '../support/mailbox.ts';
import { type PeopledSite, peopled } from '../support/people.ts';
import { serveHere } from '../support/running.ts';
import { smtpServer } from '../support/smtp-server.ts';

const path = '/emails/provider/test';

async function setProvider(site: PeopledSite, port: number): Promise<void> {
  const credentials = { smtp_host: '127.0.0.1', smtp_port: port, smtp_user: 'me', smtp_pass: 'a-secret-of-smtp' };
  const provider = { name: 'smtp', enabled: true, default_from_address: 'sender@idp.example.com', credentials };
  await site.manage('DELETE', '/emails/provider');
  const reply = await site.manage('POST', '/emails/provider', provider);
  assert.equal(reply.status, 201, reply.text);
}

describe('a test message', () => {
  const stops: (() => Promise<unknown>)[] = [];
  after(async () => {
    for (const stop of stops) await stop();
  });
  async function served(flags: readonly string[] = []) {
    const here = await serveHere('sqlite', { flags });
    stops.push(() => here.stop());
    return { here, site: peopled(here) };
  }

  test('is caught on a developer’s machine, is refused to an address that is none, and runs out', async () => {
    const { here, site } = await served();
    const reply = await site.manage('POST', path, { to: 'Ada@Example.com' });
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(reply.body, { to: 'ada@example.com', outcome: 'caught' });
    const mail = await mailTo(here, 'ada@example.com');
    assert.equal(mail.template, 'test_message');
    assert.match(mail.subject, /^Test message of /);

    for (const to of ['nobody', 'a@b.test, c@d.test', 'a@b.test\r\nBcc: c@d.test', '']) {
      const bad = await site.manage('POST', path, { to });
      assert.equal(bad.status, 400, bad.text);
    }
    const statuses: number[] = [];
    for (let sent = 0; sent < 6; sent += 1) {
      const { status, headers } = await site.manage('POST', path, { to: 'ada@example.com' });
      statuses.push(status);
      if (status === 429) assert.match(headers.get('retry-after') ?? '', /^\d+$/);
    }
    assert.ok(statuses.includes(429), `${statuses}`);
    assert.equal((await here.send('POST', `/api/v2${path}`, { body: '{"to":"a@b.test"}' })).status, 401);
  });

  test('leaves by the SMTP server that is set, once and at once, and is in the log', async () => {
    const server = await smtpServer();
    stops.push(() => server.stop());
    const { here, site } = await served(['--allow-outbound', '127.0.0.1']);
    await setProvider(site, server.port);
    const reply = await site.manage('POST', path, { to: 'ada@example.com' });
    assert.deepEqual(reply.body, { to: 'ada@example.com', outcome: 'sent' });
    assert.equal(server.mails.length, 1);
    assert.equal(server.mails[0]?.from, 'sender@idp.example.com');
    assert.deepEqual(server.mails[0]?.to, ['ada@example.com']);
    await here.house.logs.flush();
    const logs = await site.manage('GET', '/logs?q=type:sapi');
    assert.match(logs.text, /Send a test message/);
    assert.ok(!logs.text.includes('a-secret-of-smtp'));
  });

  test('that is refused says by whom in words, without the answer of the server', async () => {
    const secret = 'inside-banner-17';
    const server = await smtpServer({ answer: (command) => (command === 'RCPT' ? `550 ${secret}` : undefined) });
    stops.push(() => server.stop());
    const { site } = await served(['--allow-outbound', '127.0.0.1']);
    await setProvider(site, server.port);
    const { body, text } = await site.manage('POST', path, { to: 'ada@example.com' });
    assert.equal(body.outcome, 'failed');
    assert.match(body.because, /^The mail server refuses the mail \(550\)/);
    assert.ok(!text.includes(secret));
  });

  test('SSR-06: an address inside is not called, and a port that is shut answers as one that speaks something else', async () => {
    const server = await smtpServer();
    stops.push(() => server.stop());
    const { site } = await served();
    await setProvider(site, server.port);
    const inside = await site.manage('POST', path, { to: 'ada@example.com' });
    assert.deepEqual(inside.body, {
      to: 'ada@example.com',
      outcome: 'failed',
      because: 'The address is not one that this server may call',
    });
    assert.equal(server.connections(), 0);

    const open = await served(['--allow-outbound', '127.0.0.1']);
    const { createServer } = await import('node:net');
    const other = createServer((socket) =>
      socket.on('error', () => {}).end('HTTP/1.1 400 secret-of-the-inside\r\n\r\n'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await setProvider(open.site, port);
    const speaks = await open.site.manage('POST', path, { to: 'ada@example.com' });
    await new Promise((resolve) => other.close(resolve));
    const shut = await open.site.manage('POST', path, { to: 'ada@example.com' });
    assert.deepEqual(speaks.body, shut.body);
    assert.equal(shut.body.because, 'No mail server can be reached at this address and port');
  });
});
