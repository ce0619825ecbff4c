// Which clients may use which connections: asked and set from both sides, and kept in step when clients come and go.

import { connectionTable } from '../../../domain/connections/find.ts';
import { settingsDocument, type TenantSettings } from '../../../domain/tenants/settings.ts';
import { type Client, type Connection, clients, connections, tenantSettings } from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import { isObject, isSound, typeName } from '../../../schema/json.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import type { Transaction } from '../../../storage/store.ts';
import { type Ask, empty, json, type Route } from '../../../web/exchange.ts';
import { readList } from '../body.ts';
import { recordSecretRead, recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { pageOf, pick } from '../paging.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { isRefused } from '../query.ts';
import { visible } from '../views.ts';
import { connectionVerbs } from './connections.ts';
import { readListQuery } from './short-list.ts';

const clientTable = tableOf(clients);
const missing = refused(404, connections.errors.missing.message, connections.errors.missing.errorCode);
const missingClient = refused(404, clients.errors.missing.message, clients.errors.missing.errorCode);
/** Clients that one PATCH may name, as documented. */
const mostNamed = 50;

/** By these a client logs users in; a machine needs no connection. */
const grantsOfUsers: ReadonlySet<string> = new Set([
  'authorization_code',
  'implicit',
  'password',
  'http://auth0.com/oauth/grant-type/password-realm',
  'http://auth0.com/oauth/grant-type/passwordless/otp',
  'urn:ietf:params:oauth:grant-type:device_code',
]);

/** Whether a client of ours logs users in. Clients of others use connections of the domain only. */
export function logsUsersIn(client: Client): boolean {
  return (
    client.global !== true && client.is_first_party && client.grant_types.some((grant) => grantsOfUsers.has(grant))
  );
}

/**
 * Lets a new client use every connection there is, if it logs users in and the tenant says so
 * (`flags.enable_client_connections`, on unless it was turned off).
 */
export async function enableConnections(tx: Transaction, client: Client): Promise<void> {
  if (!logsUsersIn(client)) return;
  const settings = { ...tenantSettings.initial, ...(await tx.document<TenantSettings>(settingsDocument)) };
  if (settings.flags?.enable_client_connections === false) return;
  for (const { id } of await tx.all(connectionTable)) {
    const connection = await tx.lock(connectionTable, id);
    if (connection) await put(tx, connection, [...connection.enabled_clients, client.client_id]);
  }
}

/** Takes a client that goes away out of every connection. */
export async function disableConnections(tx: Transaction, clientId: string): Promise<void> {
  for (const { id, enabled_clients } of await tx.all(connectionTable)) {
    if (!enabled_clients.includes(clientId)) continue;
    const connection = await tx.lock(connectionTable, id);
    if (!connection) continue;
    await put(
      tx,
      connection,
      connection.enabled_clients.filter((enabled) => enabled !== clientId),
    );
  }
}

async function put(tx: Transaction, connection: Connection, enabled: readonly string[]): Promise<void> {
  await tx.replace(connectionTable, { ...connection, enabled_clients: [...new Set(enabled)] });
}

/** `/connections/{id}/clients` and `/clients/{id}/connections`. */
export function connectionClientRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;

  const clientsOf: Act = async (ask) => {
    const store = deps.database.store(ask.tenant);
    const connection = await store.get(connectionTable, idIn(ask));
    if (!connection) return missing;
    const read = readListQuery(ask, []);
    if (isRefused(read)) return read;
    const rows = connection.enabled_clients.map((client_id) => ({ client_id }));
    const part = pageOf(rows, read.paging);
    if (isRefused(part)) return part;
    return json(200, { ...part.around, clients: part.rows }, uncached);
  };

  const change: Act = async (ask, here) => {
    const body = readList(ask);
    if (isRefused(body)) return body;
    const wanted = readStates(body.value);
    if (isRefused(wanted)) return wanted;
    const refusal = await deps.database.store(ask.tenant).transact(async (tx): Promise<Refused | undefined> => {
      const connection = await tx.lock(connectionTable, idIn(ask));
      if (!connection) return missing;
      const enabled = new Set(connection.enabled_clients);
      for (const [index, { client_id, status }] of wanted.entries()) {
        if (!status) enabled.delete(client_id);
        // Locked, so that the client does not go away while it is added.
        else if (await tx.lock(clientTable, client_id)) enabled.add(client_id);
        else return badBody(payloadMessage('The client does not exist', `[${index}].client_id`));
      }
      await put(tx, connection, [...enabled]);
      return undefined;
    });
    if (refusal) return refusal;
    recordWrite(deps, ask, here.caller, 'Update the clients of a connection', body.value, { status: 204, body: {} });
    return empty(204, uncached);
  };

  const connectionsOf: Act = async (ask, here) => {
    const store = deps.database.store(ask.tenant);
    const id = idIn(ask, 'client_id');
    if (!(await store.get(clientTable, id))) return missingClient;
    const read = readListQuery(ask, ['strategy']);
    if (isRefused(read)) return read;
    const strategy = read.query.one.get('strategy');
    const rows = await store.all(connectionTable, strategy === undefined ? {} : { strategy });
    const enabled = rows.filter(({ enabled_clients }) => enabled_clients.includes(id));
    const part = pageOf(enabled, read.paging);
    if (isRefused(part)) return part;
    const shown = part.rows.map((row) => {
      const answer = connectionVerbs.answer?.(row, { at: here, occasion: 'read', certificate: undefined }) ?? row;
      return pick(visible(connections, answer, here.caller.scopes, 'read'), read.wanted);
    });
    if (shown.some((one) => connectionVerbs.holdsSecret?.(one)))
      recordSecretRead(deps, ask, here.caller, 'Read a connection with its secret');
    return json(200, { ...part.around, connections: shown }, uncached);
  };

  const family = 'management' as const;
  const path = '/api/v2/connections/:id/clients';
  return [
    { method: 'GET', path, handle: operation(machinery, [['read:connections']], clientsOf), family },
    { method: 'PATCH', path, handle: operation(machinery, [['update:connections']], change), family },
    {
      method: 'GET',
      path: '/api/v2/clients/:client_id/connections',
      handle: operation(machinery, [['read:connections']], connectionsOf),
      family,
    },
  ];
}

