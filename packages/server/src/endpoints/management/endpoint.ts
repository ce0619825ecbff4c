// The Management API: one more API of the tenant, with its own identifier and scopes, below `/api/v2`.

import { connectionTable } from '../../domain/connections/find.ts';
import { userGrants } from '../../domain/issuing/user-tables.ts';
import { signingKeys as keyTable } from '../../domain/keys/ring.ts';
import {
  botDetection,
  branding,
  breachedPasswordDetection,
  bruteForceProtection,
  captcha,
  clientCredentials,
  clientGrants,
  clients,
  connectionProfiles,
  connections,
  grants,
  managementScopes,
  organizations,
  phoneProviderProtection,
  prompts,
  resourceServers,
  roles,
  suspiciousIpThrottling,
  tenantSettings,
  userAttributeProfiles,
} from '../../resources/index.ts';
import { tableOf } from '../../schema/collection.ts';
import type { DeclaredTable } from '../../storage/tables.ts';
import { type Ask, json, type Route } from '../../web/exchange.ts';
import { collectionRoutes, type Offered } from './collection-routes.ts';
import type { Caller, ManagementDeps } from './context.ts';
import { createGuard, type Guard } from './guard.ts';
import { openapi } from './openapi.ts';
import type { Machinery } from './operation.ts';
import { singletonRoutes } from './singleton-routes.ts';
import { untoldReads } from './user-reads.ts';
import { captchaVerbs } from './verbs/captcha.ts';
import { clientCredentialVerbs } from './verbs/client-credentials.ts';
import { clientGrantVerbs } from './verbs/client-grants.ts';
import { clientVerbs } from './verbs/clients.ts';
import { connectionClientRoutes } from './verbs/connection-clients.ts';
import { connectionRoutes, connectionVerbs } from './verbs/connections.ts';
import { deviceCredentialRoutes, deviceCredentialTable } from './verbs/device-credentials.ts';
import { emailProviderRoutes } from './verbs/email-provider.ts';
import { emailTemplateRoutes } from './verbs/email-templates.ts';
import { emailTrialRoutes } from './verbs/email-trial.ts';
import { grantLinks } from './verbs/grant-links.ts';
import { grantRoutes, grantVerbs } from './verbs/grants.ts';
import { jobRoutes } from './verbs/jobs.ts';
import { logRoutes } from './verbs/logs.ts';
import { organizationRoutes, organizationVerbs } from './verbs/organizations.ts';
import { connectionProfileVerbs, templateRoutes } from './verbs/profiles.ts';
import { refreshTokenRoutes } from './verbs/refresh-tokens.ts';
import { resourceServerVerbs } from './verbs/resource-servers.ts';
import { roleRoutes, roleTable, roleVerbs } from './verbs/roles.ts';
import { rotateSecretRoute } from './verbs/rotate-secret.ts';
import { sessionRoutes } from './verbs/sessions.ts';
import { signingKeyRoutes } from './verbs/signing-keys.ts';
import { statsRoutes } from './verbs/stats.ts';
import { tenantSettingsVerbs } from './verbs/tenant-settings.ts';
import { ticketRoutes } from './verbs/tickets.ts';
import { tokenExplanationRoutes } from './verbs/token-explanations.ts';
import { tokenPreviewRoutes } from './verbs/token-previews.ts';
import { userBlockRoutes } from './verbs/user-blocks.ts';
import { userRoleRoutes } from './verbs/user-roles.ts';
import { userSearchRoutes } from './verbs/user-search.ts';
import { userRoutes } from './verbs/users.ts';

export type { ManagementDeps } from './context.ts';

/** Every table that the Management API writes. */
export const managementTables: readonly DeclaredTable[] = [
  tableOf(resourceServers),
  tableOf(clients),
  tableOf(clientCredentials),
  tableOf(clientGrants),
  connectionTable,
  tableOf(organizations),
  grantLinks,
  tableOf(connectionProfiles),
  tableOf(userAttributeProfiles),
  roleTable,
  deviceCredentialTable,
];

