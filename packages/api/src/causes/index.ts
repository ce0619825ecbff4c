// The one table of causes: every way to be refused, with its status, its words for the client, and its words for the developer.

import { cleaned } from '../evidence.ts';
import type { Evidence, RefusalError, RefusalStatus } from '../refusal.ts';
import { claimCauses } from './claims.ts';
import { kindCauses } from './kind.ts';
import type { ApiFacts, CauseRow } from './row.ts';
import { signatureCauses } from './signature.ts';
import { transportCauses } from './transport.ts';

export const causes = { ...transportCauses, ...kindCauses, ...signatureCauses, ...claimCauses };

export type CauseCode = keyof typeof causes;

/** The evidence that a cause needs for its words. */
export type EvidenceOf<C extends CauseCode> = (typeof causes)[C] extends CauseRow<infer E> ? E : never;

export interface Words {
  readonly description: string;
  readonly message: string;
  readonly fix: string;
}

/** A cause that was found. It gets its words when the refusal is made. */
export interface Finding {
  readonly code: CauseCode;
  readonly status: RefusalStatus;
  readonly error: RefusalError;
  readonly evidence: Evidence;
  words(api: ApiFacts): Words;
}

/** The only way to make a finding: `evidence` must be what the cause's words need, `more` is shown beside it. */
export function found<C extends CauseCode>(code: C, evidence: EvidenceOf<C>, more: Evidence = {}): Finding {
  const cause = causes[code] as CauseRow<Evidence>;
  const clean = cleaned<Evidence>(evidence);
  return {
    code,
    status: cause.status,
    error: cause.error,
    evidence: { ...clean, ...cleaned(more) },
    words: (api) => ({
      description: cause.description(api),
      message: cause.message(clean, api),
      fix: cause.fix(clean, api),
    }),
  };
}
