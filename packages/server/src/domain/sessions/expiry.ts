// Notices that a session ran out, for clients that are told so (`session-expired`). A session that ends by its times ends by
// itself, and nobody looks at it any more: so the first such client leaves a job for the moment at which it will be over.

import type { Database, Transaction } from '../../storage/store.ts';
import { type AnyJobHandler, enqueue, type JobKind, jobHandler, type Outcome } from '../jobs/job.ts';
import { settingsOf } from '../tenants/settings.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { endSession } from './ending.ts';
import { isAlive } from './lifetime.ts';
import { type Session, sessions } from './session.ts';

interface Watch {
  readonly session_id: string;
}

const watches: JobKind<Watch> = {
  name: 'session-end',
  attempts: 20,
  longestMs: 10_000,
  pause: { first: 5_000, most: 600_000 },
  atOnce: 4,
};

const endOf = (session: Session) => Date.parse(session.idle_expires_at);

/** Watches a session until it ends; a session that is watched already stays so. */
export async function watchSession(tx: Transaction, session: Session): Promise<void> {
  await enqueue(tx, watches, { session_id: session.id }, endOf(session), `session-end ${session.id}`);
}

/** Ends sessions that ran out; those that were used meanwhile are looked at again when they would be over. */
export function sessionWatch(deps: {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly now: () => number;
}): AnyJobHandler {
  return jobHandler<Watch>({
    kind: watches,
    async run({ tenant, payload }): Promise<Outcome> {
      const settings = await settingsOf(deps.database, deps.snapshot, tenant);
      return deps.database.store(tenant).transact(async (tx): Promise<Outcome> => {
        const now = deps.now();
        const session = await tx.lock(sessions, payload.session_id);
        if (!session) return { kind: 'done' };
        if (isAlive(session, settings, now)) return { kind: 'later', at: Math.max(endOf(session), now + 1_000) };
        await endSession(tx, session.id, { why: 'session-expired', now });
        return { kind: 'done' };
      });
    },
  });
}
