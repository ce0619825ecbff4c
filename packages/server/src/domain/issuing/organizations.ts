// What decisions need to know of an organization, and which client grants belong to which organizations
// (auth0-behaviour CC-8, §34.6). The Management API writes the links, the token endpoint reads them.

import type { Table } from '../../schema/table.ts';
import { quotaOf, type TokenQuota, type TokenQuotaRow } from '../clients/facts.ts';

export interface OrganizationFacts {
  readonly id: string;
  /** Lower case, unique in the tenant. */
  readonly name: string;
  /** Its own quota of machine tokens; the tenant's default is not in it. */
  readonly quota: TokenQuota | undefined;
}

/** The members of an organization's row that matter here. */
export interface OrganizationRow {
  readonly id: string;
  readonly name: string;
  readonly token_quota?: TokenQuotaRow | undefined;
}

/** Facts from an organization's row. */
export function organizationFacts(row: OrganizationRow): OrganizationFacts {
  return { id: row.id, name: row.name, quota: quotaOf(row.token_quota, undefined) };
}

/** A client grant that may be used for an organization. */
export interface GrantLink {
  /** `ORGANIZATION GRANT`: one link a pair. */
  readonly id: string;
  readonly organization_id: string;
  readonly grant_id: string;
}

export const grantLinks: Table<GrantLink> = {
  name: 'organization_client_grants',
  id: 'id',
  columns: ['organization_id', 'grant_id'],
  unique: [],
  secrets: [],
  watched: true,
};

/** The link of a pair. */
export function linkOf(organizationId: string, grantId: string): GrantLink {
  return { id: `${organizationId} ${grantId}`, organization_id: organizationId, grant_id: grantId };
}
