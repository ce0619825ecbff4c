// Another process that uses the same database: it runs the chores that its parent sends, and tells what came out.
// The parent may kill it at any moment; that is what it is for.

import type { DatabasePlace } from '../index.ts';
import { chores, type Input } from './chores.ts';
import { openAt, tenantId } from './subject.ts';

/** A chore by name, for one tenant. `say` sends something before the end. */
export interface Asked {
  readonly id: number;
  readonly chore: string;
  readonly tenant: string;
  readonly input: Input;
}
export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'said'; readonly id: number; readonly word: unknown }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly name: string; readonly message: string };

const tell = (told: Told) => process.send?.(told);
const place: DatabasePlace = JSON.parse(process.argv[2] ?? '{}');
let opened: ReturnType<typeof openAt> | undefined;

process.on('message', async ({ id, chore, tenant, input }: Asked) => {
  try {
    opened ??= openAt(place);
    const database = await opened;
    const run = chores[chore];
    if (!run) throw new Error(`there is no chore ${chore}`);
    const say = (word: unknown) => tell({ kind: 'said', id, word });
    const value = await run(database.store(tenantId(tenant)), input, say, database);
    tell({ kind: 'done', id, value: value ?? null });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    tell({ kind: 'failed', id, name, message });
  }
});
process.on('disconnect', () => process.exit());
tell({ kind: 'ready' });
