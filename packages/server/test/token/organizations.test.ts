// Machine tokens for organizations on the wire: auth0-behaviour §11.3 CC-3, §11.5 CC-8, §34.6, and TEN-02 and TEN-10 of
// the security cases, on both engines.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import { addTenant } from '../management/tenants.ts';
import { engines, type Machine, serveHere } from '../support/running.ts';

for (const engine of engines) {
  describe(`machine tokens for organizations on ${engine}`, () => {
    let site: Awaited<ReturnType<typeof serveHere>>;
    let acme: string;
    before(async () => {
      site = await serveHere(engine);
      acme = await organization('acme');
    });
    after(() => site.stop());

    const must = async (method: string, path: string, body?: object) => {
      const reply = await site.manage(method, path, body);
      assert.ok(reply.status < 300, `${method} ${path}: ${reply.text}`);
      return reply.body;
    };
    const organization = async (name: string, more: object = {}): Promise<string> =>
      (await must('POST', '/organizations', { name, ...more })).id;
    const associate = (id: string, machine: Machine) =>
      must('POST', `/organizations/${id}/client-grants`, { grant_id: machine.grantId });
    const use = (machine: Machine, organization_usage: string, more: object = {}) =>
      must('PATCH', `/client-grants/${machine.grantId}`, { organization_usage, ...more });
    /** A machine whose client grant lets organizations be used so. */
    const machineFor = async (usage: string, client: object = {}, more: object = {}): Promise<Machine> => {
      const machine = await site.machine({ client });
      await use(machine, usage, more);
      return machine;
    };
    const ask = (machine: Machine, organization?: string) =>
      site.token({
        grant_type: 'client_credentials',
        client_id: machine.clientId,
        client_secret: machine.clientSecret,
        audience: machine.audience,
        ...(organization === undefined ? {} : { organization }),
      });
    const claims = async (machine: Machine, organization?: string) => {
      const reply = await ask(machine, organization);
      assert.equal(reply.status, 200, reply.text);
      return decodeJwt(reply.body.access_token);
    };
    const refusal = async (machine: Machine, organization?: string) => {
      const { status, body } = await ask(machine, organization);
      return [status, body.error, body.error_description];
    };
    /** The newest log event of a client. */
    const event = async (machine: Machine) => {
      await site.house.logs.flush();
      return (await site.manage('GET', `/logs?per_page=1&q=client_id:${machine.clientId}`)).body[0];
    };
    const notAllowed = [400, 'invalid_request', 'parameter organization is not allowed for this client'];
    const required = [400, 'invalid_request', 'parameter organization is required for this client'];
    const notAssociated = [403, 'access_denied', 'The client is not associated with this organization'];

    test('CC-3: the token names its organization in org_id and nothing more, and so do the log and the trace', async () => {
      const machine = await machineFor('allow');
      await associate(acme, machine);
      const { iat, exp, ...rest } = await claims(machine, acme);
      assert.deepEqual(rest, {
        iss: site.issuer,
        sub: `${machine.clientId}@clients`,
        aud: machine.audience,
        scope: 'read:x write:x',
        org_id: acme,
        gty: 'client-credentials',
        azp: machine.clientId,
      });
      const logged = await event(machine);
      assert.deepEqual([logged.type, logged.organization_id, logged.organization_name], ['seccft', acme, 'acme']);
      const reason = logged.details.trace.find(({ rule }: { rule: string }) => rule === 'organization');
      assert.match(reason.because, new RegExp(`${acme} \\(acme\\), which client grant ${machine.grantId}`));
      assert.equal((await claims(machine)).org_id, undefined, 'one that is not asked for is not there');
      assert.equal((await event(machine)).organization_id, null);
    });

    test('CC-3: every dialect carries org_id', async () => {
      for (const dialect of ['access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz']) {
        const machine = await site.machine({ api: { token_dialect: dialect, enforce_policies: true } });
        await use(machine, 'allow');
        await associate(acme, machine);
        assert.equal((await claims(machine, acme)).org_id, acme, dialect);
      }
    });

    test('CC-8: a client grant denies organizations unless it says otherwise', async () => {
      const machine = await site.machine();
      assert.deepEqual(await refusal(machine, acme), notAllowed);
      assert.equal((await claims(machine)).org_id, undefined);
      await use(machine, 'allow');
      await associate(acme, machine);
      await use(machine, 'deny');
      assert.deepEqual(await refusal(machine, acme), notAllowed, 'also for an associated one');
    });

    test('CC-8: only associated organizations; others are answered as those that do not exist, and the log tells', async () => {
      const machine = await machineFor('allow');
      const other = await organization('other');
      assert.deepEqual(await refusal(machine, other), notAssociated);
      const logged = await event(machine);
      assert.deepEqual([logged.type, logged.organization_id], ['feccft', other]);
      assert.match(logged.details.error.because, /is not associated with; associate them with POST/);
      assert.deepEqual(await refusal(machine, 'org_0000000000000000'), notAssociated);
      assert.match((await event(machine)).details.error.because, /no organization has this id/);
      assert.deepEqual(await refusal(machine, ''), await refusal(machine), 'an empty one is none');
    });

    test('CC-8: a required organization is named by the request, else by the default of the client', async () => {
      const strict = await machineFor('require');
      assert.deepEqual(await refusal(strict), required);
      const home = await organization('home');
      const default_organization = { organization_id: home, flows: ['client_credentials'] };
      const machine = await machineFor('require', { default_organization });
      assert.deepEqual(await refusal(machine), notAssociated, 'a default needs its association too');
      await associate(home, machine);
      await associate(acme, machine);
      assert.equal((await claims(machine)).org_id, home);
      assert.equal((await claims(machine, acme)).org_id, acme);
      await use(machine, 'allow');
      assert.equal((await claims(machine)).org_id, undefined, 'where none is required, the default does not count');

      await use(machine, 'require');
      await must('DELETE', `/organizations/${home}`);
      assert.deepEqual(await refusal(machine), notAssociated, 'a default that is gone');
      assert.match((await event(machine)).details.error.because, /^default_organization names .* no organization/);
      await must('PATCH', `/clients/${machine.clientId}`, { name: 'Still changeable' });
      await must('PATCH', `/clients/${machine.clientId}`, { default_organization: null });
      assert.deepEqual(await refusal(machine), required);
    });

    test('CC-8: allow_any_organization needs no association, but the organization', async () => {
      const machine = await machineFor('allow', {}, { allow_any_organization: true });
      assert.equal((await claims(machine, acme)).org_id, acme);
      const missing = await refusal(machine, 'org_0000000000000000');
      assert.deepEqual(missing, [403, 'access_denied', 'The organization does not exist']);
      await use(machine, 'allow', { allow_any_organization: false });
      assert.deepEqual(await refusal(machine, acme), notAssociated);
    });

    test('CC-8: a third-party client uses associated organizations only, also by the default grant of third parties', async () => {
      const api = await site.machine();
      const client = await must('POST', '/clients', {
        name: 'Of somebody else',
        is_first_party: false,
        grant_types: ['client_credentials'],
      });
      const grant = { default_for: 'third_party_clients', audience: api.audience, scope: ['read:x'] };
      const any = { ...grant, organization_usage: 'allow', allow_any_organization: true };
      assert.equal((await site.manage('POST', '/client-grants', any)).status, 400);
      const { id } = await must('POST', '/client-grants', { ...grant, organization_usage: 'allow' });
      const machine = { ...api, clientId: client.client_id, clientSecret: client.client_secret, grantId: id };
      assert.deepEqual(await refusal(machine, acme), notAssociated);
      await associate(acme, machine);
      assert.equal((await claims(machine, acme)).org_id, acme);
    });

    test('ORG-2, ORG-7: names are taken and put into tokens only where the tenant says so', async () => {
      const machine = await machineFor('allow');
      await associate(acme, machine);
      const names = 'allow_organization_name_in_authentication_api';
      const byName = [400, 'invalid_request', 'parameter organization must be an organization id'];
      assert.deepEqual(await refusal(machine, 'acme'), byName);
      await must('PATCH', '/tenants/settings', { [names]: true });
      for (const name of ['acme', 'ACME', acme]) {
        const { org_id, org_name } = await claims(machine, name);
        assert.deepEqual([org_id, org_name], [acme, 'acme'], name);
      }
      await must('PATCH', `/organizations/${acme}`, { name: 'renamed' });
      assert.deepEqual(await refusal(machine, 'acme'), notAssociated);
      assert.equal((await claims(machine, 'renamed')).org_name, 'renamed');
      const successor = await organization('acme');
      assert.deepEqual(await refusal(machine, 'acme'), notAssociated, 'a name taken over is another organization');
      await must('DELETE', `/organizations/${successor}`);
      await must('PATCH', `/organizations/${acme}`, { name: 'acme' });
      await must('PATCH', '/tenants/settings', { [names]: false });
      assert.equal((await claims(machine, acme)).org_name, undefined);
    });

    test('TEN-10: what is taken away works no longer, at once', async () => {
      const machine = await machineFor('allow');
      const id = await organization('leaving');
      const path = `/organizations/${id}/client-grants/${machine.grantId}`;
      await associate(id, machine);
      await claims(machine, id);
      await must('DELETE', path);
      assert.deepEqual(await refusal(machine, id), notAssociated);
      await associate(id, machine);
      await claims(machine, id);
      await must('DELETE', `/organizations/${id}`);
      assert.deepEqual(await refusal(machine, id), notAssociated);
      assert.equal((await site.manage('GET', path.replace(/\/[^/]+$/, ''))).status, 404);
    });

    test('TEN-02: an organization of another tenant is as none', async () => {
      const tenant = await addTenant(site, 'tenant-of-others');
      const theirs = (await tenant.manage('POST', '/organizations', { name: 'theirs' })).body.id;
      const machine = await machineFor('allow', {}, { allow_any_organization: true });
      assert.equal((await refusal(machine, theirs))[0], 403);
      const link = await site.manage('POST', `/organizations/${theirs}/client-grants`, { grant_id: machine.grantId });
      assert.equal(link.status, 404);
      assert.equal((await tenant.manage('GET', `/organizations/${theirs}/client-grants`)).body.length, 0);
    });

    test('§11.5: an organization has a quota of its own, beside that of each client', async () => {
      const quota = { client_credentials: { per_day: 2 } };
      const id = await organization('counted', { token_quota: quota });
      const token_quota = { client_credentials: { per_day: 9 } };
      const one = await machineFor('allow', { token_quota });
      const two = await machineFor('allow');
      await associate(id, one);
      await associate(id, two);
      const left = (reply: { headers: Headers }, whose: string) =>
        /r=(\d+)/.exec(reply.headers.get(`auth0-${whose}-quota-limit`) ?? '')?.[1];
      const first = await ask(one, id);
      assert.deepEqual([left(first, 'client'), left(first, 'organization')], ['8', '1']);
      const second = await ask(two, id);
      assert.deepEqual([left(second, 'client'), left(second, 'organization')], [undefined, '0']);
      const over = await Promise.all([ask(one, id), ask(two, id), ask(one, id)]);
      for (const reply of over) {
        assert.equal(reply.status, 429);
        assert.deepEqual(reply.body, {
          error: 'too_many_requests',
          error_description: 'Organization quota exceeded',
        });
        assert.equal(left(reply, 'organization'), '0');
        assert.ok(Number(reply.headers.get('retry-after')) > 0);
      }
      assert.equal((await event(one)).organization_id, id);
      assert.equal(left(await ask(one), 'client'), '7', 'what the organization refused did not count for the client');
    });

    test('§11.5: the quota of the tenant counts where an organization has none', async () => {
      const clients = { client_credentials: { per_day: 100 } };
      const organizations = { client_credentials: { per_day: 1 } };
      const machine = await machineFor('allow', {}, { allow_any_organization: true });
      const [first, second] = [await organization('first'), await organization('second')];
      await must('PATCH', '/tenants/settings', { default_token_quota: { clients, organizations } });
      const statuses = async (...ids: string[]) => {
        const seen: number[] = [];
        for (const id of ids) seen.push((await ask(machine, id)).status);
        return seen;
      };
      assert.deepEqual(await statuses(first, first, second), [200, 429, 200], 'each organization counts by itself');
      await must('PATCH', '/tenants/settings', { default_token_quota: null });
    });
  });
}