/** What the path names; nothing is called by a text that no engine can keep. */
function idIn(ask: Ask, param = 'id'): string {
  const id = ask.params[param] ?? '';
  return isSound(id) ? id : '';
}

function readStates(items: readonly unknown[]): { client_id: string; status: boolean }[] | Refused {
  if (items.length === 0) return badBody(payloadMessage('Array is too short (0), minimum 1'));
  if (items.length > mostNamed)
    return badBody(payloadMessage(`Array is too long (${items.length}), maximum ${mostNamed}`));
  const read: { client_id: string; status: boolean }[] = [];
  for (const [index, item] of items.entries()) {
    const wrong = (message: string, member = '') => badBody(payloadMessage(message, `[${index}]${member}`));
    if (!isObject(item)) return wrong(`Expected type object but found type ${typeName(item)}`);
    const { client_id, status, ...others } = item;
    const [other] = Object.keys(others);
    if (other !== undefined)
      return wrong(`Additional properties not allowed: ${other.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)}`);
    if (client_id === undefined || status === undefined) {
      return wrong(`Missing required property: ${client_id === undefined ? 'client_id' : 'status'}`);
    }
    if (typeof client_id !== 'string')
      return wrong(`Expected type string but found type ${typeName(client_id)}`, '.client_id');
    if (typeof status !== 'boolean')
      return wrong(`Expected type boolean but found type ${typeName(status)}`, '.status');
    read.push({ client_id, status });
  }
  return read;
}
