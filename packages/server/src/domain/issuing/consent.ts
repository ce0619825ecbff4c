// Consent (auth0-behaviour §7): whether a user must be asked, and what was said before. The decision is pure; what was
// given is kept once for a user, a client and an API, and only ever grows until somebody deletes it.

import { randomBytes } from 'node:crypto';
import type { Prompt } from '../../oauth/authorization-request.ts';
import { dashboardClientId } from '../../resources/index.ts';
import type { Reads, Transaction } from '../../storage/store.ts';
import { users } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { TraceEntry } from '../logs/event.ts';
import type { Consent, UserTarget } from './user-authorization.ts';
import { userGrants } from './user-tables.ts';

/** What is stored as the audience of a consent to /userinfo, whatever the host. */
export const USERINFO = 'urn:countersign:userinfo';

export interface ConsentAsk {
  readonly client: ClientFacts;
  readonly target: UserTarget;
  readonly scopes: readonly string[];
  readonly prompt: readonly Prompt[];
  readonly consented: ReadonlySet<string> | undefined;
}

/**
 * Whether the user must be asked (§7.1, CON-2, CON-3), with the reason. A callback that cannot be verified does not count here:
 * it gets a confirmation page of its own (§7.4). Pure.
 */
export function judgeConsent(ask: ConsentAsk): { readonly consent: Consent; readonly entry: TraceEntry } {
  const { client, target, scopes, consented } = ask;
  const needed = (because: string) =>
    ({ consent: { kind: 'needed', scopes }, entry: { rule: 'consent', because } }) as const;
  const settled = (kind: 'stored' | 'skipped', because: string) =>
    ({ consent: { kind }, entry: { rule: 'consent', because } }) as const;
  if (client.clientId === dashboardClientId && !ask.prompt.includes('consent'))
    return settled('skipped', 'the dashboard is a part of this server');
  if (ask.prompt.includes('consent')) return needed('the request asks for it (prompt=consent)');
  if (client.firstParty && target.kind === 'userinfo')
    return settled('skipped', 'a first-party client may know who signs in without asking');
  if (client.firstParty && target.kind === 'api' && target.api.skipsConsent) {
    return settled(
      'skipped',
      'the API lets first-party clients skip it (skip_consent_for_verifiable_first_party_clients)',
    );
  }
  if (consented === undefined) return needed('the user has not consented to this client yet');
  const more = scopes.filter((scope) => !consented.has(scope));
  if (more.length > 0) return needed(`the user consented before, but not to: ${more.join(' ')}`);
  return settled('stored', 'the user consented to all of it before');
}

/** The scopes that a user let a client have; `undefined` when it was never asked. `audience`: as stored; none means /userinfo. */
export async function consentOf(
  reads: Pick<Reads, 'find'>,
  user_id: string,
  client_id: string,
  audience: string | undefined,
): Promise<ReadonlySet<string> | undefined> {
  const row = await reads.find(userGrants, { user_id, clientID: client_id, audience: audience ?? USERINFO });
  return row && new Set(row.scope);
}

/**
 * Keeps what a user consented to, besides what it consented to before. `audience`: the API's identifier as stored; none
 * means /userinfo. `false` if the user is gone: then nothing is kept. Does not check the scopes.
 */
export async function storeConsent(
  tx: Transaction,
  given: {
    readonly user_id: string;
    readonly client_id: string;
    readonly audience: string | undefined;
    readonly scopes: readonly string[];
  },
): Promise<boolean> {
  const { user_id, client_id: clientID, scopes } = given;
  const audience = given.audience ?? USERINFO;
  // Two tabs may consent at once: the user's row serialises them, so that the second sees the first and adds to it.
  if (!(await tx.lock(users, user_id))) return false;
  const before = await tx.find(userGrants, { user_id, clientID, audience });
  if (!before) {
    const id = randomBytes(12).toString('hex');
    await tx.insert(userGrants, { id, clientID, user_id, audience, scope: [...new Set(scopes)] });
    return true;
  }
  const scope = [...new Set([...before.scope, ...scopes])];
  if (scope.length > before.scope.length) await tx.replace(userGrants, { ...before, scope });
  return true;
}
