// SEC-08: what an error gives away, at every operation of the Management API and beside it.

import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { judged, watch } from '../support/oracles.ts';
import { freshPlace, spawnServer } from '../support/running.ts';

test('SEC-08: an error says what the caller did, and nothing of where and with what it runs', async () => {
  const place = await freshPlace('postgres');
  const server = await spawnServer(place);
  const watched = await watch(server, place);
  try {
    const site = judged(server);
    const seen = new Map<number, number>();
    const names = [
      hostname(),
      place.data,
      process.version,
      'node',
      place.url === undefined ? 'countersign.db' : new URL(place.url).pathname.slice(1),
    ].filter((name) => name.length > 3);
    const look = (reply: { status: number; text: string; headers: Iterable<[string, string]> }) => {
      seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1);
      const head = [...reply.headers];
      for (const [name] of head)
        assert.ok(!['server', 'x-powered-by', 'via', 'x-runtime'].includes(name.toLowerCase()), name);
      if (reply.status < 400) return;
      for (const name of names)
        assert.ok(!`${reply.text} ${JSON.stringify(head)}`.includes(name), `${name}: ${reply.text}`);
    };
    const { body } = await site.send('GET', '/api/v2/openapi.json');
    for (const [path, verbs] of Object.entries(body.paths as Record<string, object>)) {
      for (const verb of [...Object.keys(verbs), 'get', 'put', 'delete']) {
        const url = path.replaceAll(/\{[^}]+\}/g, "no-such-thing'");
        look(
          await site.manage(
            verb.toUpperCase(),
            url,
            ['post', 'patch', 'put'].includes(verb) ? { nonsense: "'" } : undefined,
          ),
        );
        look(await site.send(verb.toUpperCase(), `/api/v2${url}`));
      }
    }
    for (const [method, path] of [
      ['GET', '/'],
      ['POST', '/oauth/token'],
      ['PUT', '/oauth/token'],
      ['GET', '/nothing'],
      ['GET', '/%ff'],
      ['GET', '/api/v2/%00'],
      ['GET', `/${'a'.repeat(20_000)}`],
    ] as const) {
      look(await site.send(method, path));
    }
    for (const status of [400, 401, 404, 405, 431])
      assert.ok(seen.has(status), `${status} was seen: ${[...seen.keys()]}`);
  } finally {
    await watched.end();
  }
});
