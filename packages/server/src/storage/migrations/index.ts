// Every migration, oldest first. Append; never change, reorder or remove one that was released.

import { foundation } from './0001-foundation.ts';
import { people } from './0002-people.ts';
import { jobs } from './0003-jobs.ts';
import { refreshTokens } from './0004-refresh-tokens.ts';
import { mail } from './0005-mail.ts';
import { limits } from './0006-limits.ts';
import { eventCounts } from './0007-event-counts.ts';
import type { Migration } from './migration.ts';

export const migrations: readonly Migration[] = [foundation, people, jobs, refreshTokens, mail, limits, eventCounts];
