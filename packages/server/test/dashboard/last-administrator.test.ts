// Two administrators who take the role away from each other, at two nodes over one store, at the same moment: one of them stays, round
// after round, however each does it. COUNTERSIGN_ROUNDS=10 plays ten times as many rounds.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { adminRole } from '../support/administration.ts';
import { type Nodes, twoNodes } from '../support/nodes.ts';
import { rounds } from '../support/oracles.ts';
import type { Client, Person } from '../support/people.ts';
import { race } from '../support/race.ts';
import { pkce, walk } from '../support/relying-party.ts';
import { engines } from '../support/running.ts';
import { request } from '../support/sockets.ts';

const role = { roles: [adminRole] };

for (const engine of engines) {
  describe(`the last administrator, with two nodes on ${engine}`, () => {
    let nodes: Nodes;
    let audience: string;
    let machine: string;
    let app: Client;
    before(async () => {
      nodes = await twoNodes(engine, ['--dashboard']);
      const { first, issuer } = nodes;
      audience = `https://${new URL(issuer).host}/api/v2/`;
      app = await first.webClient();
      const grant = {
        client_id: app.id,
        audience: `https://${first.host}/api/v2/`,
        subject_type: 'user',
        allow_all_scopes: true,
      };
      assert.equal((await first.manage('POST', '/client-grants', grant)).status, 201);
      const { clientId: client_id, clientSecret: client_secret } = first.admin;
      machine = await tokenFor({ grant_type: 'client_credentials', client_id, client_secret, audience });
    });
    after(() => nodes.stop());

    async function tokenFor(form: Record<string, string>): Promise<string> {
      const reply = await nodes.call(0, '/oauth/token', form);
      assert.equal(reply.status, 200, reply.html);
      return JSON.parse(reply.html).access_token;
    }
    /** A token of this user for the Management API. */
    async function tokenOf(person: Person): Promise<string> {
      const { verifier, challenge } = pkce();
      const scope = 'openid read:users update:users delete:users update:roles';
      const asked = { scope, audience, code_challenge: challenge, code_challenge_method: 'S256' };
      const ending = await walk(nodes.browser(), nodes.url(app, asked), { person });
      assert.ok(ending.kind === 'client' && ending.params.code, ending.view.text);
      return tokenFor({
        grant_type: 'authorization_code',
        client_id: app.id,
        client_secret: app.secret ?? '',
        redirect_uri: app.callback,
        code: ending.params.code,
        code_verifier: verifier,
      });
    }
    async function administrators(count: number): Promise<Person[]> {
      const people = await Promise.all(Array.from({ length: count }, () => nodes.first.user()));
      for (const { userId } of people)
        assert.equal((await nodes.first.manage('POST', `/users/${userId}/roles`, role)).status, 204);
      return people;
    }

    type Attempt = readonly [method: string, path: string, body?: object];
    const takes = ({ userId }: Person): Attempt => ['DELETE', `/users/${userId}/roles`, role];
    const blocks = ({ userId }: Person): Attempt => ['PATCH', `/users/${userId}`, { blocked: true }];
    const deletes = ({ userId }: Person): Attempt => ['DELETE', `/users/${userId}`];
    const ways = [takes, blocks, deletes];

    /** Both at once, each at a node of its own; the statuses, sorted. */
    async function both(attempts: readonly (readonly [token: string, ...Attempt])[]): Promise<number[]> {
      const replies = await race(
        nodes.ports,
        attempts.map(([token, method, path, body]) =>
          request(
            `${method} /api/v2${path} HTTP/1.1`,
            [`Host: ${new URL(nodes.issuer).host}`, `Authorization: Bearer ${token}`, 'Content-Type: application/json'],
            body ? JSON.stringify(body) : '{}',
          ),
        ),
      );
      return replies.map((reply) => reply?.status ?? 0).toSorted();
    }
    /** Who holds the role and can sign in. */
    async function left(): Promise<string[]> {
      const { body } = await nodes.first.manage('GET', `/roles/${adminRole}/users`);
      const rows = await Promise.all(
        body.map(({ user_id }: { user_id: string }) => nodes.first.manage('GET', `/users/${user_id}`)),
      );
      return rows.filter((row) => row.body.blocked !== true).map((row) => row.body.user_id);
    }
    /** Nobody is left over for the next round but whoever stayed, who goes when others hold the role. */
    async function onlyThese(people: readonly Person[]): Promise<void> {
      const keep = new Set(people.map(({ userId }) => userId));
      const { body } = await nodes.first.manage('GET', `/roles/${adminRole}/users`);
      for (const { user_id } of body)
        if (!keep.has(user_id)) assert.equal((await nodes.first.manage('DELETE', `/users/${user_id}`)).status, 204);
    }

    test('of two who take the role from each other one stays, and the other is told why', async () => {
      const people = await administrators(2);
      await onlyThese(people);
      const [one, two] = people as [Person, Person];
      const [ones, twos] = [await tokenOf(one), await tokenOf(two)];
      for (let round = 0; round < 25 * rounds; round++) {
        const [done, refused] = await both([
          [ones, ...takes(two)],
          [twos, ...takes(one)],
        ]);
        assert.equal(done, 204, `round ${round}: ${done} ${refused}`);
        // The loser is the last one, or is none any more when its turn comes.
        assert.ok(refused === 409 || refused === 403, `round ${round}: ${refused}`);
        const stayed = await left();
        assert.equal(stayed.length, 1, `round ${round}`);
        for (const { userId } of people)
          if (!stayed.includes(userId))
            assert.equal((await nodes.first.manage('POST', `/users/${userId}/roles`, role)).status, 204);
      }
    });

    test('whether the role is taken, the user blocked or deleted, by whomever: one stays', async () => {
      for (let round = 0; round < 9 * rounds; round++) {
        const people = await administrators(2);
        await onlyThese(people);
        const [one, two] = people as [Person, Person];
        const [first, second] = [ways[round % 3], ways[Math.floor(round / 3) % 3]];
        assert.ok(first && second);
        const [done, refused] = await both([
          [machine, ...first(one)],
          [machine, ...second(two)],
        ]);
        const told = `round ${round}, ${first.name} and ${second.name}: ${done} ${refused}`;
        assert.ok(done === 200 || done === 204, told);
        assert.equal(refused, 409, told);
        assert.equal((await left()).length, 1, told);
      }
    });

    test('a role that is given this very moment counts before another one is taken', async () => {
      for (let round = 0; round < 9 * rounds; round++) {
        const [stays] = await administrators(1);
        assert.ok(stays);
        await onlyThese([stays]);
        const third = await nodes.first.user();
        const end = ways[round % 3];
        assert.ok(end);
        // Of those who take, whoever comes before the gift finds the only one or nobody.
        const statuses = await both([
          [machine, 'POST', `/users/${third.userId}/roles`, role],
          [machine, ...takes(stays)],
          [machine, ...end(third)],
        ]);
        assert.ok(
          statuses.every((status) => status < 500 && status > 0),
          `round ${round}: ${statuses}`,
        );
        assert.ok((await left()).length >= 1, `round ${round}, ${end.name}: ${statuses}`);
      }
    });
  });
}
