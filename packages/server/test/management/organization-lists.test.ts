// Lists of organizations and of their client grants by both paginations, and what goes away together, on both engines.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { grantLinks } from '../../src/endpoints/management/verbs/grant-links.ts';
import type { TenantId } from '../../src/schema/brand.ts';
import { engines, serveHere } from '../support/running.ts';

for (const engine of engines) {
  describe(`lists of organizations on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    const made: string[] = [];
    before(async () => {
      site = await serveHere(engine);
      for (const name of ['one', 'two', 'three', 'four', 'five'])
        made.push((await site.manage('POST', '/organizations', { name })).body.id);
    });
    after(() => site.stop());
    const names = (rows: readonly { name: string }[]) => rows.map(({ name }) => name);
    const links = () => site.house.database.store('default' as TenantId).all(grantLinks);
    const associated = async (organization: string) => {
      const machine = await site.machine();
      await site.manage('PATCH', `/client-grants/${machine.grantId}`, { organization_usage: 'allow' });
      const reply = await site.manage('POST', `/organizations/${organization}/client-grants`, {
        grant_id: machine.grantId,
      });
      assert.equal(reply.status, 201, reply.text);
      return machine;
    };

    test('pages are bare, or wrapped when totals are asked for; fields are picked', async () => {
      assert.deepEqual(names((await site.manage('GET', '/organizations?page=1&per_page=2')).body), ['three', 'four']);
      const { organizations, ...around } = (
        await site.manage('GET', '/organizations?page=2&per_page=2&include_totals=true&fields=name')
      ).body;
      assert.deepEqual(around, { total: 5, start: 4, limit: 2 });
      assert.deepEqual(organizations, [{ name: 'five' }]);
    });

    test('a walk by checkpoints sees each once, also while others are made, and ends without next', async () => {
      const seen: string[] = [];
      let path = '/organizations?take=2&include_totals=true';
      for (let step = 0; step < 10; step++) {
        const { organizations, next, ...rest } = (await site.manage('GET', path)).body;
        assert.deepEqual(rest, {}, 'take wins over include_totals');
        seen.push(...names(organizations));
        if (step === 0) await site.manage('POST', '/organizations', { name: 'six' });
        if (next === undefined) break;
        path = `/organizations?take=2&from=${encodeURIComponent(next)}`;
      }
      assert.deepEqual(seen, ['one', 'two', 'three', 'four', 'five', 'six']);
      assert.equal((await site.manage('GET', '/organizations?from=nonsense')).status, 400);
    });

    test('the organizations of a grant are listed by pages and by checkpoints', async () => {
      const machine = await associated(made[0] ?? '');
      for (const id of made.slice(1))
        await site.manage('POST', `/organizations/${id}/client-grants`, { grant_id: machine.grantId });
      const path = `/client-grants/${machine.grantId}/organizations`;
      const { organizations, ...around } = (
        await site.manage('GET', `${path}?page=1&per_page=2&include_totals=true&fields=name`)
      ).body;
      assert.deepEqual(around, { start: 2, limit: 2, total: 5 });
      assert.deepEqual(organizations, [{ name: 'three' }, { name: 'four' }]);
      const first = (await site.manage('GET', `${path}?take=3`)).body;
      const second = (await site.manage('GET', `${path}?take=3&from=${encodeURIComponent(first.next)}`)).body;
      assert.deepEqual(names([...first.organizations, ...second.organizations]), [
        'one',
        'two',
        'three',
        'four',
        'five',
      ]);
      assert.equal(second.next, undefined);
      assert.equal((await site.manage('GET', `${path}?from=nonsense`)).status, 400);
      assert.equal((await site.manage('GET', '/client-grants/cgr_nothing/organizations')).status, 404);
      await site.manage('DELETE', `/clients/${machine.clientId}`);
    });

    test('a link goes with the grant, the client, the API and the organization', async () => {
      const [id = ''] = made;
      for (const removal of ['client-grants', 'clients', 'resource-servers'] as const) {
        const machine = await associated(id);
        assert.equal((await links()).length, 1);
        const rows = {
          'client-grants': machine.grantId,
          clients: machine.clientId,
          'resource-servers': machine.api.id,
        };
        assert.equal((await site.manage('DELETE', `/${removal}/${rows[removal]}`)).status, 204);
        assert.deepEqual(await links(), [], removal);
      }
      await associated(id);
      assert.equal((await site.manage('DELETE', `/organizations/${id}`)).status, 204);
      assert.deepEqual(await links(), [], 'organizations');
    });

    test('of two that take one name at once, one gets it', async () => {
      const replies = await Promise.all(
        Array.from({ length: 6 }, () => site.manage('POST', '/organizations', { name: 'wanted' })),
      );
      assert.deepEqual(replies.map(({ status }) => status).toSorted(), [201, 409, 409, 409, 409, 409]);
      const taken = await site.manage('PATCH', `/organizations/${made[1]}`, { name: 'wanted' });
      assert.deepEqual([taken.status, taken.body.errorCode], [409, 'organization_conflict']);
    });

    test('what comes with people is not there yet', async () => {
      for (const part of ['members', 'enabled_connections', 'connections', 'invitations', 'discovery-domains'])
        assert.equal((await site.manage('GET', `/organizations/${made[1]}/${part}`)).status, 404, part);
    });
  });
}
