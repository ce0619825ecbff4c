// Blocks by guesses (auth0-behaviour ATT-3): who is shut out of which account, by user or by what names one, and addresses that
// tried too much (§38.2). What is lifted here is open on every node with the next request.

import { guessesAt } from '../../../domain/accounts/change.ts';
import { findUserByIdentifier } from '../../../domain/accounts/find.ts';
import { nameOf } from '../../../domain/accounts/name.ts';
import { type User, users } from '../../../domain/accounts/user.ts';
import { connectionTable } from '../../../domain/connections/find.ts';
import { blocksOf, isAddressBlocked, liftAddress, liftBlocks } from '../../../domain/limits/blocks.ts';
import { accountOf, subjectOf } from '../../../domain/limits/gate.ts';
import { protectionOf } from '../../../domain/limits/protection.ts';
import { readAddress } from '../../../schema/address.ts';
import { isSound } from '../../../schema/json.ts';
import type { Store } from '../../../storage/store.ts';
import { type Ask, empty, json, type Route } from '../../../web/exchange.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { refused, uncached } from '../problem.ts';
import { badQuery, flagIn, isRefused, readQuery } from '../query.ts';
import { inexistentUser } from './user-roles.ts';

/** Whose failures are asked for, and by which name they are shown. */
interface Subject {
  readonly subject: string;
  readonly identifier: string;
  readonly user: User | undefined;
}

const longestIdentifier = 1000;

/** `/api/v2/user-blocks`, by identifier and by user, and `/api/v2/anomaly/blocks/ips/{id}`. */
export function userBlockRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const { database, snapshot } = deps;

  /** The user of the path; `undefined` if there is none. */
  const ofUser = async (ask: Ask): Promise<readonly Subject[] | undefined> => {
    const id = ask.params.id ?? '';
    const user = isSound(id) ? await database.store(ask.tenant).get(users, id) : undefined;
    if (!user) return undefined;
    const identifier = user.email ?? user.username ?? user.phone_number ?? user.user_id;
    return [{ subject: guessesAt(user.user_id), identifier, user }];
  };

  /** Everybody whom the identifier names, in any connection, and itself where it names nobody. */
  const named = async (store: Store, identifier: string): Promise<readonly Subject[]> => {
    const connections = await store.all(connectionTable, { strategy: 'auth0' });
    const found: Subject[] = [{ subject: subjectOf(accountOf(undefined, identifier)), identifier, user: undefined }];
    for (const { name } of connections) {
      const user = await findUserByIdentifier(store, name, identifier.trim());
      if (user) found.push({ subject: guessesAt(user.user_id), identifier, user });
    }
    return found;
  };

  const subjectsIn = async (ask: Ask, more: readonly string[]) => {
    const byId = ask.params.id !== undefined;
    const query = readQuery(ask.query, byId ? more : ['identifier', ...more]);
    if (isRefused(query)) return query;
    if (byId) return { query, subjects: (await ofUser(ask)) ?? inexistentUser };
    const identifier = query.one.get('identifier') ?? '';
    if (identifier === '') return badQuery('Missing required property: identifier');
    if (identifier.length > longestIdentifier) return badQuery('String is too long', 'identifier');
    return { query, subjects: await named(database.store(ask.tenant), identifier) };
  };

  const list: Act = async (ask, here) => {
    const read = await subjectsIn(ask, ['consider_brute_force_enablement']);
    if (isRefused(read)) return read;
    const { query, subjects } = read;
    if (isRefused(subjects)) return subjects;
    const considered = flagIn(query, 'consider_brute_force_enablement');
    if (isRefused(considered)) return considered;
    const protection = await protectionOf(database, snapshot, ask.tenant);
    const blocked_for: object[] = [];
    for (const { subject, identifier } of considered && !protection.accounts.enabled ? [] : subjects) {
      for (const { ip, connection } of await blocksOf(database.store(ask.tenant), protection, [subject], here.now))
        blocked_for.push({ identifier, ...(ip === undefined ? {} : { ip }), connection });
    }
    return json(200, { blocked_for }, uncached);
  };

  const lift: Act = async (ask, here) => {
    const read = await subjectsIn(ask, []);
    if (isRefused(read)) return read;
    const { subjects } = read;
    if (isRefused(subjects)) return subjects;
    await database.store(ask.tenant).transact((tx) =>
      liftBlocks(
        tx,
        subjects.map(({ subject }) => subject),
      ),
    );
    recordWrite(deps, ask, here.caller, 'Unblock a user', {}, { status: 204, body: {} });
    for (const { user } of subjects) {
      if (!user) continue;
      deps.record({
        tenant: ask.tenant,
        type: 'ublkdu',
        description: 'The account was opened again through the Management API',
        client_id: here.caller.clientId,
        client_name: here.caller.clientName,
        user_id: user.user_id,
        user_name: nameOf(user),
        connection: user.connection,
        ip: ask.ip,
        hostname: ask.host,
        details: { request_id: ask.id },
      });
    }
    return empty(204, uncached);
  };

  const badAddress = refused(
    400,
    "Path validation error: 'Object didn't pass validation for format ip-address' on property id.",
    'invalid_uri',
  );

  const checkAddress: Act = async (ask, here) => {
    const ip = ask.params.id ?? '';
    if (!readAddress(ip)) return badAddress;
    const protection = await protectionOf(database, snapshot, ask.tenant);
    const blocked = await isAddressBlocked(database.store(ask.tenant), protection, ip, here.now);
    // No code, as recorded.
    return blocked ? empty(200, uncached) : refused(404, 'Not Found');
  };

  const liftFromAddress: Act = async (ask, here) => {
    const ip = ask.params.id ?? '';
    if (!readAddress(ip)) return badAddress;
    const protection = await protectionOf(database, snapshot, ask.tenant);
    await database.store(ask.tenant).transact((tx) => liftAddress(tx, protection, ip));
    recordWrite(deps, ask, here.caller, 'Unblock an IP address', {}, { status: 204, body: {} });
    return empty(204, uncached);
  };

  const family = 'management' as const;
  const handle = (act: Act, scope: string) => operation(machinery, [[scope]], act);
  const both = (path: string, read: Act, readScope: string, remove: Act, removeScope: string): Route[] => [
    { method: 'GET', path, handle: handle(read, readScope), family },
    { method: 'DELETE', path, handle: handle(remove, removeScope), family },
  ];
  return [
    ...both('/api/v2/user-blocks', list, 'read:users', lift, 'update:users'),
    ...both('/api/v2/user-blocks/:id', list, 'read:users', lift, 'update:users'),
    ...both(
      '/api/v2/anomaly/blocks/ips/:id',
      checkAddress,
      'read:anomaly_blocks',
      liftFromAddress,
      'delete:anomaly_blocks',
    ),
  ];
}
