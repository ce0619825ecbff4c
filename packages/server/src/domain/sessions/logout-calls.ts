// Which clients are told that a session ended, and what they are told (OpenID Connect Back-Channel Logout 1.0 §2.5, auth0-behaviour
// BCL-1 to BCL-3). Left as jobs, one for each address: a client that is away must not keep the others waiting.

import { clients } from '../../resources/index.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Transaction } from '../../storage/store.ts';
import { backchannelOf, type SessionEnd } from '../clients/backchannel.ts';
import { enqueue, type JobKind } from '../jobs/job.ts';
import type { Session } from './session.ts';

/** One call to one client. Names nothing that a client does not know from its ID token. */
export interface LogoutCall {
  readonly client_id: string;
  readonly url: string;
  /** Of the ID tokens that the client got in the session. */
  readonly issuer: string;
  readonly user_id: string;
  readonly session_id: string;
  readonly why: SessionEnd;
  readonly session_metadata?: Readonly<Record<string, string>>;
}

/**
 * Ten attempts within about three quarters of an hour: a deployment of the client, or its night of trouble, is no reason to
 * leave its users logged in.
 */
export const logoutCalls: JobKind<LogoutCall> = {
  name: 'backchannel-logout',
  attempts: 10,
  longestMs: 6_000,
  pause: { first: 5_000, most: 1_800_000 },
  atOnce: 8,
};

const clientTable = tableOf(clients);

/** Leaves the calls for sessions that end in this transaction. `now` in ms. */
export async function leaveLogoutCalls(
  tx: Transaction,
  ended: readonly Session[],
  why: SessionEnd,
  now: number,
): Promise<void> {
  const ids = [...new Set(ended.flatMap((session) => session.clients.map(({ client_id }) => client_id)))];
  if (ids.length === 0) return;
  const rows = new Map((await tx.all(clientTable, { client_id: ids })).map((row) => [row.client_id, row]));
  for (const session of ended) {
    for (const { client_id, issuer } of session.clients) {
      const row = rows.get(client_id);
      const channel = row && backchannelOf(row);
      // Without an issuer it is a session of a version that did not note it; the client could not verify what we say.
      if (!channel?.hears(why) || issuer === undefined) continue;
      const { id: session_id, user_id, session_metadata } = session;
      const told = channel.metadata && session_metadata ? { session_metadata } : {};
      for (const url of channel.urls)
        await enqueue(tx, logoutCalls, { client_id, url, issuer, user_id, session_id, why, ...told }, now);
    }
  }
}
