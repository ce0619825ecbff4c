// What a row of the refused tokens is.

import type { ApiOptions, CauseCode, Incoming, Requirement } from '../../src/index.ts';

export interface Row {
  readonly name: string;
  readonly code: CauseCode;
  /** What the developer must read. */
  readonly says: RegExp;
  readonly token?: string;
  readonly incoming?: Incoming;
  readonly options?: Partial<ApiOptions>;
  readonly requirement?: Requirement;
  readonly status?: number;
}
