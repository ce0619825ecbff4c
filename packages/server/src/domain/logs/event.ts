// A tenant log event: what happened, to whom, and why, in Auth0's record shape (auth0-behaviour §40).
// Events are made anywhere, kept in memory for a moment and written in batches by `writer.ts`.

import type { TenantId } from '../../schema/brand.ts';

/** One rule that was applied in a decision, in the order of application. */
export interface TraceEntry {
  /** The rule's name: `client_grant`, `audience`, `requested_scope`... */
  readonly rule: string;
  /** What it did, for a person. Never a secret, never a token. */
  readonly because: string;
  /** Scopes that it dropped, if any. */
  readonly dropped?: readonly string[];
}

export interface LogEvent {
  readonly tenant: TenantId;
  /** Auth0's code: `seccft`, `feccft`, `sapi`... (auth0-behaviour §40.2) */
  readonly type: string;
  readonly description: string;
  readonly client_id?: string | undefined;
  readonly client_name?: string | undefined;
  readonly user_id?: string | undefined;
  readonly user_name?: string | undefined;
  readonly connection?: string | undefined;
  readonly organization_id?: string | undefined;
  readonly organization_name?: string | undefined;
  readonly ip?: string | undefined;
  readonly user_agent?: string | undefined;
  readonly hostname?: string | undefined;
  readonly audience?: string | undefined;
  readonly scope?: string | undefined;
  /** `Auth0-Client` telemetry, decoded. */
  readonly auth0_client?: object | undefined;
  /** Free members; secrets are masked before they get here. */
  readonly details?: object | undefined;
}
