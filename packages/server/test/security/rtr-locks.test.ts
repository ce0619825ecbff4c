// RTR-05: whoever ends several refresh tokens of a user at once, against all others who do or use them, at two nodes over
// PostgreSQL. Every answer is decided, nothing is left over, and nobody waits for a deadlock to be found: locks have one order.
// COUNTERSIGN_ROUNDS=20 runs twenty users of each.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Nodes, twoNodes } from '../support/nodes.ts';
import { rounds } from '../support/oracles.ts';
import type { Api, Client, Person } from '../support/people.ts';
import { walk } from '../support/relying-party.ts';
import type { UserAgent } from '../support/user-agent.ts';

const lasting = { rotation_type: 'non-rotating', expiration_type: 'non-expiring' };
const rotating = { rotation_type: 'rotating', expiration_type: 'expiring' };

interface Answered {
  readonly what: string;
  readonly status: number;
  readonly text: string;
}
/** Somebody with refresh tokens, and what may be done with those. */
interface Holder {
  readonly person: Person;
  readonly client: Client;
  readonly tokens: readonly string[];
}

describe('locks of refresh tokens between two nodes on postgres', () => {
  let nodes: Nodes;
  let apis: readonly [Api, Api];
  before(async () => {
    nodes = await twoNodes('postgres');
    // Asked for consent, so that there are grants to delete.
    const asking = { allow_offline_access: true, skip_consent_for_verifiable_first_party_clients: false };
    apis = [await nodes.first.api(asking), await nodes.first.api(asking)];
    await nodes.first.tenant({ flags: { revoke_refresh_token_grant: true } });
  });
  after(() => nodes.stop());

  const form = ({ client }: Holder, more: Readonly<Record<string, string>>) => ({
    client_id: client.id,
    client_secret: client.secret ?? '',
    ...more,
  });

  async function refreshToken(client: Client, person: Person, browser: UserAgent, api: Api, first: boolean) {
    const scope = 'openid offline_access read:patients';
    const params = { scope, audience: api.audience, ...(first ? {} : { prompt: 'none' }) };
    const ending = await walk(browser, nodes.url(client, params), { person });
    assert.ok(ending.kind === 'client' && ending.params.code, ending.view.text);
    const reply = await nodes.call(0, '/oauth/token', {
      grant_type: 'authorization_code',
      client_id: client.id,
      client_secret: client.secret ?? '',
      code: ending.params.code,
      redirect_uri: client.callback,
    });
    const { refresh_token } = JSON.parse(reply.html);
    assert.ok(refresh_token, reply.html);
    return String(refresh_token);
  }

  /** Tokens that do not rotate, of a client that rotates by now; by turns for one of `at`. */
  async function holder(count: number, at: readonly Api[]): Promise<Holder> {
    const [client, person] = [await nodes.first.webClient({ refresh_token: lasting }), await nodes.first.user()];
    // Of the node that has heard of the client already.
    const browser = nodes.browserOf(0);
    const tokens: string[] = [];
    for (let i = 0; i < count; i++) {
      const api = at[i % at.length] ?? apis[0];
      tokens.push(await refreshToken(client, person, browser, api, i < at.length));
    }
    const reply = await nodes.first.manage('PATCH', `/clients/${client.id}`, { refresh_token: rotating });
    assert.equal(reply.status, 200, reply.text);
    // The other node hears of it within a second.
    await sleep(1500);
    return { person, client, tokens };
  }

  const at = (index: number) => (index % 2 === 0 ? nodes.first : nodes.second);
  const userPath = ({ person }: Holder) => `/users/${encodeURIComponent(person.userId)}`;
  async function called(what: string, index: number, path: string, body: Readonly<Record<string, string>>) {
    const { status, html } = await nodes.call(index % 2, path, body);
    return { what, status, text: html };
  }
  const refreshes = (who: Holder) =>
    who.tokens.map((refresh_token, index) =>
      called('refresh', index, '/oauth/token', form(who, { grant_type: 'refresh_token', refresh_token })),
    );
  const revocations = (who: Holder) =>
    who.tokens.map((token, index) => called('revoke', index + 1, '/oauth/revoke', form(who, { token })));
  async function managed(index: number, method: string, path: string, body?: object): Promise<Answered> {
    const { status, text } = await at(index).manage(method, path, body);
    return { what: `${method} ${path}`, status, text };
  }
  async function listed(path: string, name?: string): Promise<Record<string, unknown>[]> {
    const { status, body, text } = await nodes.first.manage('GET', path);
    assert.equal(status, 200, text);
    return name === undefined ? body : body[name];
  }
  const living = (who: Holder) => listed(`${userPath(who)}/refresh-tokens`, 'tokens');

  /** All answers are decisions; in one line, for messages. */
  function decided(answers: readonly Answered[]): string {
    const shown = answers.map(({ what, status }) => `${what}: ${status}`).join('; ');
    for (const { what, status, text } of answers) {
      assert.ok(status < 500, `${text}; ${shown}`);
      if (what === 'refresh' && status !== 200) assert.equal(JSON.parse(text).error, 'invalid_grant', text);
      if (what === 'revoke') assert.ok(status === 200 || status === 401, `${text}; ${shown}`);
    }
    return shown;
  }
  async function refusedEverywhere(who: Holder, answers: readonly Answered[], shown: string) {
    const brought = answers.flatMap(({ what, status, text }) =>
      what === 'refresh' && status === 200 ? [String(JSON.parse(text).refresh_token)] : [],
    );
    for (const later of await Promise.all(refreshes({ ...who, tokens: [...who.tokens, ...brought] })))
      assert.ok(later.status === 401 || later.status === 403, `${later.status} ${later.text}; ${shown}`);
  }

  for (let round = 0; round < rounds; round++) {
    test('eight tokens that are the first to rotate: one goes on, and the others have ended', async () => {
      const who = await holder(8, [apis[0]]);
      const answers = await Promise.all(refreshes(who));
      const shown = decided(answers);
      const won = answers.filter(({ status }) => status === 200);
      assert.equal(won.length, 1, shown);
      const [left, ...others] = await living(who);
      assert.equal(left?.rotating, true, shown);
      assert.deepEqual(others, [], shown);
      const successor = JSON.parse(won[0]?.text ?? '{}').refresh_token;
      const next = form(who, { grant_type: 'refresh_token', refresh_token: successor });
      assert.equal((await nodes.call(1, '/oauth/token', next)).status, 200, shown);
    });

    test('six tokens given back at once with the consent: all of it is gone', async () => {
      const who = await holder(6, [apis[0]]);
      const answers = await Promise.all(revocations(who));
      const shown = decided(answers);
      assert.deepEqual(await living(who), [], shown);
      assert.deepEqual(await listed(`/grants?user_id=${encodeURIComponent(who.person.userId)}`), [], shown);
      await refusedEverywhere(who, answers, shown);
    });

    test('refreshed, given back, and taken away in every way at once, while the password is changed', async () => {
      const who = await holder(6, apis);
      const user = encodeURIComponent(who.person.userId);
      const grants = await listed(`/grants?user_id=${user}`);
      const families = await living(who);
      const sessions = await listed(`${userPath(who)}/sessions`, 'sessions');
      assert.deepEqual([grants.length, families.length, sessions.length], [2, 6, 1]);
      const ids = families.map(({ id }) => String(id));
      const answers = await Promise.all([
        ...refreshes(who),
        ...revocations(who),
        managed(0, 'DELETE', `/grants?user_id=${user}`),
        ...grants.map(({ id }, index) => managed(index, 'DELETE', `/grants/${id}`)),
        managed(1, 'DELETE', `${userPath(who)}/refresh-tokens`),
        managed(0, 'POST', '/refresh-tokens/revoke', { ids: ids.toReversed() }),
        managed(1, 'POST', '/refresh-tokens/revoke', { user_id: who.person.userId, client_id: who.client.id }),
        managed(0, 'DELETE', `/refresh-tokens/${ids[0]}`),
        managed(1, 'POST', `/sessions/${sessions[0]?.id}/revoke`),
        managed(0, 'DELETE', `${userPath(who)}/sessions`),
        managed(1, 'POST', `${userPath(who)}/revoke-access`, {}),
        managed(0, 'PATCH', userPath(who), { password: 'Another-Horse-9-Battery' }),
      ]);
      const shown = decided(answers);
      assert.deepEqual(await living(who), [], shown);
      assert.deepEqual(await listed(`/grants?user_id=${user}`), [], shown);
      assert.deepEqual(await listed(`${userPath(who)}/sessions`, 'sessions'), [], shown);
      await refusedEverywhere(who, answers, shown);
    });

    for (const change of ['the user is blocked', 'the user is removed', 'the client is removed'] as const) {
      test(`${change}, while rotation begins and tokens are given back`, async () => {
        const who = await holder(6, apis);
        const user = encodeURIComponent(who.person.userId);
        const answers = await Promise.all([
          ...refreshes(who),
          ...revocations({ ...who, tokens: who.tokens.slice(0, 2) }),
          managed(1, 'DELETE', `/grants?user_id=${user}`),
          change === 'the user is blocked'
            ? managed(0, 'PATCH', userPath(who), { blocked: true })
            : managed(0, 'DELETE', change === 'the user is removed' ? userPath(who) : `/clients/${who.client.id}`),
          change === 'the client is removed'
            ? managed(0, 'PATCH', userPath(who), { password: 'Another-Horse-9-Battery' })
            : managed(1, 'DELETE', `${userPath(who)}/sessions`),
        ]);
        const shown = decided(answers);
        // Another node knows a removed client for a moment.
        if (change === 'the client is removed') await sleep(1500);
        await refusedEverywhere(who, answers, shown);
        if (change === 'the user is blocked')
          assert.deepEqual(await listed(`${userPath(who)}/sessions`, 'sessions'), [], shown);
        if (change === 'the user is removed')
          assert.equal((await nodes.first.manage('GET', userPath(who))).status, 404, shown);
        const { rows } = await asked('select 1 from refresh_families where user_id = $1', who.person.userId);
        if (change !== 'the user is blocked') assert.equal(rows.length, 0, shown);
      });
    }
  }

  /** One query to the database itself. */
  async function asked(query: string, ...values: readonly string[]): Promise<pg.QueryResult> {
    const client = new pg.Client(nodes.first.database);
    await client.connect();
    try {
      return await client.query(query, [...values]);
    } finally {
      await client.end();
    }
  }

  test('in all of this PostgreSQL found no deadlock', async () => {
    // A session tells what it counted when it ends, or seconds later.
    await Promise.all([nodes.first.end(), nodes.second.end()]);
    const theirs = `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and application_name = 'countersign'`;
    for (let left = 100; (await asked(theirs)).rows[0].count > 0; left--) {
      assert.ok(left > 0, 'sessions of the nodes stay open');
      await sleep(100);
    }
    const { rows } = await asked(
      'select deadlocks::int as deadlocks from pg_stat_database where datname = current_database()',
    );
    assert.deepEqual(rows, [{ deadlocks: 0 }]);
  });
});
