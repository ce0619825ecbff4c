// Device credentials (auth0-behaviour §12.10): the older address of refresh tokens, and public keys of devices, which are kept
// and mean nothing to this server.

import { users } from '../../../domain/accounts/user.ts';
import { type RefreshFamily, refreshFamilies } from '../../../domain/issuing/refresh-family.ts';
import { endedBy } from '../../../domain/issuing/refresh-lifetime.ts';
import { familiesOf, revokeRefreshFamily } from '../../../domain/issuing/refresh-revoke.ts';
import { type DeviceCredential, deviceCredentials } from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import { isSound } from '../../../schema/json.ts';
import { readDraft } from '../../../schema/validate.ts';
import type { Store } from '../../../storage/store.ts';
import { empty, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordEndedFamilies, recordWrite } from '../events.ts';
import { makeId } from '../ids.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { pageOf, pick } from '../paging.ts';
import { badBody, type Refused, uncached } from '../problem.ts';
import { badQuery, isRefused } from '../query.ts';
import { readListQuery } from './short-list.ts';

export const deviceCredentialTable = tableOf(deviceCredentials);

const types = ['public_key', 'refresh_token', 'rotating_refresh_token'] as const;
type Type = (typeof types)[number];
/** Without a user only so many are looked through, the oldest. */
const mostOfNobody = 1000;
/** Any user may make some for the own devices. */
const mostOfUser = 100;

/** `/api/v2/device-credentials`. */
export function deviceCredentialRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const { database } = deps;

  const list: Act = async (ask, here) => {
    const listing = readListQuery(ask, ['user_id', 'client_id', 'type']);
    if (isRefused(listing)) return listing;
    const { query, paging, wanted } = listing;
    const type = query.one.get('type');
    if (type !== undefined && !types.some((one) => one === type))
      return badQuery(`Not one of ${types.join(', ')}`, 'type');
    const [user_id, client_id] = [query.one.get('user_id'), query.one.get('client_id')];
    const store = database.store(ask.tenant);
    const rows: Shown[] = [
      ...(type === undefined || type === 'public_key' ? await keysOf(store, user_id) : []),
      ...(type === 'public_key' ? [] : await tokensOf(store, user_id, here.now)),
    ].filter(
      (row) =>
        (client_id === undefined || row.client_id === client_id) &&
        // As documented: without a type there are no rotating ones.
        (type === undefined ? row.type !== 'rotating_refresh_token' : row.type === type),
    );
    const part = pageOf(rows, paging);
    if (isRefused(part)) return part;
    const shown = part.rows.map((row) => pick(row, wanted));
    return json(200, part.around ? { ...part.around, device_credentials: shown } : shown, uncached);
  };

  const create: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readDraft(deviceCredentials, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const { userId } = here.caller;
    const row: DeviceCredential = {
      id: makeId(deviceCredentials.ids),
      ...checked.value,
      ...(userId === undefined ? {} : { user_id: userId }),
    };
    const refusal = await database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      if (userId !== undefined) {
        // Locked, so that two at once cannot both be the last that fits.
        await tx.lock(users, userId);
        const { total } = await tx.page(deviceCredentialTable, { where: { user_id: userId }, offset: 0, limit: 1 });
        if (total >= mostOfUser)
          return badBody(`A user has at most ${mostOfUser} public keys of devices. Delete one first.`);
      }
      await tx.insert(deviceCredentialTable, row);
      return undefined;
    });
    if (refusal) return refusal;
    const answer = { id: row.id };
    recordWrite(deps, ask, here.caller, 'Create a device public key', body.value, { status: 201, body: answer });
    return json(201, answer, uncached);
  };

  const remove: Act = async (ask, here) => {
    const id = ask.params.id ?? '';
    const { scopes, userId } = here.caller;
    const all = scopes.has('delete:device_credentials');
    const mine = (owner: string | undefined) => all || (userId !== undefined && owner === userId);
    const gone = await database.store(ask.tenant).transact(async (tx): Promise<RefreshFamily | 'key' | undefined> => {
      if (!isSound(id)) return undefined;
      const key = await tx.lock(deviceCredentialTable, id);
      if (key) return mine(key.user_id) && (await tx.remove(deviceCredentialTable, id)) ? 'key' : undefined;
      const family = await tx.lock(refreshFamilies, id);
      return family && mine(family.user_id) ? revokeRefreshFamily(tx, id, 'administrator', here.now) : undefined;
    });
    if (typeof gone === 'object') recordEndedFamilies(deps, ask, here.caller, [gone], 'administrator');
    if (gone) recordWrite(deps, ask, here.caller, 'Delete a device credential', {}, { status: 204, body: {} });
    // 204 also where there is none, as recorded.
    return empty(204, uncached);
  };

  const path = '/api/v2/device-credentials';
  const family = 'management' as const;
  const { scopes } = deviceCredentials;
  return [
    { method: 'GET', path, handle: operation(machinery, [scopes.read], list), family },
    {
      method: 'POST',
      path,
      handle: operation(machinery, [['create:current_user_device_credentials']], create),
      family,
    },
    {
      method: 'DELETE',
      path: `${path}/:id`,
      handle: operation(machinery, [['delete:device_credentials', 'delete:current_user_device_credentials']], remove),
      family,
    },
  ];
}

interface Shown {
  readonly id: string;
  readonly device_name: string;
  readonly device_id?: string;
  readonly type: Type;
  readonly user_id?: string;
  readonly client_id?: string;
}

async function keysOf(store: Store, user_id: string | undefined): Promise<Shown[]> {
  const found =
    user_id === undefined
      ? (await store.page(deviceCredentialTable, { offset: 0, limit: mostOfNobody })).rows
      : await store.all(deviceCredentialTable, { user_id });
  return found.map(({ value: _value, ...rest }) => rest);
}

async function tokensOf(store: Store, user_id: string | undefined, now: number): Promise<Shown[]> {
  const found =
    user_id === undefined
      ? (await store.page(refreshFamilies, { offset: 0, limit: mostOfNobody })).rows
      : await familiesOf(store, { user_id });
  return found
    .filter((family) => endedBy(family, now) === undefined)
    .map(({ id, rotating, client_id, device, user_id: owner }) => ({
      id,
      device_name: device.initial_user_agent,
      type: rotating ? 'rotating_refresh_token' : 'refresh_token',
      user_id: owner,
      client_id,
    }));
}
