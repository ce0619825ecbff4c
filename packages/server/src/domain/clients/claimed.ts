// The client that a request claims to be from, with the verdict about its assertion: what `authenticate` judges by. For every
// endpoint of the back channel (TOK-15).

import type { TenantHost, TenantId } from '../../schema/brand.ts';
import type { Database, Transaction } from '../../storage/store.ts';
import { type AssertionVerdict, claimedIssuer, verifyAssertion } from '../keys/assertion.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import type { Authentication } from './authenticate.ts';
import type { ClientFacts } from './facts.ts';
import { findClient } from './find.ts';
import type { Presented } from './presented.ts';

export interface Claimed {
  readonly client: ClientFacts | undefined;
  /** There when an assertion was presented by a client that authenticates so. */
  readonly verdict: AssertionVerdict | undefined;
}

/** Finds the client and verifies its assertion, whose audience must be `issuer`. `now` in ms. Decides nothing. @throws StoreUnavailable */
export async function loadClaimed(
  { database, snapshot }: { readonly database: Database; readonly snapshot: Snapshot },
  { tenant, issuer, host }: { readonly tenant: TenantId; readonly issuer: string; readonly host: TenantHost },
  presented: Presented,
  now: number,
): Promise<Claimed> {
  const clientId = presented.kind === 'assertion' ? claimedIssuer(presented.assertion) : presented.clientId;
  const client = clientId === undefined ? undefined : await findClient(database, snapshot, tenant, clientId, host);
  if (presented.kind !== 'assertion' || client?.method.kind !== 'private_key_jwt')
    return { client, verdict: undefined };
  const expected = { clientId: client.clientId, audience: issuer, now };
  return { client, verdict: await verifyAssertion(presented.assertion, client.method.keys, expected) };
}

/** Uses up the `jti` of the client's assertion, if it sent one: `false` if it was used before, anywhere. */
export async function useAssertion(
  tx: Transaction,
  { client, jti }: Authentication & { readonly kind: 'authenticated' },
): Promise<boolean> {
  return !jti || (await tx.claim({ kind: 'client_assertion', key: `${client.clientId} ${jti.id}` }, jti.expiresAt));
}
