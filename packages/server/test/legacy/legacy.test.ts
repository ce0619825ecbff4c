// Endpoints of old Auth0 (auth0-behaviour §41): refused in the documented words, with a way forward; and the guide that leads there,
// whose requests are run as they stand.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { peopled } from '../support/people.ts';
import { answerIn, walk } from '../support/relying-party.ts';
import { type Reply, serveHere } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';

const rows: readonly [method: string, path: string, status: number, error: string, event: string, anchor: string][] = [
  ['POST', '/oauth/ro', 400, 'invalid_request', 'depnote', 'passwords'],
  ['POST', '/oauth/access_token', 400, 'invalid_request', 'depnote', 'social'],
  ['POST', '/delegation', 404, 'endpoint_disabled', 'fd', 'delegation'],
  ['POST', '/tokeninfo', 404, 'endpoint_disabled', 'depnote', 'tokeninfo'],
  ['GET', '/user/ssodata', 404, 'endpoint_disabled', 'depnote', 'sessions'],
  ['GET', '/ssodata', 404, 'endpoint_disabled', 'depnote', 'sessions'],
  ['POST', '/passwordless/verify', 404, 'endpoint_disabled', 'depnote', 'passwordless'],
  ['POST', '/users/auth0%7C1/impersonate', 404, 'endpoint_disabled', 'depnote', 'impersonation'],
  ['POST', '/login/unlink', 404, 'endpoint_disabled', 'depnote', 'identities'],
];

describe('what is no more', () => {
  let served: Awaited<ReturnType<typeof serveHere>>;
  let site: ReturnType<typeof peopled<Awaited<ReturnType<typeof serveHere>>>>;
  before(async () => {
    served = await serveHere();
    site = peopled(served);
  });
  after(() => served.stop());

  test('A-37: /oauth/ro and its like are refused, say where to go on, and log what replaces them without what was sent', async () => {
    const client = await site.webClient();
    const form = { client_id: client.id, username: 'somebody', password: 'canary-password', id_token: 'canary-token' };
    const body = new URLSearchParams(form).toString();
    const page = await site.send('GET', '/docs/migrate-from-id-tokens');
    assert.equal(page.status, 200);
    for (const [method, path, status, error, type, anchor] of rows) {
      const reply =
        method === 'POST'
          ? await site.send('POST', path, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body })
          : await site.send('GET', `${path}?${body}`);
      assert.deepEqual([reply.status, reply.body.error], [status, error], path);
      if (status === 400) assert.equal(reply.body.error_description, `OIDC conformant clients cannot use ${path}`);
      assert.equal(reply.headers.get('link'), `<${site.issuer}docs/migrate-from-id-tokens#${anchor}>; rel="help"`);
      assert.ok(page.text.includes(`id="${anchor}"`), anchor);
      await served.house.logs.flush();
      const { body: events } = await site.manage('GET', `/logs?q=type:${type}&sort=date:-1`);
      assert.equal(events[0].client_id, client.id, path);
      assert.ok(events[0].details.instead.length > 20 && events[0].details.help.includes(anchor));
      assert.ok(!JSON.stringify(events).includes('canary'));
    }
  });

  test('bodies of any kind are refused alike', async () => {
    for (const [type, body] of [
      ['application/json', '{"id_token":{}}'],
      ['application/json', '{'],
      ['text/plain', 'x'],
      ['application/x-www-form-urlencoded', 'a=%ff&a=1'],
      ['application/octet-stream', ''],
    ] as const) {
      const reply = await site.send('POST', '/tokeninfo', { headers: { 'content-type': type }, body });
      assert.deepEqual([reply.status, reply.body.error], [404, 'endpoint_disabled']);
    }
  });

  test('the requests of docs/migrate-from-id-tokens.md do what it says', async () => {
    const guide = await readFile(new URL('../../../../docs/migrate-from-id-tokens.md', import.meta.url), 'utf8');
    const { body } = await site.token({
      grant_type: 'client_credentials',
      client_id: site.admin.clientId,
      client_secret: site.admin.clientSecret,
      audience: `https://${site.host}/api/v2/`,
    });
    const known: Record<string, string> = { ISSUER: site.issuer, TOKEN: body.access_token };
    const filled = (text: string) =>
      text.replace(/\$\{?([A-Z_]+)\}?/g, (_, name) => known[name] ?? assert.fail(`nobody set $${name}`));
    const person = await site.user();
    let run = 0;
    for (const [, kind = '', keeps = '', text = ''] of guide.matchAll(/```(sh|http) after ?(.*)\n([\s\S]*?)```/g)) {
      run++;
      if (kind === 'http') {
        const url = filled(text.trim().replace(/^GET /, ''));
        const ending = await walk(userAgent(), url, { person });
        assert.equal(ending.kind, 'client', ending.view.text);
        known.CODE = answerIn(ending.view)?.params.code ?? '';
        continue;
      }
      const reply = await curl(filled(text.trim().replaceAll('\\"', '\u0001')));
      assert.ok(reply.status === 200 || reply.status === 201, `${text}\n${reply.status} ${reply.text}`);
      for (const pair of keeps.split(' ').filter(Boolean)) {
        const [name = '', member = ''] = pair.split('=');
        known[name] = String(reply.body[member]);
      }
    }
    assert.equal(run, 8);
    const token = JSON.parse(Buffer.from((known.ACCESS_TOKEN ?? '').split('.')[1] ?? '', 'base64url').toString());
    assert.deepEqual([token.aud[0], token.scope], ['https://orders.example.com/', 'openid profile read:orders']);
  });

  /** What curl would send: one URL, `-H`, `-d` (joined by `&`, which makes it a POST). */
  function curl(command: string): Promise<Reply> {
    const words = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) =>
      (a ?? b ?? c ?? '').replaceAll('\u0001', '"'),
    );
    assert.equal(words.shift(), 'curl');
    const headers: Record<string, string> = {};
    const data: string[] = [];
    let url = '';
    while (words.length > 0) {
      const word = words.shift() ?? '';
      if (word === '-H') {
        const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(words.shift() ?? '') ?? [];
        headers[name.toLowerCase()] = value;
      } else if (word === '-d') data.push(words.shift() ?? '');
      else url = word;
    }
    assert.ok(url.startsWith(site.issuer));
    headers['content-type'] ??= data.length > 0 ? 'application/x-www-form-urlencoded' : 'text/plain';
    const path = `/${url.slice(site.issuer.length)}`;
    return site.send(data.length > 0 ? 'POST' : 'GET', path, {
      headers,
      ...(data.length > 0 ? { body: data.join('&') } : {}),
    });
  }
});
