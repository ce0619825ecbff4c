// The shapes that pages read, inferred from the declarations, and what lists show beside them.

import type { Client, ClientGrant, Connection, ResourceServer, Role, users } from 'countersign/resources';

export type Api = ResourceServer;
export type { Client, ClientGrant, Connection, Role };

/** A user as stored and answered. */
export type User = Parameters<typeof users.check>[0];

/** A log record (Auth0's shape). */
export interface LogRecord {
  readonly log_id: string;
  readonly date: string;
  readonly type: string;
  readonly description: string | null;
  readonly client_id: string | null;
  readonly client_name: string | null;
  readonly user_id: string | null;
  readonly user_name: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly connection: string | null;
  readonly audience: string | null;
  readonly scope: string | null;
  readonly hostname: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A permission as roles and users show it. */
export interface Permission {
  readonly permission_name: string;
  readonly description?: string;
  readonly resource_server_name: string;
  readonly resource_server_identifier: string;
  readonly sources?: readonly {
    readonly source_id: string;
    readonly source_name: string;
    readonly source_type: 'DIRECT' | 'ROLE';
  }[];
}
