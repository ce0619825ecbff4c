// What is special about client grants: they bind rows that must exist, and name APIs by identifiers that follow the host.

import { identifierAt, storedIdentifier } from '../../../domain/tenants/system-apis.ts';
import {
  type Client,
  type ClientGrant,
  type clientGrants,
  clients,
  type ResourceServer,
  resourceServers,
} from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import type { Transaction } from '../../../storage/store.ts';
import { badBody, type Refused } from '../problem.ts';
import { grantBeyondCaller } from './administrators.ts';
import { grantLinks } from './grant-links.ts';
import type { CollectionVerbs } from './verb.ts';

const apiTable = tableOf(resourceServers);
const clientTable = tableOf(clients);

export const clientGrantVerbs: CollectionVerbs<typeof clientGrants.fields> = {
  stored: (field, value, at) => (field === 'audience' ? storedIdentifier(value, at.host) : value),

  draft: (draft, at) => ({ kind: 'valid', value: { ...draft, audience: storedIdentifier(draft.audience, at.host) } }),

  // A list of scopes and "all of them" replace each other.
  patch: (patch) => ({
    kind: 'valid',
    value: {
      ...patch,
      ...(patch.allow_all_scopes === true && patch.scope === undefined ? { scope: null } : {}),
      ...(patch.scope && patch.scope.length > 0 && patch.allow_all_scopes === undefined
        ? { allow_all_scopes: null }
        : {}),
    },
  }),

  create: async (tx, grant, at) => {
    // Locked, so that neither goes away while the grant is made.
    const client = grant.client_id === undefined ? undefined : await tx.lock(clientTable, grant.client_id);
    const api = await lockedApi(tx, grant.audience);
    const beyond = await grantBeyondCaller(tx, at, grant);
    if (beyond) return beyond;
    return judge(grant, client, api, at.trusted) ?? { kind: 'stored', entity: grant };
  },

  update: async (tx, before, after, at) => {
    const refusal = at.trusted ? undefinedScopes(after, await lockedApi(tx, after.audience)) : undefined;
    const beyond = (await grantBeyondCaller(tx, at, before)) ?? (await grantBeyondCaller(tx, at, after));
    return refusal ?? beyond ?? { kind: 'stored', entity: after };
  },

  remove: async (tx, grant, at) => {
    const beyond = await grantBeyondCaller(tx, at, grant);
    if (beyond) return beyond;
    await tx.removeAll(grantLinks, { grant_id: grant.id });
    return undefined;
  },

  answer: (grant, { at }) => ({ ...grant, audience: identifierAt(grant.audience, at.host) }),
};

async function lockedApi(tx: Transaction, identifier: string): Promise<ResourceServer | undefined> {
  const found = await tx.find(apiTable, { identifier });
  return found && tx.lock(apiTable, found.id);
}

/** Whether a grant may be made, given what it names. Pure. */
export function judge(
  grant: ClientGrant,
  client: Client | undefined,
  api: ResourceServer | undefined,
  strict: boolean,
): Refused | undefined {
  if (grant.client_id !== undefined && (!client || client.global)) {
    return badBody(payloadMessage('The client does not exist', 'client_id'));
  }
  if (!api) return badBody(payloadMessage('The resource server does not exist', 'audience'));
  if (api.is_system && grant.default_for)
    return badBody(payloadMessage('System APIs have no default grants', 'default_for'));
  if (api.is_system && client?.third_party_security_mode === 'strict') {
    return badBody(payloadMessage('Third-party clients in strict mode cannot have grants for system APIs', 'audience'));
  }
  if (client?.third_party_security_mode && grant.allow_any_organization) {
    return badBody(payloadMessage('Third-party clients cannot be allowed any organization', 'allow_any_organization'));
  }
  return strict ? undefinedScopes(grant, api) : undefined;
}

/**
 * Scopes that the API does not define are kept, as recorded at Auth0: tools grant first and define later, and no token
 * carries a scope that its API does not define. In the operator's own file such a scope is a slip, and refused.
 */
function undefinedScopes(grant: ClientGrant, api: ResourceServer | undefined): Refused | undefined {
  const known = new Set((api?.scopes ?? []).map((scope) => scope.value));
  const unknown = (grant.scope ?? []).filter((scope) => !known.has(scope));
  if (unknown.length === 0) return undefined;
  const some = unknown.slice(0, 5).join(', ');
  return badBody(payloadMessage(`Scopes that the resource server does not define: ${some}`, 'scope'));
}
