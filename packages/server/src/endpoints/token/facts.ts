// What grants may look up while they load, bound to the tenant and host of the request.

import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { ApiFacts, GrantFacts } from '../../domain/issuing/api-facts.ts';
import type { OrganizationLookups } from './organization.ts';

export interface TokenFacts extends OrganizationLookups {
  /** Resolves the audience: `audience`, then `resource` where the tenant lets it, then the tenant's default (§23.1). */
  audience(
    audience: string | undefined,
    resource: string | undefined,
  ): Promise<{ readonly value: string; readonly from: 'audience' | 'resource' | 'default_audience' } | undefined>;
  /** The API with this identifier as sent on the wire. */
  api(identifier: string): Promise<ApiFacts | undefined>;
  machineGrant(client: ClientFacts, api: ApiFacts): Promise<GrantFacts | undefined>;
  /** For explanations only. */
  similarIdentifiers(identifier: string): Promise<readonly string[]>;
}
