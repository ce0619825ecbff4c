// Connections: where users come from. A database connection (`strategy` auth0) keeps users and passwords here; the records
// of other strategies are kept as tools send them, and nobody can log in through them yet.

import { z } from 'zod';
import { collection, type Problem } from '../schema/collection.ts';
import { defaulted, type Entity, fixed, fixedOptional, made, madeSometimes, optional } from '../schema/field.ts';
import { complaintOf, pathText } from '../schema/messages.ts';
import { displayName, distinct, flag, freeObject, oneOf, text } from '../schema/types.ts';
import { databaseOptions, databaseProblems, optionDefaults } from './connections/database.ts';
import { strategies } from './connections/strategies.ts';

/** The connection that every tenant has from its start (auth0-behaviour §2). */
export const defaultConnectionName = 'Username-Password-Authentication';

/** Strategies whose connections say whether they are a button, as recorded. */
const enterprise: ReadonlySet<string> = new Set([
  'ad',
  'adfs',
  'waad',
  'google-apps',
  'okta',
  'oidc',
  'pingfederate',
  'samlp',
]);

const activity = z.looseObject({ active: flag });

const fields = {
  id: made(text(20), 'Id of the connection'),
  name: fixed(
    text(128, 1).regex(/^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/),
    'Unique name, for `connection` and `realm`',
    {
      lookup: 'unique',
    },
  ),
  strategy: fixed(oneOf(strategies), 'Kind of the identity provider; `auth0` is a database', { lookup: 'index' }),
  display_name: optional(displayName(128), 'Name for people, on login pages', { nullRemoves: true }),
  options: defaulted(
    freeObject,
    'What the strategy needs to know; for a database its password rules. A PATCH replaces all of it',
  ),
  secret_options: madeSometimes(freeObject, 'The members of `options` that are secrets', {
    secret: true,
    hidden: true,
  }),
  enabled_clients: defaulted(
    distinct(text(64, 1), 100_000),
    'Clients that may log users in through it; new clients are added if the tenant says so (`flags.enable_client_connections`)',
  ),
  is_domain_connection: defaulted(flag, 'Whether clients of others may log users in through it'),
  realms: defaulted(distinct(text(255, 1), 10), 'Names by which a `realm` may call it; its own name if none are given'),
  show_as_button: optional(flag, 'Whether login pages show it as a button', { nullRemoves: true }),
  metadata: optional(
    z
      .record(z.string().max(255), text(255))
      .refine((value) => Object.keys(value).length <= 10, { error: 'Too many properties defined, maximum 10' }),
    'Up to 10 names and values of your own',
    { nullRemoves: true },
  ),
  authentication: defaulted(activity, 'Whether users may log in through it'),
  connected_accounts: defaulted(activity, 'Whether users may connect an account of it; kept, and used once they can'),
  cross_app_access_requesting_app: fixedOptional(activity, 'Cross App Access; no strategy that works here has it yet'),
  provisioning_ticket_url: madeSometimes(text(512), 'Where an administrator of the other side sets it up'),
};

export type Connection = Entity<typeof fields>;

export const connections = collection({
  name: 'connections',
  path: 'connections',
  noun: { one: 'connection', a: 'a connection' },
  about: 'Where users come from',
  fields,
  id: 'id',
  ids: { prefix: 'con_', alphabet: 'base62', length: 16 },
  // DELETE answers 202 and takes users along: its route is written by hand.
  scopes: { read: ['read:connections'], create: ['create:connections'], update: ['update:connections'] },
  list: 'paged',
  filters: [
    { param: 'name', field: 'name', type: 'text', about: 'The connection of this name' },
    {
      param: 'strategy',
      field: 'strategy',
      type: 'list',
      about: 'Connections of this kind; may be sent several times',
    },
  ],
  removingNothing: 204,
  uniqueTogether: [],
  errors: {
    missing: { errorCode: 'inexistent_connection', message: 'The connection does not exist' },
    conflict: { errorCode: 'connection_conflict', message: 'A connection with the same name already exists' },
  },
  defaults: (draft) => ({
    options: { ...(draft.strategy === 'auth0' ? optionDefaults(draft.options ?? {}) : {}), ...draft.options },
    is_domain_connection: draft.is_domain_connection ?? false,
    authentication: draft.authentication ?? { active: true },
    connected_accounts: draft.connected_accounts ?? { active: false },
    enabled_clients: draft.enabled_clients ?? [],
    realms: draft.realms ?? [draft.name],
    ...(enterprise.has(draft.strategy) ? { show_as_button: draft.show_as_button ?? false } : {}),
  }),
  check: (connection) => {
    const problems: Problem[] = [];
    if (connection.cross_app_access_requesting_app?.active) {
      problems.push({ path: '', message: 'Cross App Access Requesting App is not supported for this connection.' });
    }
    if (connection.strategy !== 'auth0') return problems;
    const parsed = databaseOptions.safeParse(connection.options);
    if (parsed.success) return [...problems, ...databaseProblems(parsed.data)];
    const [issue] = parsed.error.issues;
    if (!issue) return problems;
    const [message, path] = complaintOf(issue, connection.options, ['options'], false);
    return [...problems, { path: pathText(path), message }];
  },
});
