// What every operation of the Management API gets: the tools that the server hands in, and the facts of one request.

import type { Passwords } from '../../domain/accounts/passwords.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { Explainer } from '../../domain/explaining/explainer.ts';
import type { Keyring } from '../../domain/keys/keyring.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import type { TryMail } from '../../domain/messages/trial.ts';
import type { Hosts } from '../../domain/tenants/hosts.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import type { TenantHost, TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import type { Ask } from '../../web/exchange.ts';
import type { DryRuns } from './verbs/token-previews.ts';

export interface ManagementDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
  readonly passwords: Passwords;
  /** Takes a tenant log event; never waits, never fails. */
  readonly record: (event: LogEvent) => void;
  /** ms */
  readonly now: () => number;
  /** Where people reach a tenant, for links. */
  readonly hosts: Pick<Hosts, 'originOf'>;
  /** What would be issued, by the endpoints that issue. Absent where the program talks to itself. */
  readonly dryRuns?: DryRuns;
  /** Why an API refuses a token. Absent where the program talks to itself. */
  readonly explainer?: Explainer;
  /** Sends a message to see whether mail arrives. Absent where the program talks to itself. */
  readonly tryMail?: TryMail;
  /** For the program itself: no token is asked for, and ids may be given at creation. Never set for routes that are mounted. */
  readonly trusted?: boolean;
}

/** Who asks, once the token is verified and its client found. */
export interface Caller {
  readonly clientId: string;
  readonly clientName: string;
  readonly scopes: ReadonlySet<string>;
  /** The user for whom the token was made; none for a machine's. */
  readonly userId?: string;
  readonly user?: User;
  /** The page that asks, if its origin is one of the client's (auth0-behaviour §39): it may read the answer. */
  readonly origin?: string;
}

/** The facts of one request that decisions use. */
export interface At {
  readonly tenant: TenantId;
  readonly host: TenantHost;
  /** ms */
  readonly now: number;
  readonly caller: Caller;
  /** The program itself asks, for a file of its operator: what is surely a slip is refused there, though Auth0 would take it. */
  readonly trusted: boolean;
}

/** The facts of a request that a caller was let in with. */
export function at(ask: Ask, caller: Caller, { now, trusted = false }: ManagementDeps): At {
  return { tenant: ask.tenant, host: ask.host, now: now(), caller, trusted };
}
