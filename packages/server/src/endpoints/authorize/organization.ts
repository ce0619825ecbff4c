// The organization of a request, as far as it must be refused (auth0-behaviour §34.2). Users do not sign in to organizations
// yet, so a request that needs one is refused rather than answered with tokens that lack it.

import type { AuthorizationFacts } from '../../domain/clients/facts.ts';
import type { TenantSettings } from '../../domain/tenants/settings.ts';
import { type AuthorizationRefusal, refuseAuthorization } from '../../oauth/authorization-error.ts';
import { type Params, printable } from '../../web/params.ts';

/** Rows 10 to 14 of §4.2. */
export function judgeOrganization(
  params: Params,
  client: AuthorizationFacts,
  facts: { readonly settings: TenantSettings; readonly organizationExists: boolean },
): AuthorizationRefusal | undefined {
  const refused = (description: string, because?: string) =>
    refuseAuthorization('invalid_request', description, because);
  const organization = params.get('organization');
  const usage = client.organizationUsage;
  if (organization !== undefined) {
    if (usage === 'deny')
      return refused(
        'parameter organization is not allowed for this client',
        "the client's organization_usage is deny",
      );
    const named = !organization.startsWith('org_');
    if (named && facts.settings.allow_organization_name_in_authentication_api !== true)
      return refused('authorization request parameter organization must be an organization id');
    if (!facts.organizationExists || client.thirdParty === 'strict')
      return refused(`parameter organization is invalid: ${printable(organization)}`);
    if (params.has('invitation')) return refused('invitation not found or already used');
    return refused(
      'Signing in to an organization is not supported by this server yet',
      'the organization exists; remove the parameter organization to sign in without one',
    );
  }
  if (params.has('invitation')) return refused('parameter organization is required with an invitation');
  if (usage === 'require')
    return refused(
      'parameter organization is required for this client',
      client.organizationPrompt === 'no_prompt'
        ? "the client's organization_usage is require"
        : "the client's organization_usage is require, and pages that ask for an organization are not offered yet",
    );
  return undefined;
}
