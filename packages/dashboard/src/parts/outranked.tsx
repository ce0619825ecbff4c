// Why something can be looked at and not changed: it may do more at the Management API than whoever looks.

import type { Rank } from '../api/rank.ts';

/** The note; nothing where it may be changed. `what`: "This user". */
export function Outranked({ rank: { because }, what }: { readonly rank: Rank; readonly what: string }) {
  if (because === undefined) return null;
  return (
    <p role="note" className="card mb-5 px-5 py-4 text-muted">
      {what} {because}: you can look, and change nothing.
    </p>
  );
}
