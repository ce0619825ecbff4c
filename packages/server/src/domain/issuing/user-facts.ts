// Gathers what `decideUser` needs: the API, the client grant, what the user holds there and consented to.

import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import type { TenantHost, TenantId } from '../../schema/brand.ts';
import { permissionsOf } from '../accounts/permissions.ts';
import type { User } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import { settingsOf } from '../tenants/settings.ts';
import { MANAGEMENT_API, storedIdentifier } from '../tenants/system-apis.ts';
import { type AudienceDeps, needsGrant } from './audience.ts';
import { consentOf } from './consent.ts';
import { findApi, findUserGrant } from './find.ts';
import type { UserFacts } from './user-authorization.ts';

/** Reads only. The request's `audience` must have been judged: absent means /userinfo. @throws StoreUnavailable */
export async function loadUserFacts(
  { database, snapshot }: AudienceDeps,
  tenant: TenantId,
  ask: {
    readonly client: ClientFacts;
    readonly request: Pick<AuthorizationRequest, 'audience'>;
    readonly user: User;
    readonly host: TenantHost;
  },
): Promise<UserFacts> {
  const { client, request, user, host } = ask;
  const store = database.store(tenant);
  const settings = await settingsOf(database, snapshot, tenant);
  const dialect = client.answerDialect ?? settings.answer_dialect ?? 'auth0';
  const { audience } = request;
  if (audience === undefined) {
    // A first-party client is never asked about /userinfo (§7.1), so nothing needs to be looked up.
    const consented = client.firstParty ? undefined : await consentOf(store, user.user_id, client.clientId, undefined);
    return { target: { kind: 'userinfo' }, grant: undefined, permissions: undefined, consented, dialect };
  }
  const api = await findApi(database, snapshot, tenant, storedIdentifier(audience, host));
  if (!api) return { target: undefined, grant: undefined, permissions: undefined, consented: undefined, dialect };
  const skips = client.firstParty && api.skipsConsent;
  // What administrators hold there, and which clients may act for them (`user-scopes.ts`).
  const manages = api.identifier === MANAGEMENT_API;
  const [grant, permissions, consented] = await Promise.all([
    needsGrant(client, api) || manages ? findUserGrant(database, snapshot, tenant, client, api) : undefined,
    api.enforcePolicies || manages ? permissionsOf(store, user.user_id, api.identifier) : undefined,
    skips ? undefined : consentOf(store, user.user_id, client.clientId, api.identifier),
  ]);
  return { target: { kind: 'api', audience, api }, grant, permissions, consented, dialect };
}
