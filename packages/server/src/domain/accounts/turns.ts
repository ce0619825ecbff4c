// Whose turn it is, where one thing happens at a time: tenants take turns, and none of them, nor one account, can fill the line.

import { StoreUnavailable } from '../../storage/store.ts';

/** Who waits. */
export interface Whose {
  readonly tenant: string;
  /** Who it is about, if that is known: requests about one account count together. */
  readonly account?: string;
}

/** How much may be under way or wait. */
export interface MostWaiting {
  readonly all: number;
  readonly ofTenant: number;
  readonly ofAccount: number;
}

export interface Turns {
  /** Does the work when its turn comes. @throws StoreUnavailable when too much waits; what the work throws */
  take<T>(whose: Whose, work: () => Promise<T>): Promise<T>;
}

interface Line {
  /** First come, first served. */
  readonly waiting: (() => Promise<void>)[];
  count: number;
  readonly accounts: Map<string, number>;
}

/** A place where one thing happens at a time. */
export function createTurns(most: MostWaiting): Turns {
  /** In the order in which the tenants come up next. */
  const lines = new Map<string, Line>();
  let all = 0;
  let busy = false;

  function next(): (() => Promise<void>) | undefined {
    for (const [tenant, line] of lines) {
      const first = line.waiting.shift();
      if (!first) continue;
      lines.delete(tenant);
      lines.set(tenant, line);
      return first;
    }
    return undefined;
  }

  async function run(): Promise<void> {
    if (busy) return;
    busy = true;
    for (let work = next(); work; work = next()) await work();
    busy = false;
  }

  function begin({ tenant, account }: Whose): { readonly line: Line; readonly end: () => void } {
    const line = lines.get(tenant) ?? { waiting: [], count: 0, accounts: new Map<string, number>() };
    const ofAccount = account === undefined ? 0 : (line.accounts.get(account) ?? 0);
    if (all >= most.all || line.count >= most.ofTenant || ofAccount >= most.ofAccount)
      throw new StoreUnavailable('Too many passwords wait for their turn');
    lines.set(tenant, line);
    all++;
    line.count++;
    if (account !== undefined) line.accounts.set(account, ofAccount + 1);
    const end = () => {
      all--;
      line.count--;
      if (line.count === 0) lines.delete(tenant);
      if (account === undefined) return;
      const left = (line.accounts.get(account) ?? 1) - 1;
      if (left > 0) line.accounts.set(account, left);
      else line.accounts.delete(account);
    };
    return { line, end };
  }

  return {
    async take(whose, work) {
      const { line, end } = begin(whose);
      return new Promise((resolve, reject) => {
        line.waiting.push(async () => {
          try {
            resolve(await work());
          } catch (error) {
            reject(error);
          } finally {
            end();
          }
        });
        void run();
      });
    },
  };
}
