// A tenant with many machine clients: which they are follows from their number, so nothing has to be handed around.

import { createHash } from 'node:crypto';

/** A client of the shape that the server makes: an id of 32 characters, a secret of 64. */
export function machineAt(index: number): { readonly clientId: string; readonly clientSecret: string } {
  const text = (purpose: string) => createHash('sha256').update(`${purpose} ${index}`).digest('hex');
  return { clientId: text('client id').slice(0, 32), clientSecret: text('client secret') };
}

/** What the program that fills a data folder is asked. */
export interface Filling {
  readonly data: string;
  readonly audience: string;
  readonly scope: readonly string[];
  readonly count: number;
}
