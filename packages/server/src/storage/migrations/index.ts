// Every migration, oldest first. Append; never change, reorder or remove one that was released.

import { foundation } from './0001-foundation.ts';
import { people } from './0002-people.ts';
import { limits } from './0003-limits.ts';
import type { Migration } from './migration.ts';

export const migrations: readonly Migration[] = [foundation, people, limits];
