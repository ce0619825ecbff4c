// BRU-02 and BRU-04: a hundred guesses that arrive together at two nodes, by both doors. No more of them are ever looked at than
// the limit says, wherever in the crowd the right one is. COUNTERSIGN_ROUNDS=50 runs fifty crowds an engine.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Nodes, twoNodes } from '../support/nodes.ts';
import { rounds as asked } from '../support/oracles.ts';
import { type Client, connection, type Person } from '../support/people.ts';
import { race } from '../support/race.ts';
import { engines } from '../support/running.ts';

const rounds = process.env.COUNTERSIGN_ROUNDS === undefined ? 2 : asked;
const guesses = 100;
const limit = 10;

for (const engine of engines) {
  describe(`a crowd of guesses at two nodes on ${engine}`, () => {
    let nodes: Nodes;
    let client: Client;
    before(async () => {
      nodes = await twoNodes(engine);
      client = await nodes.first.webClient({
        grant_types: ['authorization_code', 'http://auth0.com/oauth/grant-type/password-realm'],
      });
      const stage = { 'pre-login': { max_attempts: 100_000 } };
      await nodes.first.manage('PATCH', '/attack-protection/suspicious-ip-throttling', { stage });
    });
    after(() => nodes.stop());

    const grantForm = (person: Person, password: string) => ({
      grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
      client_id: client.id,
      client_secret: client.secret ?? '',
      realm: connection,
      // All spellings share the counter.
      username: password.length % 2 === 0 ? person.email : ` ${person.email.toUpperCase()} `,
      password,
    });
    /** How many passwords were looked at: each that was wrong left an event, and each that was right a login. */
    const lookedAt = async (person: Person) => {
      // Both nodes write what they logged within a second.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const q = encodeURIComponent(`user_id:"${person.userId}" AND type:(fp OR s OR sepft)`);
      const { body } = await nodes.first.manage('GET', `/logs?q=${q}&per_page=100`);
      const types = (body as { type: string }[]).map(({ type }) => type);
      return types.filter((type) => ['fp', 's', 'sepft'].includes(type)).length;
    };

    test(`BRU-02: of ${guesses} at once, no more than ${limit} are looked at, and none succeeds beyond`, async () => {
      for (let round = 0; round < rounds; round++) {
        const person = await nodes.first.user();
        const right = (round * 37) % guesses;
        const replies = await race(
          nodes.ports,
          Array.from({ length: guesses }, (_, index) =>
            nodes.tokenRequest(grantForm(person, index === right ? person.password : `wrong ${index}`)),
          ),
        );
        const statuses = replies.map((reply) => reply?.status ?? 0);
        const count = (status: number) => statuses.filter((one) => one === status).length;
        const shown = `round ${round}, the right one at ${right}: ${statuses.join(' ')}`;
        assert.equal(count(200) + count(403) + count(429), guesses, shown);
        assert.ok(count(200) <= 1, shown);
        assert.ok(count(200) + count(403) <= limit + count(200), shown);
        assert.equal(await lookedAt(person), count(200) + count(403), shown);
        if (count(200) === 1) continue;
        assert.equal(count(403), limit, shown);
        for (const node of [0, 1]) {
          const late = await nodes.call(node, '/oauth/token', grantForm(person, person.password));
          assert.equal(late.status, 429, `${shown}; afterwards at node ${node}`);
        }
      }
    });

    test('BRU-04: the pages and the grant share one counter', async () => {
      const person = await nodes.first.user();
      for (let time = 0; time < limit; time++) {
        if (time % 2 === 0) {
          const reply = await nodes.call(time % 4 === 0 ? 0 : 1, '/oauth/token', grantForm(person, `wrong ${time}`));
          assert.equal(reply.status, 403, reply.html);
          continue;
        }
        const browser = nodes.browser();
        const form = await browser.settle(await browser.load(nodes.url(client)));
        const view = await browser.submit(form, { username: person.email, password: `wrong ${time}` });
        assert.equal(view.status, 400, view.text);
      }
      const browser = nodes.browser();
      const form = await browser.settle(await browser.load(nodes.url(client)));
      const page = await browser.submit(form, { username: person.email, password: person.password });
      assert.equal(page.status, 429);
      assert.equal((await nodes.call(0, '/oauth/token', grantForm(person, person.password))).status, 429);
    });
  });
}
