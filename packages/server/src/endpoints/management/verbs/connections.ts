// What is special about connections: secrets inside `options`, and users who go away with their database.

import { canonicalEmail } from '../../../domain/accounts/identifiers.ts';
import { users } from '../../../domain/accounts/user.ts';
import { connectionTable } from '../../../domain/connections/find.ts';
import { removeAccount } from '../../../domain/issuing/end-access.ts';
import { type Connection, connections, keptDefaults, withPasswordDefaults } from '../../../resources/index.ts';
import { isObject, isSound } from '../../../schema/json.ts';
import type { Store, Transaction } from '../../../storage/store.ts';
import { empty, json, type Route } from '../../../web/exchange.ts';
import type { At } from '../context.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { type Refused, refused, uncached } from '../problem.ts';
import { badQuery, isRefused, readQuery } from '../query.ts';
import {
  connectionBeyondCaller,
  connectionEndsAdministration,
  endsAdministration,
  userBeyondCaller,
} from './administrators.ts';
import type { CollectionVerbs } from './verb.ts';

type Fields = typeof connections.fields;
type Options = Readonly<Record<string, unknown>>;

/** Members of `options` that hold credentials, of whatever strategy: sealed at rest. */
const secretMembers: ReadonlySet<string> = new Set([
  'client_secret',
  'app_secret',
  'consumer_secret',
  'api_key',
  'twilio_token',
  'signing_key',
  'signingKey',
  'decryptionKey',
  'assertion_decryption_settings',
  'gateway_authentication',
  'provider',
  'configuration',
]);

/** `options` as they travel -> what is stored readable, and what is stored sealed. */
function split(options: Options): Pick<Connection, 'options'> & { secret_options?: Options } {
  const entries = Object.entries(options);
  const secret = entries.filter(([name]) => secretMembers.has(name));
  return {
    options: Object.fromEntries(entries.filter(([name]) => !secretMembers.has(name))),
    ...(secret.length > 0 ? { secret_options: Object.fromEntries(secret) } : {}),
  };
}

/** Machines see them, as at Auth0; users who could replace them do. */
function maySeeSecrets({ caller }: At): boolean {
  return caller.userId === undefined || caller.scopes.has('update:connections');
}

export const connectionVerbs: CollectionVerbs<Fields> = {
  // Scripts and metadata documents of identity providers are long.
  bodyLimit: 1024 * 1024,

  make: (draft) => {
    const options = connections.defaults(draft).options ?? {};
    return split(draft.strategy === 'auth0' ? withPasswordDefaults(options) : options);
  },

  update: async (_tx, before, after) => {
    if (after.options === before.options) return { kind: 'stored', entity: after };
    const { secret_options: _old, ...rest } = after;
    const options =
      after.strategy === 'auth0' ? withPasswordDefaults({ ...keptDefaults, ...after.options }) : after.options;
    return { kind: 'stored', entity: { ...rest, ...split(options) } };
  },

  answer: ({ secret_options, ...connection }, { at }) => ({
    ...connection,
    options: { ...connection.options, ...(maySeeSecrets(at) ? secret_options : {}) },
  }),

  holdsSecret: (answer) => {
    const options: unknown = Reflect.get(answer, 'options');
    return isObject(options) && Object.keys(options).some((name) => secretMembers.has(name));
  },
};

const missing = refused(404, connections.errors.missing.message, connections.errors.missing.errorCode);
/** Users removed in one transaction: others wait for it on SQLite. */
const portion = 100;

/** The routes of a connection that no other resource has alike. */
export function connectionRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;

  const remove: Act = async (ask, here) => {
    const store = deps.database.store(ask.tenant);
    const id = ask.params.id ?? '';
    const connection = isSound(id) ? await store.get(connectionTable, id) : undefined;
    // Deleting again is no error, as recorded.
    if (!connection) return empty(204, uncached);
    // Of all first, so that nothing is gone when one of them may not go.
    const refusal =
      (await store.transact((tx) => mayEmpty(tx, here, connection.name))) ??
      (await removeUsers(store, connection, here)) ??
      (await store.transact(async (tx): Promise<Refused | undefined> => {
        const beyond = await mayEmpty(tx, here, connection.name);
        if (beyond) return beyond;
        const locked = await tx.lock(connectionTable, connection.id);
        if (!locked) return undefined;
        for (const user of await tx.all(users, { connection: locked.name }))
          await removeAccount(tx, user.user_id, here.now);
        await tx.remove(connectionTable, locked.id);
        return undefined;
      }));
    if (refusal) return refusal;
    const answer = { deleted_at: new Date(here.now).toISOString() };
    recordWrite(deps, ask, here.caller, 'Delete a connection', {}, { status: 202, body: answer });
    return json(202, answer, uncached);
  };

  const removeByEmail: Act = async (ask, here) => {
    const query = readQuery(ask.query, ['email']);
    if (isRefused(query)) return query;
    const text = query.one.get('email');
    const email = text === undefined ? undefined : canonicalEmail(text);
    if (email === undefined) return badQuery('Not an e-mail address', 'email');
    const store = deps.database.store(ask.tenant);
    const id = ask.params.id ?? '';
    const connection = isSound(id) ? await store.get(connectionTable, id) : undefined;
    if (!connection) return missing;
    const gone = await store.transact(async (tx): Promise<number | Refused> => {
      const found = await tx.all(users, { email, connection: connection.name });
      for (const user of found) {
        const refusal = await userBeyondCaller(tx, here, user.user_id);
        if (refusal) return refusal;
      }
      // All at once: where addresses are no identifiers, the last two administrators may share one.
      const ids = found.map(({ user_id }) => user_id);
      const last = ids.length > 0 ? await endsAdministration(tx, here, ids) : undefined;
      if (last) return last;
      for (const user of found) await removeAccount(tx, user.user_id, here.now);
      return found.length;
    });
    if (isRefused(gone)) return gone;
    if (gone > 0) recordWrite(deps, ask, here.caller, 'Delete a User', { email }, { status: 204, body: {} });
    return empty(204, uncached);
  };

  const family = 'management' as const;
  const path = '/api/v2/connections/:id';
  return [
    { method: 'DELETE', path, handle: operation(machinery, [['delete:connections']], remove), family },
    {
      method: 'DELETE',
      path: `${path}/users`,
      handle: operation(machinery, [['delete:users']], removeByEmail),
      family,
    },
  ];
}

/** Removes the users of a connection, each in a transaction of its own, so that nobody else waits for long; what a crash leaves, the next DELETE removes. */
async function removeUsers(store: Store, connection: Connection, here: At): Promise<Refused | undefined> {
  for (;;) {
    const { rows } = await store.page(users, { where: { connection: connection.name }, offset: 0, limit: portion });
    if (rows.length === 0) return undefined;
    for (const { user_id } of rows) {
      const removed = await store.transact(
        async (tx) => (await mayRemove(tx, here, user_id)) ?? removeAccount(tx, user_id, here.now),
      );
      if (isRefused(removed)) return removed;
    }
  }
}

/** Why this user may not go: more than the caller, or the last administrator. */
async function mayRemove(tx: Transaction, here: At, userId: string): Promise<Refused | undefined> {
  return (await userBeyondCaller(tx, here, userId)) ?? endsAdministration(tx, here, [userId]);
}

/** The same of all users of a connection. */
async function mayEmpty(tx: Transaction, here: At, name: string): Promise<Refused | undefined> {
  return (await connectionBeyondCaller(tx, here, name)) ?? connectionEndsAdministration(tx, here, name);
}
