// Cursors of checkpoint pagination: a place in the order of insertion, authenticated and bound to
// one tenant and table, so that a changed, invented or borrowed one is simply not a cursor.

import { timingSafeEqual } from 'node:crypto';
import type { Sealer } from './store.ts';

const FORMAT = /^([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/;

/** A cursor that stands behind the row with this order number, authenticated for one tenant and table. */
export function writeCursor(sealer: Sealer, tenant: string, table: string, seq: number): string {
  const place = seq.toString(36);
  return `${place}.${sealer.mac('cursor', JSON.stringify([tenant, table, place]))}`;
}

/** The order number in a cursor, or `undefined` if this is not a cursor of this tenant and table. */
export function readCursor(sealer: Sealer, tenant: string, table: string, cursor: string): number | undefined {
  const [, place, mac] = FORMAT.exec(cursor) ?? [];
  if (place === undefined || mac === undefined) return undefined;
  const right = sealer.mac('cursor', JSON.stringify([tenant, table, place]));
  return timingSafeEqual(Buffer.from(mac), Buffer.from(right)) ? Number.parseInt(place, 36) : undefined;
}
