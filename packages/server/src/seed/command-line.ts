// The client of `countersign login`, where there is one: brought back to its settings, and to a grant for what the commands need.

import { MANAGEMENT_API } from '../domain/tenants/system-apis.ts';
import {
  clientGrants,
  clients,
  commandLineClient,
  commandLineClientId,
  commandLineScopes,
} from '../resources/index.ts';
import { tableOf } from '../schema/collection.ts';
import type { Transaction } from '../storage/store.ts';

const clientTable = tableOf(clients);
const grantTable = tableOf(clientGrants);
const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The key of its grant for users, apart from the API. */
export const commandLineGrant = { client_id: commandLineClientId, subject_type: 'user' } as const;

/**
 * Makes nothing; changes what is not as it must be, whoever changed it: with a wider grant, or without the question before the
 * callback, any program on the machine of somebody who is signed in could get a token that may more. Whether something was changed.
 */
export async function keepCommandLine(tx: Transaction): Promise<boolean> {
  const client = await tx.lock(clientTable, commandLineClientId);
  if (!client) return false;
  const wanted = {
    ...commandLineClient,
    grant_types: [...commandLineClient.grant_types],
    callbacks: [...commandLineClient.callbacks],
  };
  // How it is called is the operator's.
  const { name: _name, description: _description, ...settings } = wanted;
  const moved = Object.entries(settings).some(([name, value]) => !isSame(client[name as keyof typeof client], value));
  if (moved) await tx.replace(clientTable, { ...client, ...settings });
  const grant = await tx.find(grantTable, { ...commandLineGrant, audience: MANAGEMENT_API });
  const widened = grant !== undefined && (grant.allow_all_scopes === true || !isSame(grant.scope, commandLineScopes));
  if (widened) {
    const { allow_all_scopes: _all, ...rest } = grant;
    await tx.replace(grantTable, { ...rest, scope: [...commandLineScopes] });
  }
  return moved || widened;
}
