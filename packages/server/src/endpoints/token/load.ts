// The load beat of the token endpoint: what grants may look up, over the store and the snapshot. Reads only.

import { findUser } from '../../domain/accounts/find.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { mayUse } from '../../domain/connections/facts.ts';
import { type FoundRealm, findRealm } from '../../domain/connections/find.ts';
import { judgeAudience } from '../../domain/issuing/audience.ts';
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
import type { Realm, TokenFacts } from './facts.ts';

/** Seconds in which callers who race get the same successor, where neither client nor tenant says otherwise. */
const defaultRaceWindow = 1;

/** The look-ups of one request, but for the one that takes a password. They read only; each rejects with StoreUnavailable when the store is away. */
export function factsFor(
  deps: Pick<TokenDeps, 'database' | 'snapshot' | 'now'>,
  ask: Pick<Ask, 'tenant' | 'host' | 'issuer'>,
  settings: TenantSettings,
): Omit<TokenFacts, 'password'> {
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
    defaultDirectory: settings.default_directory || undefined,
    realm: async (client, name) => realmFor(client, await findRealm(database, snapshot, ask.tenant, name)),
    target: (client, audience, resource) =>
      judgeAudience(deps, ask.tenant, client, { audience, resource, host: ask.host, issuer: ask.issuer }),
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

/** What a client may do with a realm. */
function realmFor(client: ClientFacts, found: FoundRealm | undefined): Realm | undefined {
  switch (found?.kind) {
    case undefined:
      return undefined;
    case 'other':
      return { kind: 'unsupported', because: `a connection of the strategy ${found.strategy} keeps no passwords here` };
    case 'off':
      return { kind: 'hidden', because: 'the connection is switched off (authentication.active)' };
    case 'directory':
      if (mayUse(client, found.connection)) return { kind: 'usable', connection: found.connection };
      return {
        kind: 'hidden',
        because: 'the connection is not enabled for the client; enable it with PATCH /api/v2/connections/{id}/clients',
      };
  }
}
