// Which organization a machine's token is for (auth0-behaviour CC-8, §34.6): the one that the request names, or the
// client's default where the client grant requires one. Without either nothing is looked up.

import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { GrantFacts } from '../../domain/issuing/api-facts.ts';
import type { OrganizationFacts } from '../../domain/issuing/organizations.ts';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import { printable } from '../../web/params.ts';

/** Look-ups of organizations, bound to a tenant. */
export interface OrganizationLookups {
  /** Whether requests may name organizations by name, and tokens carry the name. */
  readonly organizationNames: boolean;
  organization(by: { readonly id: string } | { readonly name: string }): Promise<OrganizationFacts | undefined>;
  /** Whether the client grant was associated with the organization. */
  isAssociated(organizationId: string, grantId: string): Promise<boolean>;
}

/** The organization that is meant, as far as it exists. */
export interface NamedOrganization {
  /** As sent or configured. */
  readonly value: string;
  readonly from: 'organization' | 'default_organization';
  /** `undefined`: no such organization, or a name where names are not taken. */
  readonly facts: OrganizationFacts | undefined;
  readonly associated: boolean;
  readonly namesAllowed: boolean;
}

/** Ids begin so, and no organization may be named so: a value is the one or the other, never both. */
const isId = (value: string) => value.startsWith('org_');

/** Gathers what `judgeOrganization` needs. `undefined`: none is meant, or the grant lets none be named. Reads only. */
export async function loadOrganization(
  asked: string | undefined,
  client: ClientFacts,
  grant: GrantFacts,
  lookups: OrganizationLookups,
): Promise<NamedOrganization | undefined> {
  if (grant.organizationUsage === 'deny') return undefined;
  const fallback = grant.organizationUsage === 'require' ? client.defaultOrganization : undefined;
  const value = asked ?? fallback;
  if (value === undefined) return undefined;
  const { organizationNames: namesAllowed } = lookups;
  const named = { value, from: asked === undefined ? 'default_organization' : 'organization', namesAllowed } as const;
  if (!isId(value) && !namesAllowed) return { ...named, facts: undefined, associated: false };
  const facts = await lookups.organization(isId(value) ? { id: value } : { name: value.toLowerCase() });
  const associated = facts !== undefined && (await lookups.isAssociated(facts.id, grant.id));
  return { ...named, facts, associated };
}

export type OrganizationVerdict =
  | { readonly kind: 'none'; readonly because?: string }
  | { readonly kind: 'organization'; readonly organization: OrganizationFacts; readonly because: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * Whether the token may be for the organization that is meant. An organization that does not exist and one that the grant
 * is not associated with are answered alike, so that a client cannot find out names; the log tells them apart.
 * An organization's `third_party_client_access` is not asked: it is about logins, and an association is explicit. Pure.
 */
export function judgeOrganization(
  asked: string | undefined,
  named: NamedOrganization | undefined,
  client: ClientFacts,
  grant: GrantFacts,
): OrganizationVerdict {
  if (asked !== undefined && grant.organizationUsage === 'deny') {
    return refused(
      'malformed',
      'parameter organization is not allowed for this client',
      `client grant ${grant.id} has organization_usage "deny"; change it with PATCH /api/v2/client-grants/${grant.id}`,
    );
  }
  if (!named) {
    switch (grant.organizationUsage) {
      case 'deny':
        return { kind: 'none' };
      case 'allow':
        return { kind: 'none', because: `no organization was named, which client grant ${grant.id} lets be` };
      case 'require':
        return refused(
          'malformed',
          'parameter organization is required for this client',
          `client grant ${grant.id} has organization_usage "require", and the client has no default_organization; send organization=<id of an organization>`,
        );
    }
  }
  const { facts } = named;
  const meant = `${named.from} names ${printable(named.value)}`;
  if (!facts && !isId(named.value) && !named.namesAllowed) {
    return refused(
      'malformed',
      'parameter organization must be an organization id',
      `${meant}, which is no id (org_...), and the tenant setting allow_organization_name_in_authentication_api is off`,
    );
  }
  // Third-party clients never profit from it (CC-8), however their grant came to say so.
  const any = grant.anyOrganization && client.firstParty;
  if (!facts) {
    const description = any ? 'The organization does not exist' : 'The client is not associated with this organization';
    return refused(
      'policy',
      description,
      `${meant}, and no organization has this ${isId(named.value) ? 'id' : 'name'}`,
    );
  }
  const { id, name } = facts;
  if (named.associated || any) {
    const how = named.associated ? 'is associated with' : 'may be used for, as for any organization';
    return {
      kind: 'organization',
      organization: facts,
      because: `${named.from} names ${id} (${name}), which client grant ${grant.id} ${how}`,
    };
  }
  const never = grant.anyOrganization ? '; a third-party client cannot use allow_any_organization' : '';
  return refused(
    'policy',
    'The client is not associated with this organization',
    `${named.from} names ${id} (${name}), which client grant ${grant.id} is not associated with; associate them with POST /api/v2/organizations/${id}/client-grants {"grant_id":"${grant.id}"}${never}`,
  );
}

function refused(kind: 'malformed' | 'policy', description: string, because: string): OrganizationVerdict {
  return { kind: 'refused', refusal: refuse(kind, description, because) };
}
