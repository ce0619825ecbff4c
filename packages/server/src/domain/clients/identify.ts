// Who sends a request of the back channel: reads what it presents, finds the client that it names, verifies and judges. For every
// endpoint that authenticates clients, so that a check which is added here is added for all of them (RFC 6749 §2.3, TOK-9 to TOK-15).

import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { TenantHost, TenantId } from '../../schema/brand.ts';
import type { Database, Transaction } from '../../storage/store.ts';
import { claimedIssuer, verifyAssertion } from '../keys/assertion.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { type Authentication, authenticate } from './authenticate.ts';
import type { ClientFacts } from './facts.ts';
import { findClient } from './find.ts';
import { type Presented, readPresented } from './presented.ts';

/** As much of a request as authentication looks at. */
export interface ClientRequest {
  readonly tenant: TenantId;
  readonly host: TenantHost;
  /** The audience that an assertion must have. */
  readonly issuer: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Names of headers that came more than once. */
  readonly repeated: ReadonlySet<string>;
}

export interface Identified {
  /** Who the request claims to be from, proved or not; `undefined` if nobody has that id. */
  readonly claimed: ClientFacts | undefined;
  /** Whether it came with HTTP Basic, and is to be challenged with it. */
  readonly basic: boolean;
  readonly authentication: Authentication;
}

/** What a failed authentication is: the token endpoint has a code of its own for it. */
export type AuthenticationRefusal = 'client_authentication' | 'invalid_client';

interface IdentifyDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
}

/**
 * Identifies the client of a request. `params` are those of its body; `now` in ms. Writes nothing: whoever goes on spends the `jti`
 * of the assertion (`useAssertion`). Origins of browsers and what the client may do are not checked. @throws StoreUnavailable
 */
export async function identifyClient(
  deps: IdentifyDeps,
  request: ClientRequest,
  params: ReadonlyMap<string, string>,
  refusedAs: AuthenticationRefusal,
  now: number,
): Promise<Identified> {
  const refused = (refusal: Refusal): Authentication => ({
    kind: 'refused',
    refusal: refusal.kind === 'client_authentication' ? { ...refusal, kind: refusedAs } : refusal,
  });
  const nobody = (refusal: Refusal): Identified => ({
    claimed: undefined,
    basic: false,
    authentication: refused(refusal),
  });
  // Of two, a proxy in front may have believed the other.
  if (request.repeated.has('authorization')) return nobody(refuse('malformed', 'Duplicate header: authorization'));
  const read = readPresented(request.headers.authorization, (name) => params.get(name));
  if (read.kind === 'refused') return nobody(read.refusal);
  const { presented } = read;
  const { client, verdict } = await loadClaimed(deps, request, presented, now);
  const judged = authenticate(presented, client, verdict);
  return {
    claimed: client,
    basic: presented.kind === 'secret' && presented.basic,
    authentication: judged.kind === 'refused' ? refused(judged.refusal) : judged,
  };
}

/** The client that is claimed, with the verdict about its assertion if it authenticates with one. Decides nothing. */
async function loadClaimed(
  { database, snapshot }: IdentifyDeps,
  { tenant, issuer, host }: ClientRequest,
  presented: Presented,
  now: number,
) {
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

/** The refusal of an assertion that was used before (RFC 7523 §3): whoever finds out while spending answers with it. */
export function assertionReused(refusedAs: AuthenticationRefusal): Refusal {
  const because = 'the jti of the client assertion was used before; each assertion buys one answer';
  return refuse(refusedAs, 'Unauthorized', because);
}
