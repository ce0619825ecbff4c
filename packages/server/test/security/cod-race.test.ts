// COD-02, COD-03 and TWO-08: one code, twenty redemptions that arrive together at two nodes. One token set comes out, and
// since the others are replays, it is worth nothing afterwards. COUNTERSIGN_ROUNDS=1000 runs a thousand codes.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Nodes, twoNodes } from '../support/nodes.ts';
import { rounds as asked } from '../support/oracles.ts';
import type { Api, Client } from '../support/people.ts';
import { race } from '../support/race.ts';
import { pkce, walk } from '../support/relying-party.ts';
import { engines } from '../support/running.ts';
import type { UserAgent } from '../support/user-agent.ts';

const rounds = process.env.COUNTERSIGN_ROUNDS === undefined ? 4 : asked;
const racers = 20;

for (const engine of engines) {
  describe(`a code between two nodes on ${engine}`, () => {
    let nodes: Nodes;
    let client: Client;
    let api: Api;
    let browser: UserAgent;
    before(async () => {
      nodes = await twoNodes(engine);
      [client, api] = await Promise.all([nodes.first.publicClient(), nodes.first.api()]);
      browser = nodes.browser();
      const person = await nodes.first.user();
      const ending = await walk(browser, nodes.url(client, pkceParams(pkce())), { person });
      assert.equal(ending.kind, 'client', ending.view.text);
    });
    after(() => nodes.stop());

    const pkceParams = ({ challenge }: { challenge: string }) => ({
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });

    /** A fresh code by silent authentication; every second one buys a JWT, the others an opaque token. */
    async function code(number: number) {
      const proof = pkce();
      const audience = number % 2 === 0 ? { audience: api.audience } : {};
      const params = { ...pkceParams(proof), prompt: 'none', scope: 'openid read:patients', ...audience };
      const ending = await walk(browser, nodes.url(client, params));
      assert.ok(ending.kind === 'client' && ending.params.code, ending.view.text);
      return {
        grant_type: 'authorization_code',
        client_id: client.id,
        code: ending.params.code,
        redirect_uri: client.callback,
        code_verifier: proof.verifier,
      };
    }

    test(`COD-02: ${racers} parallel redemptions of a code give one token set, and the replay revokes it`, async () => {
      for (let round = 0; round < rounds; round++) {
        const form = await code(round);
        const replies = await race(
          nodes.ports,
          Array.from({ length: racers }, () => nodes.tokenRequest(form)),
        );
        const shown = `round ${round}: ${replies.map((reply) => reply?.status ?? 'none').join(' ')}`;
        const won = replies.filter((reply) => reply?.status === 200);
        assert.equal(won.length, 1, shown);
        for (const reply of replies) {
          if (reply?.status === 200) continue;
          assert.equal(reply?.status, 403, shown);
          assert.equal(JSON.parse(reply.body).error, 'invalid_grant', shown);
        }
        const bought = JSON.parse(won[0]?.body ?? '{}').access_token;
        for (const node of [0, 1]) {
          const info = await nodes.call(node, '/userinfo', undefined, { authorization: `Bearer ${bought}` });
          assert.equal(info.status, 401, `${shown}: what was bought still opens /userinfo at node ${node}`);
        }
      }
    });

    test('a code that is redeemed once keeps what it bought, on both nodes', async () => {
      for (const number of [0, 1]) {
        const form = await code(number);
        const reply = await nodes.call(number, '/oauth/token', form);
        assert.equal(reply.status, 200, reply.html);
        const { access_token } = JSON.parse(reply.html);
        for (const node of [0, 1]) {
          const info = await nodes.call(node, '/userinfo', undefined, { authorization: `Bearer ${access_token}` });
          assert.equal(info.status, 200, `node ${node}`);
        }
      }
    });
  });
}