/** Every route of the Management API. With `trusted` they ask for no token: for the program itself, never to be mounted. */
export function managementRoutes(deps: ManagementDeps): Route[] {
  const machinery: Machinery = {
    deps,
    guard: deps.trusted ? trustAll : createGuard(deps),
    untold: untoldReads(),
    certificate: certificateOf(deps),
  };
  const clientTable = tableOf(clients);
  const parent: NonNullable<Offered<typeof clientCredentials.fields>['parent']> = {
    exists: async (reads, id) => (await reads.get(clientTable, id)) !== undefined,
    missing: clients.errors.missing,
  };
  return [
    ...collectionRoutes({ declared: resourceServers, verbs: resourceServerVerbs }, machinery),
    ...collectionRoutes({ declared: clients, verbs: clientVerbs }, machinery),
    rotateSecretRoute(machinery),
    ...collectionRoutes({ declared: clientCredentials, verbs: clientCredentialVerbs, parent }, machinery),
    ...collectionRoutes({ declared: clientGrants, verbs: clientGrantVerbs }, machinery),
    ...collectionRoutes({ declared: connections, verbs: connectionVerbs }, machinery),
    ...connectionRoutes(machinery),
    ...connectionClientRoutes(machinery),
    ...collectionRoutes({ declared: organizations, verbs: organizationVerbs }, machinery),
    ...organizationRoutes(machinery),
    ...templateRoutes(machinery),
    ...collectionRoutes({ declared: connectionProfiles, verbs: connectionProfileVerbs }, machinery),
    ...collectionRoutes({ declared: userAttributeProfiles, verbs: {} }, machinery),
    ...singletonRoutes({ declared: tenantSettings, verbs: tenantSettingsVerbs }, machinery),
    ...singletonRoutes({ declared: branding, verbs: {} }, machinery),
    ...singletonRoutes({ declared: prompts, verbs: {} }, machinery),
    ...singletonRoutes({ declared: bruteForceProtection, verbs: {} }, machinery),
    ...singletonRoutes({ declared: suspiciousIpThrottling, verbs: {} }, machinery),
    ...singletonRoutes({ declared: breachedPasswordDetection, verbs: {} }, machinery),
    ...singletonRoutes({ declared: botDetection, verbs: {} }, machinery),
    ...singletonRoutes({ declared: captcha, verbs: captchaVerbs }, machinery),
    ...singletonRoutes({ declared: phoneProviderProtection, verbs: {} }, machinery),
    ...collectionRoutes({ declared: roles, verbs: roleVerbs }, machinery),
    ...roleRoutes(machinery),
    ...userSearchRoutes(machinery),
    ...userRoutes(machinery),
    ...userRoleRoutes(machinery),
    ...ticketRoutes(machinery),
    ...userBlockRoutes(machinery),
    ...emailProviderRoutes(machinery),
    ...emailTrialRoutes(machinery),
    ...emailTemplateRoutes(machinery),
    ...jobRoutes(machinery),
    ...sessionRoutes(machinery),
    ...refreshTokenRoutes(machinery),
    ...deviceCredentialRoutes(machinery),
    ...grantRoutes(machinery),
    ...collectionRoutes({ declared: grants, verbs: grantVerbs, table: userGrants }, machinery),
    ...signingKeyRoutes(machinery),
    ...logRoutes(machinery),
    ...statsRoutes(machinery),
    ...tokenPreviewRoutes(machinery),
    ...tokenExplanationRoutes(machinery),
    // Public: it holds no secret, and tools want it before they have a token.
    {
      method: 'GET',
      path: '/api/v2/openapi.json',
      family: 'management',
      handle: (ask) =>
        json(200, openapi(ask.issuer), { 'cache-control': 'public, max-age=3600', 'access-control-allow-origin': '*' }),
    },
  ];
}

/** The program itself, with every scope. */
const ourselves: Caller = {
  clientId: 'countersign',
  clientName: 'Countersign',
  scopes: new Set(managementScopes.map(({ value }) => value)),
};
const trustAll: Guard = async () => ourselves;

/** The certificate of the key that signs now, from the tenant's snapshot. */
function certificateOf(deps: ManagementDeps): Machinery['certificate'] {
  return (ask: Ask) =>
    deps.snapshot.get(ask.tenant, 'signing_certificate', '', { evenStale: true, lasting: true }, async () => {
      const [row] = await deps.database.store(ask.tenant).all(keyTable, { alg: 'RS256', state: 'current' });
      return row && { value: { cert: row.cert, pkcs7: row.pkcs7 }, from: [`${keyTable.name}/*`] };
    });
}
