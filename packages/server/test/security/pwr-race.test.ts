// PWR-02: one link, twenty passwords that arrive together at two nodes. One of them is the password afterwards, and the others were
// told so. COUNTERSIGN_ROUNDS=1000 runs a thousand links.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Nodes, twoNodes } from '../support/nodes.ts';
import { rounds as asked } from '../support/oracles.ts';
import { type Client, goodPassword } from '../support/people.ts';
import { race } from '../support/race.ts';
import { ticket } from '../support/recovery.ts';
import { walk } from '../support/relying-party.ts';
import { engines } from '../support/running.ts';
import { request } from '../support/sockets.ts';

const rounds = process.env.COUNTERSIGN_ROUNDS === undefined ? 2 : asked;
const racers = 20;
const host = 'auth.example.test';

for (const engine of engines) {
  describe(`a link between two nodes on ${engine}`, () => {
    let nodes: Nodes;
    let client: Client;
    before(async () => {
      nodes = await twoNodes(engine);
      client = await nodes.first.webClient();
      // Each round fails at some logins on purpose, and all of them come from here.
      const stage = { 'pre-login': { max_attempts: 100_000 } };
      const changed = await nodes.first.manage('PATCH', '/attack-protection/suspicious-ip-throttling', { stage });
      assert.equal(changed.status, 200, changed.text);
    });
    after(() => nodes.stop());

    test(`PWR-02: of ${racers} parallel uses of one link one changes the password`, async () => {
      for (let round = 0; round < rounds; round++) {
        const person = await nodes.first.user();
        const { pathname, search } = new URL(await ticket(nodes.first, 'password-change', { user_id: person.userId }));
        const shownPage = await nodes.call(round % 2, `${pathname}${search}`);
        const csrf = /name="csrf" value="([^"]*)"/.exec(shownPage.html)?.[1] ?? '';
        const passwords = Array.from({ length: racers }, (_, index) => `${goodPassword}-${round}-${index}`);
        const replies = await race(
          nodes.ports,
          passwords.map((password) =>
            request(
              `POST ${pathname}${search} HTTP/1.1`,
              [`Host: ${host}`, 'Content-Type: application/x-www-form-urlencoded'],
              new URLSearchParams({ csrf, password, repeated: password }).toString(),
            ),
          ),
        );
        const statuses = replies.map((reply) => reply?.status ?? 0);
        const told = `round ${round}: ${statuses.join(' ')}`;
        const winner = statuses.indexOf(200);
        assert.equal(statuses.filter((status) => status === 200).length, 1, told);
        assert.ok(
          statuses.every((status) => status === 200 || status === 400),
          told,
        );
        const logIn = async (password: string, node: 0 | 1) => {
          const ending = await walk(nodes.browserOf(node), nodes.url(client), { person: { ...person, password } });
          return ending.kind === 'client';
        };
        assert.ok(await logIn(passwords[winner] ?? '', 1), `${told}: the winner's password logs in`);
        const loser = (winner + 1 + (round % (racers - 1))) % racers;
        assert.ok(!(await logIn(passwords[loser] ?? '', 0)), `${told}: no other does`);
        assert.ok(!(await logIn(person.password, 0)), `${told}: nor the one before`);
      }
    });
  });
}
