import { conformance } from '../../src/storage/conformance.ts';
import { freshDatabase } from '../support/postgres.ts';

conformance('PostgreSQL', freshDatabase);
