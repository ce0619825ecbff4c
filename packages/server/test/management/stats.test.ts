// Statistics through the Management API: Auth0's two, in the recorded shapes, and our counts of events.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connection, peopled } from '../support/people.ts';
import { engines, type Machine, serveHere } from '../support/running.ts';

interface Series {
  readonly kind: string;
  readonly value?: string;
  readonly total: number;
  readonly counts: readonly number[];
}

for (const engine of engines) {
  describe(`statistics on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof open>>;
    const open = async () => peopled(await serveHere(engine));
    before(async () => {
      site = await open();
    });
    after(() => site.stop());

    const stats = async (path: string) => {
      await site.house.logs.flush();
      return site.manage('GET', `/stats/${path}`);
    };
    const series = async (query: string): Promise<readonly Series[]> => {
      const reply = await stats(`events?${query}`);
      assert.equal(reply.status, 200, reply.text);
      return reply.body.series;
    };
    const totalOf = async (query: string, value: string | undefined) =>
      (await series(query)).find((one) => one.value === value)?.total ?? 0;
    const tokenOf = ({ clientId, clientSecret, audience }: Machine, more: Record<string, string> = {}) =>
      site.token({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        audience,
        ...more,
      });
    const passwordClient = () =>
      site.webClient({ grant_types: ['http://auth0.com/oauth/grant-type/password-realm', 'password'] });
    const logIn = (client: { id: string; secret: string | undefined }, username: string, password: string) =>
      site.token({
        grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
        realm: connection,
        client_id: client.id,
        client_secret: client.secret ?? '',
        username,
        password,
        scope: 'openid',
      });

    test('active users are those who logged in, each once, as a bare number', async () => {
      const client = await passwordClient();
      const [one, two, never] = [await site.user(), await site.user(), await site.user()];
      const before = (await stats('active-users')).body;
      for (const user of [one, one, two]) {
        const reply = await logIn(client, user.email, user.password);
        assert.equal(reply.status, 200, reply.text);
      }
      assert.equal((await logIn(client, never.email, 'wrong')).status, 403);
      const { status, text, headers } = await stats('active-users');
      assert.deepEqual([status, text], [200, String(before + 2)]);
      assert.match(headers.get('cache-control') ?? '', /no-store/);
    });

    test('a day has its logins and sign-ups in the recorded shape, and days without any are left out', async () => {
      const client = await passwordClient();
      const user = await site.user();
      const today = new Date().toISOString().slice(0, 10);
      const ofToday = async () => (await stats('daily')).body.at(-1) ?? { logins: 0, signups: 0 };
      const before = await ofToday();
      await logIn(client, user.email, user.password);
      await logIn(client, user.email, 'wrong');
      const signup = await site.send('POST', '/dbconnections/signup', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_id: client.id,
          connection,
          email: 'new@stats.example.com',
          password: user.password,
        }),
      });
      assert.equal(signup.status, 200, signup.text);
      const after = await ofToday();
      assert.deepEqual(Object.keys(after).toSorted(), [
        'created_at',
        'date',
        'leaked_passwords',
        'leaked_passwords_signup',
        'logins',
        'signups',
        'updated_at',
      ]);
      assert.deepEqual([after.logins, after.signups], [before.logins + 1, before.signups + 1]);
      const { date, created_at: created, updated_at: updated } = after;
      assert.ok(date >= `${today}T00:00:00.000Z` && date <= created && created <= updated);
      const compact = today.replaceAll('-', '');
      assert.ok((await stats(`daily?from=${compact}`)).body.length >= 1);
      assert.deepEqual((await stats('daily?from=20010101&to=20010131')).body, []);
      const wrong = await stats('daily?from=2026-01-01');
      assert.deepEqual([wrong.status, wrong.body.errorCode], [400, 'invalid_query_string']);
    });

    test('tokens are counted by client and API, failures by cause, and all of it by type', async () => {
      const machine = await site.machine();
      for (let count = 0; count < 3; count++) assert.equal((await tokenOf(machine)).status, 200);
      await tokenOf(machine, { client_secret: 'wrong' });
      await tokenOf(machine, { audience: 'https://nothing.example.com/' });
      await site.token({ grant_type: 'client_credentials', client_id: 'invented by a stranger' });
      assert.equal(await totalOf('by=client_id&type=seccft', machine.clientId), 3);
      assert.equal(await totalOf('by=audience&type=seccft', machine.audience), 3);
      assert.equal(await totalOf(`client_id=${machine.clientId}`, 'seccft'), 3);
      assert.equal(await totalOf(`client_id=${machine.clientId}&client_id=x,y&type=feccft,s`, 'feccft'), 2);
      const causes = `by=cause&client_id=${machine.clientId}`;
      assert.equal(await totalOf(causes, 'client_authentication'), 1);
      assert.equal(await totalOf(causes, 'unknown_api'), 1);
      assert.equal(await totalOf(`audience=${encodeURIComponent(machine.audience)}`, 'seccft'), 3);
      const byClient = await series('by=client_id&limit=100');
      assert.ok(byClient.some(({ kind }) => kind === 'unknown'));
      assert.ok(!byClient.some(({ value }) => value?.includes('stranger')));
      assert.ok(!(await series('by=audience&limit=100')).some(({ value }) => value?.includes('nothing')));
    });

    test('the Management API is named as it is called at this host', async () => {
      await site.manage('POST', '/clients', { name: 'Written' });
      const identifier = `https://${site.host}/api/v2/`;
      assert.ok((await totalOf('by=audience&type=sapi', identifier)) > 0);
      assert.ok((await totalOf(`audience=${encodeURIComponent(identifier)}`, 'sapi')) > 0);
    });

    test('there are as many counts as events, and counts stay when the log is pruned', async () => {
      await site.house.logs.flush();
      const events = (await site.manage('GET', '/logs?include_totals=true&per_page=1')).body.total;
      const counts = async () => (await stats('events?interval=day')).body.total;
      assert.equal(await counts(), events);
      await site.house.database.prune(Date.now(), Date.now() + 60_000);
      assert.equal((await site.manage('GET', '/logs?include_totals=true')).body.total, 0);
      assert.ok((await counts()) >= events);
    });

    test('every step of an answer is there, whatever its length', async () => {
      const from = new Date(Date.now() - 3_600_000).toISOString();
      const { body } = await stats(`events?interval=five_minutes&from=${from}`);
      assert.equal(body.interval, 'five_minutes');
      assert.ok([12, 13].includes(body.series[0].counts.length));
      assert.equal(Date.parse(body.to) - Date.parse(body.from), body.series[0].counts.length * 300_000);
    });

    test('nobody reads them without read:stats', async () => {
      const machine = await site.machine();
      await site.manage('POST', '/client-grants', {
        client_id: machine.clientId,
        audience: `https://${site.host}/api/v2/`,
        scope: ['read:logs'],
      });
      const { body } = await tokenOf(machine, { audience: `https://${site.host}/api/v2/` });
      for (const path of ['active-users', 'daily', 'events']) {
        const headers = { authorization: `Bearer ${body.access_token}` };
        const reply = await site.send('GET', `/api/v2/stats/${path}`, { headers });
        assert.deepEqual([reply.status, reply.body.errorCode], [403, 'insufficient_scope']);
        assert.match(reply.body.message, /read:stats/);
        assert.equal((await site.send('GET', `/api/v2/stats/${path}`)).status, 401);
      }
    });
  });
}
