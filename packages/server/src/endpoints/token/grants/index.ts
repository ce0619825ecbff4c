// The grants of the token endpoint. Discovery publishes this list; a grant that is not in it does not exist.

import type { Grant } from '../grant.ts';
import { clientCredentials } from './client-credentials.ts';

/** A grant whose own types are closed over, so that grants of all kinds fit one list. */
export type AnyGrant = { [K in keyof Grant<never, never>]: Grant<never, never>[K] };

export const grants = [clientCredentials] as const;
