// The load beat of the token endpoint: what grants may look up, over the store and the snapshot. Reads only.

import { findUser } from '../../domain/accounts/find.ts';
import { findCode } from '../../domain/issuing/codes.ts';
import {
  findApi,
  findMachineGrant,
  findOrganization,
  isAssociated,
  similarIdentifiers,
} from '../../domain/issuing/find.ts';
import { findRefreshToken } from '../../domain/issuing/refresh-member.ts';
import { loadUserFacts } from '../../domain/issuing/user-facts.ts';
import { sessionOfId } from '../../domain/sessions/lifecycle.ts';
import type { TenantSettings } from '../../domain/tenants/settings.ts';
import { storedIdentifier } from '../../domain/tenants/system-apis.ts';
import type { Ask } from '../../web/exchange.ts';
import type { TokenDeps } from './endpoint.ts';
import type { TokenFacts } from './facts.ts';

/** Seconds in which callers who race get the same successor, where neither client nor tenant says otherwise. */
const defaultRaceWindow = 1;

/** The look-ups of one request. They read only; each rejects with StoreUnavailable when the store is away. */
export function factsFor(
  deps: Pick<TokenDeps, 'database' | 'snapshot' | 'now'>,
  ask: Pick<Ask, 'tenant' | 'host'>,
  settings: TenantSettings,
): TokenFacts {
  const { database, snapshot } = deps;
  return {
    async audience(audience, resource) {
      if (audience !== undefined) return { value: audience, from: 'audience' };
      if (resource !== undefined && settings.resource_parameter_profile !== 'audience')
        return { value: resource, from: 'resource' };
      return settings.default_audience ? { value: settings.default_audience, from: 'default_audience' } : undefined;
    },
    api: (identifier) => findApi(database, snapshot, ask.tenant, storedIdentifier(identifier, ask.host)),
    machineGrant: (client, api) => findMachineGrant(database, snapshot, ask.tenant, client, api),
    organizationNames: settings.allow_organization_name_in_authentication_api === true,
    organization: (by) => findOrganization(database, snapshot, ask.tenant, by),
    isAssociated: (organization, grant) => isAssociated(database, snapshot, ask.tenant, organization, grant),
    code: (code) => findCode(database.store(ask.tenant), code, deps.now()),
    refreshToken: (text) => findRefreshToken(database.store(ask.tenant), text),
    refreshWindow: { arrived: deps.now(), raceWindow: settings.refresh_race_window ?? defaultRaceWindow },
    user: (userId) => findUser(database.store(ask.tenant), userId),
    sessionAlive: async (sessionId, userId) =>
      (await sessionOfId(database.store(ask.tenant), sessionId, settings, deps.now()))?.user_id === userId,
    userFacts: (client, user, audience) =>
      loadUserFacts(deps, ask.tenant, {
        client,
        user,
        host: ask.host,
        request: audience === undefined ? {} : { audience },
      }),
    similarIdentifiers: (identifier) => similarIdentifiers(database, snapshot, ask.tenant, identifier),
  };
}
