// The door of links that set a password. Whoever has one may have a password judged against the history, which costs up to two dozen
// hashes and does not spend the link: so what a link may cost is counted before the first hash, and judged one after the other.

import type { TenantId } from '../../schema/brand.ts';
import type { Bucket, Database, Limits } from '../../storage/store.ts';

/** Passwords that may be judged with the links of one account, over all nodes. Always in force: a link is no rate of an endpoint. */
export const linkPasswords = { capacity: 10, everyMs: 60_000 };
/** Requests of one account that wait for one another here. */
const mostWaiting = 50;

export type LinkJudged<T> =
  | { readonly kind: 'open'; readonly value: T }
  /** The link was worth nothing any more when its turn came: nothing was taken. */
  | { readonly kind: 'gone' }
  /** Too many passwords were judged; `seconds` until there may be another. */
  | { readonly kind: 'closed'; readonly seconds: number };

export interface LinkDoor {
  /**
   * Does `work`, which may hash: when all that came before for the same `subject` (in this process) is done, the link still
   * `stands`, and the account may have another password judged. @throws StoreUnavailable, what `stands` and `work` throw
   */
  judge<T>(
    at: { readonly tenant: TenantId; readonly subject: string },
    stands: () => Promise<boolean>,
    work: () => Promise<T>,
  ): Promise<LinkJudged<T>>;
}

function bucketOf(subject: string): Bucket {
  return { name: `passwords by a link of ${subject}`, ...linkPasswords };
}

/** The password was taken: the link is spent, so it counts no more. Part of the transaction that spends it. */
export async function giveLinkBack(tx: Pick<Limits, 'putBack'>, subject: string): Promise<void> {
  await tx.putBack(bucketOf(subject));
}

/** The door of this process: make one, and give it to every page that sets a password. `now` in ms. */
export function createLinkDoor({
  database,
  now,
}: {
  readonly database: Database;
  readonly now: () => number;
}): LinkDoor {
  const lines = new Map<string, { last: Promise<unknown>; count: number }>();

  /** Asked one after the other, so that of a crowd with one link one hashes and the others find it spent. */
  async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T | undefined> {
    const line = lines.get(key) ?? { last: Promise.resolve(), count: 0 };
    if (line.count >= mostWaiting) return undefined;
    lines.set(key, line);
    line.count++;
    const mine = line.last.then(work);
    line.last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      line.count--;
      if (line.count === 0) lines.delete(key);
    }
  }

  return {
    async judge({ tenant, subject }, stands, work) {
      const judged = await inTurn(`${tenant} ${subject}`, async () => {
        if (!(await stands())) return { kind: 'gone' } as const;
        const at = now();
        const { drawn, nextAt } = await database.store(tenant).transact((tx) => tx.draw(bucketOf(subject), at));
        if (!drawn) return { kind: 'closed', seconds: Math.max(1, Math.ceil((nextAt - at) / 1000)) } as const;
        return { kind: 'open', value: await work() } as const;
      });
      return judged ?? { kind: 'closed', seconds: 1 };
    },
  };
}
