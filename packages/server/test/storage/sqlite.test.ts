import { conformance } from '../../src/storage/conformance.ts';
import { freshDirectory } from './directory.ts';

conformance('SQLite', freshDirectory);
