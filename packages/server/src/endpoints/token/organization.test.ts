// Which organizations are looked up for a token request: none that is not needed, or that may not be named.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientFacts } from '../../domain/clients/facts.ts';
import { type GrantRow, grantFacts } from '../../domain/issuing/api-facts.ts';
import { organizationFacts } from '../../domain/issuing/organizations.ts';
import { loadOrganization } from './organization.ts';

const loads: readonly [name: string, asked: string | undefined, row: Partial<GrantRow>, lookedUp: string][] = [
  ['nothing that is not named', undefined, { organization_usage: 'allow' }, ''],
  ['nothing that the grant denies', 'org_1', { organization_usage: 'deny' }, ''],
  ['nothing by name where ids only are taken', 'acme', { organization_usage: 'allow' }, ''],
  ['an id, and the association', 'org_1', { organization_usage: 'allow' }, 'id:org_1 link:org_1'],
  ['the default where one is required', undefined, { organization_usage: 'require' }, 'id:org_d link:org_d'],
];

for (const [name, organization, row, lookedUp] of loads) {
  test(`looked up is ${name}`, async () => {
    const seen: string[] = [];
    const withDefault = clientFacts(
      { client_id: 'CID', default_organization: { organization_id: 'org_d', flows: ['client_credentials'] } },
      [],
    );
    await loadOrganization(organization, withDefault, grantFacts({ id: 'cgr_1', ...row }), {
      organizationNames: false,
      async organization(by) {
        seen.push('id' in by ? `id:${by.id}` : `name:${by.name}`);
        return organizationFacts({ id: 'id' in by ? by.id : 'org_1', name: 'acme' });
      },
      async isAssociated(id) {
        seen.push(`link:${id}`);
        return true;
      },
    });
    assert.equal(seen.join(' '), lookedUp);
  });
}
