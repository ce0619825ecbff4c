// Calls of back-channel logout over several processes: a node that dies between two attempts is followed by another, and of
// nodes that run beside each other one makes the call.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { twoNodes } from '../support/nodes.ts';
import { peopled } from '../support/people.ts';
import { login } from '../support/relying-party.ts';
import { engines, freshPlace, spawnServer } from '../support/running.ts';
import { userAgent } from '../support/user-agent.ts';
import { type Receiver, receiver } from './receiver.ts';

const flags = ['--allow-outbound', 'localhost'];

for (const engine of engines) {
  describe(`logout calls of several processes on ${engine}`, () => {
    let rp: Receiver;
    before(async () => {
      rp = await receiver();
    });
    after(() => rp.stop());

    test('BCL-7: after a kill -9 between two attempts another process goes on with the same call', async (t) => {
      const at = await freshPlace(engine);
      t.after(() => at.clear());
      const first = await spawnServer(at, { flags });
      t.after(() => first.end('SIGKILL'));
      const site = peopled(first);
      const client = await site.webClient({ oidc_logout: { backchannel_logout_urls: [rp.url('restart')] } });
      const browser = userAgent();
      await login(site, client, {}, { browser, person: await site.user() });
      rp.answer('restart', 500);
      await browser.load(`${first.base}/v2/logout`);
      const [before] = await rp.until('restart', 1);
      // Usually what came of the attempt is written down by now; otherwise the call waits for the lease to end.
      await sleep(500);
      await first.end('SIGKILL');
      const second = await spawnServer(at, { flags });
      t.after(() => second.end());
      const [, after] = await rp.until('restart', 2);
      assert.equal(after?.claims.trace_id, before?.claims.trace_id);
      assert.equal(after?.claims.sid, before?.claims.sid);
    });

    test('SHU-05: two nodes make each call once', async (t) => {
      const nodes = await twoNodes(engine, flags);
      t.after(() => nodes.stop());
      const client = await nodes.first.webClient({ oidc_logout: { backchannel_logout_urls: [rp.url('twice')] } });
      const person = await nodes.first.user();
      const browsers = Array.from({ length: 12 }, () => nodes.browser());
      for (const browser of browsers) await login({ base: nodes.base }, client, {}, { browser, person });
      await Promise.all(browsers.map((browser) => browser.load(`${nodes.base}/v2/logout`)));
      const calls = await rp.until('twice', browsers.length);
      assert.equal(new Set(calls.map(({ claims }) => claims.sid)).size, browsers.length);
      // Longer than a node takes to see what the other left.
      await sleep(1_500);
      assert.equal(rp.of('twice').length, browsers.length);
    });
  });
}
