// RTR-02 and RTR-05: one refresh token, twenty callers who arrive together at two nodes. In the window all receive the same
// successor and nobody is logged out; without a window one does, and since the others are replays, the family ends.
// COUNTERSIGN_ROUNDS=1000 runs a thousand tokens of each.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Nodes, twoNodes } from '../support/nodes.ts';
import { rounds as asked } from '../support/oracles.ts';
import type { Api, Client } from '../support/people.ts';
import { race } from '../support/race.ts';
import { pkce, walk } from '../support/relying-party.ts';
import { engines } from '../support/running.ts';
import type { RawReply } from '../support/sockets.ts';
import type { UserAgent } from '../support/user-agent.ts';

const rounds = process.env.COUNTERSIGN_ROUNDS === undefined ? 4 : asked;
const racers = 20;
const rotating = { rotation_type: 'rotating', expiration_type: 'expiring' };

for (const engine of engines) {
  describe(`a refresh token between two nodes on ${engine}`, () => {
    let nodes: Nodes;
    let client: Client;
    let patient: Client;
    let api: Api;
    let browser: UserAgent;
    before(async () => {
      nodes = await twoNodes(engine);
      [client, patient, api] = await Promise.all([
        nodes.first.publicClient({ refresh_token: rotating }),
        nodes.first.publicClient({ refresh_token: { ...rotating, leeway: 60 } }),
        nodes.first.api({ allow_offline_access: true }),
      ]);
      browser = nodes.browser();
      const person = await nodes.first.user();
      const ending = await walk(browser, nodes.url(client, challenge(pkce())), { person });
      assert.equal(ending.kind, 'client', ending.view.text);
      await nodes.first.tenant({ refresh_race_window: 0 });
      // The other node hears of it within a second.
      await sleep(1500);
    });
    after(() => nodes.stop());

    const challenge = ({ challenge: text }: { challenge: string }) => ({
      code_challenge: text,
      code_challenge_method: 'S256',
    });

    /** A fresh refresh token by silent authentication; every second one is for an API. */
    async function refreshToken(of: Client, number: number): Promise<string> {
      const proof = pkce();
      const audience = number % 2 === 0 ? { audience: api.audience } : {};
      const scope = 'openid offline_access';
      const ending = await walk(browser, nodes.url(of, { ...challenge(proof), prompt: 'none', scope, ...audience }));
      assert.ok(ending.kind === 'client' && ending.params.code, ending.view.text);
      const reply = await nodes.call(number % 2, '/oauth/token', {
        grant_type: 'authorization_code',
        client_id: of.id,
        code: ending.params.code,
        redirect_uri: of.callback,
        code_verifier: proof.verifier,
      });
      const { refresh_token } = JSON.parse(reply.html);
      assert.ok(refresh_token, reply.html);
      return refresh_token;
    }

    const form = (of: Client, token: string) => ({
      grant_type: 'refresh_token',
      client_id: of.id,
      refresh_token: token,
    });
    const together = (of: Client, token: string) =>
      race(
        nodes.ports,
        Array.from({ length: racers }, () => nodes.tokenRequest(form(of, token))),
      );
    const shownOf = (round: number, replies: readonly (RawReply | undefined)[]) =>
      `round ${round}: ${replies.map((reply) => reply?.status ?? 'none').join(' ')}`;

    async function userinfo(node: number, reply: RawReply | undefined) {
      const bearer = JSON.parse(reply?.body ?? '{}').access_token;
      return (await nodes.call(node, '/userinfo', undefined, { authorization: `Bearer ${bearer}` })).status;
    }

    test(`RTR-02: ${racers} callers of one token in its window receive one successor, which is good`, async () => {
      for (let round = 0; round < rounds; round++) {
        let token = await refreshToken(patient, round);
        // Twice in a row: also the successor of a race is a token like any other.
        for (const _ of [1, 2]) {
          const replies = await together(patient, token);
          const shown = shownOf(round, replies);
          for (const reply of replies) assert.equal(reply?.status, 200, `${shown} ${reply?.body}`);
          const successors = new Set(replies.map((reply) => JSON.parse(reply?.body ?? '{}').refresh_token));
          assert.equal(successors.size, 1, shown);
          const [successor] = successors;
          assert.notEqual(successor, token);
          assert.equal(await userinfo(round % 2, replies[0]), 200, shown);
          assert.equal(await userinfo(round % 2, replies.at(-1)), 200, shown);
          token = successor;
        }
        const next = await nodes.call(round % 2, '/oauth/token', form(patient, token));
        assert.equal(next.status, 200, next.html);
      }
    });

    test('RTR-02: without a window one of them receives a successor, and the replay ends the family', async () => {
      for (let round = 0; round < rounds; round++) {
        const replies = await together(client, await refreshToken(client, round));
        const shown = shownOf(round, replies);
        const won = replies.filter((reply) => reply?.status === 200);
        assert.equal(won.length, 1, shown);
        for (const reply of replies) {
          if (reply?.status === 200) continue;
          assert.equal(reply?.status, 403, shown);
          assert.equal(JSON.parse(reply.body).error, 'invalid_grant', shown);
        }
        const successor = JSON.parse(won[0]?.body ?? '{}').refresh_token;
        for (const node of [0, 1]) {
          const later = await nodes.call(node, '/oauth/token', form(client, successor));
          assert.equal(later.status, 403, `${shown}: a successor outlived the replay at node ${node}`);
          assert.equal(await userinfo(node, won[0]), 401, `${shown}: what it brought still opens /userinfo`);
        }
      }
    });
  });
}
