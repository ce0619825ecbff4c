// What a resource adds to the generic operations: its own rules, what else is written with a row, and how it looks on the wire.
// Everything is optional; the routes own authentication, validation, pagination, the transaction and the log.

import type { Draft, Entity, Fields, Patch } from '../../../schema/field.ts';
import type { Checked } from '../../../schema/validate.ts';
import type { Reads, Transaction } from '../../../storage/store.ts';
import type { At, ManagementDeps } from '../context.ts';
import type { Refused } from '../problem.ts';
import type { Occasion } from '../views.ts';

/** What to store, and what the answer says beyond it. */
export interface Stored<F extends Fields> {
  readonly kind: 'stored';
  readonly entity: Entity<F>;
  /** Members of the answer that are shown this once, in place of the stored ones. */
  readonly once?: object;
}

/** Facts and tools of an answer. */
export interface Showing {
  readonly at: At;
  readonly occasion: Occasion;
  /** For `signing_keys` of clients: the certificate that signs now. */
  readonly certificate: { readonly cert: string; readonly pkcs7: string } | undefined;
}

export interface CollectionVerbs<F extends Fields> {
  /** A value of a lookup as it travels -> as it is stored (identifiers that follow the host). */
  readonly stored?: (field: string, value: string, at: At) => string;
  /** The draft after wire aliases are resolved. Pure. */
  readonly draft?: (draft: Draft<F>, at: At) => Checked<Draft<F>> | Refused;
  /** The patch after wire aliases are resolved, with the row it changes. Pure. */
  readonly patch?: (patch: Patch<F>, before: Entity<F>, at: At) => Checked<Patch<F>> | Refused;
  /** What the server makes itself, beside the id. Drawn before the transaction. */
  readonly make?: (draft: Draft<F>, at: At) => Partial<Entity<F>>;
  /** Makes what must exist before a row with these members may, and is slow to make; runs before the transaction, may run in vain. */
  readonly prepare?: (members: Readonly<Record<string, unknown>>, at: At, deps: ManagementDeps) => Promise<void>;
  /** Loads what the rules need, judges, and writes what belongs to the row. Refuses before it writes. May run again. */
  readonly create?: (tx: Transaction, entity: Entity<F>, at: At) => Promise<Stored<F> | Refused>;
  readonly update?: (tx: Transaction, before: Entity<F>, after: Entity<F>, at: At) => Promise<Stored<F> | Refused>;
  /** Locks what comes before the row in the order of locks (docs/architecture.md); the row may be gone by the time it is locked. */
  readonly lockFirst?: (tx: Transaction, entity: Entity<F>) => Promise<void>;
  /** Removes what belongs to the row; the row itself goes afterwards. */
  readonly remove?: (tx: Transaction, entity: Entity<F>, at: At) => Promise<Refused | undefined>;
  /** The entity as it travels, with computed members. What the caller may not see is taken out afterwards. */
  readonly answer?: (entity: Entity<F>, showing: Showing) => object;
  /** Whether an answer holds a secret inside of a member that is none itself: reading it is logged like any secret's. */
  readonly holdsSecret?: (answer: object) => boolean;
  /** Rows, of those with these ids, whose secret members this caller does not see, whatever the scopes of the token. */
  readonly withheld?: (reads: Pick<Reads, 'all'>, at: At, ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Bytes of body, where the router's default is too small. */
  readonly bodyLimit?: number;
}

export interface SingletonVerbs<F extends Fields> {
  /** The patch after wire aliases are resolved. Pure. */
  readonly patch?: (patch: Patch<F>, at: At) => Checked<Patch<F>> | Refused;
  /** Checks what other rows must allow. May run again. */
  readonly update?: (tx: Transaction, before: Entity<F>, after: Entity<F>, at: At) => Promise<Refused | undefined>;
  readonly answer?: (entity: Entity<F>, showing: Omit<Showing, 'certificate'>) => object;
  readonly bodyLimit?: number;
}
