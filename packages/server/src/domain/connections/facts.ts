// What decisions need to know of a database connection, made once from its row and kept in the tenant's snapshot.

import { type Connection, databaseOptions } from '../../resources/index.ts';
import { usernameBounds } from '../accounts/identifiers.ts';
import type { PasswordPolicy } from '../accounts/policy.ts';
import { policyOf } from '../accounts/policy-levels.ts';
import type { ClientFacts } from '../clients/facts.ts';

/** Whether somebody who signs up must, may or cannot give an identifier. */
export type AtSignup = 'required' | 'optional' | 'inactive';

export interface ConnectionFacts {
  readonly id: string;
  readonly name: string;
  readonly strategy: 'auth0';
  /** Names by which a `realm` may call it. */
  readonly realms: readonly string[];
  /** Clients of others may use it. */
  readonly isDomainConnection: boolean;
  readonly enabledClients: ReadonlySet<string>;
  readonly disableSignup: boolean;
  /** Nobody can ask for a new password; links that administrators make work all the same. */
  readonly disableReset: boolean;
  /** Whoever signs up gives a username too. */
  readonly requiresUsername: boolean;
  readonly atSignup: { readonly email: AtSignup; readonly username: AtSignup; readonly phone_number: AtSignup };
  /** Lengths of usernames, in characters. */
  readonly usernameBounds: { readonly min: number; readonly max: number };
  readonly passwordPolicy: PasswordPolicy;
  readonly bruteForceProtection: boolean;
}

/** Facts from a connection's row; `undefined` for one that users cannot log in through here. */
export function connectionFacts(row: Connection): ConnectionFacts | undefined {
  if (row.strategy !== 'auth0' || row.authentication.active === false) return undefined;
  const parsed = databaseOptions.safeParse(row.options);
  // What was stored was checked; if it no longer passes, nobody may slip through a rule that cannot be read.
  if (!parsed.success) return undefined;
  const options = withoutNulls(parsed.data);
  const { attributes, validation } = options;
  const requiresUsername = attributes
    ? attributes.username?.signup?.status === 'required'
    : options.requires_username === true;
  const username = attributes?.username?.validation;
  return {
    id: row.id,
    name: row.name,
    strategy: 'auth0',
    realms: row.realms,
    isDomainConnection: row.is_domain_connection,
    enabledClients: new Set(row.enabled_clients),
    disableSignup: options.disable_signup === true,
    disableReset: options.disable_self_service_change_password === true,
    requiresUsername,
    atSignup: {
      email: attributes ? (attributes.email?.signup?.status ?? 'inactive') : 'required',
      username: attributes
        ? (attributes.username?.signup?.status ?? 'inactive')
        : requiresUsername
          ? 'required'
          : 'inactive',
      phone_number: attributes?.phone_number?.signup?.status ?? 'inactive',
    },
    usernameBounds: {
      min: username?.min_length ?? validation?.username?.min ?? usernameBounds.min,
      max: username?.max_length ?? validation?.username?.max ?? usernameBounds.max,
    },
    passwordPolicy: policyOf(options),
    bruteForceProtection: options.brute_force_protection !== false,
  };
}

/**
 * Whether a client may log users in through a connection: one of ours if the connection names it, one of others only
 * through a connection of the whole domain (auth0-behaviour §28). Pure.
 */
export function mayUse(client: Pick<ClientFacts, 'clientId' | 'firstParty'>, connection: ConnectionFacts): boolean {
  return client.firstParty ? connection.enabledClients.has(client.clientId) : connection.isDomainConnection;
}

type NonNull<T> = { [K in keyof T]: Exclude<T[K], null> };

function withoutNulls<T extends object>(value: T): NonNull<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null)) as NonNull<T>;
}
