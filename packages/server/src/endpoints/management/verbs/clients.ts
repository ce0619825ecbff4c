// What is special about clients: secrets, credentials inside the record, legacy names of fields, and what goes with a client.

import { refreshFamilies } from '../../../domain/issuing/refresh-family.ts';
import { userGrants } from '../../../domain/issuing/user-tables.ts';
import { identifierAt, storedIdentifier } from '../../../domain/tenants/system-apis.ts';
import {
  type Client,
  type ClientCredential,
  clientCredentials,
  type clients,
  commandLineClientId,
  dashboardClientId,
  resourceServers,
} from '../../../resources/index.ts';
import { tableOf } from '../../../schema/collection.ts';
import type { Patch } from '../../../schema/field.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import type { Transaction } from '../../../storage/store.ts';
import type { At } from '../context.ts';
import { base62Text, makeId, makeSecret } from '../ids.ts';
import { badBody, lacksScope, type Refused, refused } from '../problem.ts';
import { isRefused } from '../query.ts';
import { visible } from '../views.ts';
import { clientBeyondCaller, clientsBeyondCaller } from './administrators.ts';
import { credentialFacts, placesOf, withCredentials } from './client-keys.ts';
import { disableConnections, enableConnections } from './connection-clients.ts';
import { organizationTable, removeGrants } from './grant-links.ts';
import type { CollectionVerbs } from './verb.ts';

type Fields = typeof clients.fields;
const apiTable = tableOf(resourceServers);
const credentialTable = tableOf(clientCredentials);

/** Scopes that a PATCH of these members needs; all others need `update:clients`. */
const patchScopes: Readonly<Record<string, readonly string[]>> = {
  client_secret: ['update:client_keys'],
  encryption_key: ['update:client_keys'],
  client_authentication_methods: ['update:clients', 'update:client_credentials'],
  signed_request_object: ['update:clients', 'update:client_credentials'],
  token_endpoint_auth_method: ['update:clients', 'update:client_credentials'],
  token_vault_privileged_access: ['update:client_token_vault_privileged_access', 'update:clients'],
};

/** What may be changed of the record that stands for all clients. */
const globalChangeable: ReadonlySet<string> = new Set([
  'custom_login_page',
  'custom_login_page_on',
  'custom_login_page_preview',
  'form_template',
]);

export const clientVerbs: CollectionVerbs<Fields> = {
  bodyLimit: 2 * 1024 * 1024,

  draft: (draft, at) => {
    const { cross_origin_auth, oidc_backchannel_logout, initiate_login_uri, ...rest } = draft;
    const urls = oidc_backchannel_logout?.backchannel_logout_urls;
    return {
      kind: 'valid',
      value: {
        ...rest,
        ...(cross_origin_auth !== undefined && rest.cross_origin_authentication === undefined
          ? { cross_origin_authentication: cross_origin_auth }
          : {}),
        ...(urls && !rest.oidc_logout ? { oidc_logout: { backchannel_logout_urls: urls } } : {}),
        ...(initiate_login_uri ? { initiate_login_uri } : {}),
        ...(rest.resource_server_identifier
          ? { resource_server_identifier: storedIdentifier(rest.resource_server_identifier, at.host) }
          : {}),
      },
    };
  },

  make: (draft) => ({
    global: false,
    client_secret: draft.client_secret ?? makeSecret(),
    ...(draft.is_first_party === false && draft.third_party_security_mode !== 'permissive'
      ? { client_id: `tpc_${base62Text(22)}` }
      : {}),
  }),

  patch: (patch, before, at) => {
    for (const name of Object.keys(patch)) {
      const needed = patchScopes[name] ?? ['update:clients'];
      if (!needed.some((scope) => at.caller.scopes.has(scope))) {
        return lacksScope(needed);
      }
      if (before.global && !globalChangeable.has(name)) {
        return badBody(payloadMessage(`Not allowed to change ${name} of the global client`, name));
      }
    }
    if (patch.is_first_party !== undefined && patch.is_first_party !== before.is_first_party) {
      return badBody(payloadMessage('is_first_party cannot be changed', 'is_first_party'));
    }
    return { kind: 'valid', value: withoutLegacyNames(patch, before) };
  },

  create: async (tx, client, at) => {
    const missing = await missingReference(tx, client);
    if (missing) return missing;
    const rows: ClientCredential[] = [];
    for (const { path, type, references } of placesOf(client)) {
      for (const [index, reference] of references.entries()) {
        const row = newCredential(client.client_id, reference, type, at, `${path}[${index}]`);
        if (isRefused(row)) return row;
        rows.push(row);
      }
    }
    for (const row of rows) await tx.insert(credentialTable, row);
    await enableConnections(tx, client);
    let next = 0;
    const entity = withCredentials(client, (references) => references.map(() => ({ id: rows[next++]?.id })));
    next = 0;
    const shown = withCredentials(client, (references) =>
      references.map(() => visible(clientCredentials, rows[next++] ?? {}, new Set(), 'created')),
    );
    return rows.length === 0
      ? { kind: 'stored', entity: client }
      : { kind: 'stored', entity, once: { client_authentication_methods: shown.client_authentication_methods } };
  },

  update: async (tx, before, after, at) => {
    const beyond = changeOfBuiltIn(before, after) ?? (await clientBeyondCaller(tx, at, before.client_id));
    if (beyond) return beyond;
    const missing = await missingReference(tx, after, before);
    if (missing) return missing;
    if (JSON.stringify(placesOf(before)) === JSON.stringify(placesOf(after))) return { kind: 'stored', entity: after };
    const own = new Map((await tx.all(credentialTable, { client_id: after.client_id })).map((row) => [row.id, row]));
    for (const { path, type, references } of placesOf(after)) {
      for (const [index, { id }] of references.entries()) {
        const row = id === undefined ? undefined : own.get(id);
        if (!row)
          return badBody(
            payloadMessage('No credential of this client has this id; create it first', `${path}[${index}].id`),
          );
        if (row.credential_type !== type)
          return badBody(payloadMessage(`A credential of type ${type} is needed`, `${path}[${index}].id`));
      }
      if (new Set(references.map(({ id }) => id)).size !== references.length)
        return badBody(payloadMessage('Array items are not unique', path));
    }
    return { kind: 'stored', entity: withCredentials(after, (references) => references.map(({ id }) => ({ id }))) };
  },

  remove: async (tx, client, at) => {
    if (client.global) return badBody('The global client cannot be deleted');
    const beyond = removalRefusedForBuiltIn(client) ?? (await clientBeyondCaller(tx, at, client.client_id));
    if (beyond) return beyond;
    // Its token would stop working in the middle of the caller's work, and nobody might be left who can administrate.
    if (client.client_id === at.caller.clientId)
      return refused(403, 'A client cannot delete itself; use the token of another client', 'operation_not_supported');
    await removeGrants(tx, { client_id: client.client_id });
    await tx.removeAll(credentialTable, { client_id: client.client_id });
    await disableConnections(tx, client.client_id);
    await tx.removeAll(userGrants, { clientID: client.client_id });
    await tx.removeAll(refreshFamilies, { client_id: client.client_id });
    return undefined;
  },

  withheld: clientsBeyondCaller,

  answer: (client, { at, occasion, certificate }) => {
    const signing = certificate ? { signing_keys: [{ ...certificate, subject: `/CN=${at.host}` }] } : {};
    if (client.global) return { ...globalMembers(client), tenant: at.tenant, owners: [], ...signing };
    const { client_secret, ...rest } = client;
    const urls = client.oidc_logout?.backchannel_logout_urls;
    return {
      ...rest,
      // A client that authenticates with keys has no secret that works.
      ...(client.client_authentication_methods ? {} : { client_secret }),
      tenant: at.tenant,
      cross_origin_auth: client.cross_origin_authentication,
      callback_url_template: false,
      ...signing,
      ...(urls ? { oidc_backchannel_logout: { backchannel_logout_urls: urls } } : {}),
      ...(occasion === 'created' ? { encrypted: true } : {}),
      ...(client.resource_server_identifier
        ? { resource_server_identifier: identifierAt(client.resource_server_identifier, at.host) }
        : {}),
    };
  },
};

/** What may be changed of a built-in client: nothing by which its tokens could go elsewhere. */
const builtInChangeable: ReadonlySet<string> = new Set(['name', 'description', 'logo_uri', 'client_metadata']);
const builtInNames: ReadonlyMap<string, string> = new Map([
  [dashboardClientId, "the dashboard's own client"],
  [commandLineClientId, "the command line's own client"],
]);

/** 400 for a change of a built-in client beyond its looks, by whomever; members sent as they are change nothing. */
function changeOfBuiltIn(before: Client, after: Client): Refused | undefined {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Client>;
  const changed = [...names].find(
    (name) => !builtInChangeable.has(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return changed && changeRefusedForBuiltIn(before, changed);
}

/** 400 for this member of a built-in client: users lend it all that they may do at the Management API. */
export function changeRefusedForBuiltIn({ client_id }: Client, member: string): Refused | undefined {
  const which = builtInNames.get(client_id);
  return which === undefined
    ? undefined
    : badBody(payloadMessage(`Not allowed to change ${member} of ${which}`, member));
}

/** 400 for the dashboard's client, which every start would bring back. That of the command line may go: it is made when it is needed. */
function removalRefusedForBuiltIn({ client_id }: Client): Refused | undefined {
  if (client_id !== dashboardClientId) return undefined;
  return badBody("The dashboard's own client cannot be deleted; start the server with --no-dashboard to do without");
}

/** The record that stands for all clients has no settings of a single one, as recorded. */
function globalMembers(client: Client): object {
  const {
    oidc_conformant,
    is_token_endpoint_ip_header_trusted,
    sso_disabled,
    grant_types,
    jwt_configuration,
    ...rest
  } = client;
  return rest;
}

/** Old names of fields, resolved; an empty login address takes it away. */
function withoutLegacyNames(patch: Patch<Fields>, before: Client): Patch<Fields> {
  const { cross_origin_auth, oidc_backchannel_logout, ...rest } = patch;
  const urls = oidc_backchannel_logout?.backchannel_logout_urls;
  return {
    ...rest,
    ...(typeof cross_origin_auth === 'boolean' && rest.cross_origin_authentication === undefined
      ? { cross_origin_authentication: cross_origin_auth }
      : {}),
    ...(oidc_backchannel_logout === null && rest.oidc_logout === undefined ? { oidc_logout: null } : {}),
    ...(urls && rest.oidc_logout === undefined
      ? { oidc_logout: { ...before.oidc_logout, backchannel_logout_urls: urls } }
      : {}),
    ...(rest.initiate_login_uri === '' ? { initiate_login_uri: null } : {}),
  };
}

/** The row of a credential that came inside a new client. */
function newCredential(
  clientId: string,
  reference: Parameters<typeof credentialFacts>[0] & { readonly id?: string | undefined },
  type: ClientCredential['credential_type'],
  at: At,
  path: string,
): ClientCredential | Refused {
  if (reference.id !== undefined)
    return badBody(payloadMessage('A new client has no credentials yet; send the key itself', `${path}.id`));
  if (reference.credential_type !== undefined && reference.credential_type !== type) {
    return badBody(payloadMessage(`A credential of type ${type} is needed`, `${path}.credential_type`));
  }
  const facts = credentialFacts({ ...reference, credential_type: type }, at.now, path);
  if (isRefused(facts)) return facts;
  const when = new Date(at.now).toISOString();
  return {
    id: makeId(clientCredentials.ids),
    client_id: clientId,
    credential_type: type,
    ...(reference.name === undefined ? {} : { name: reference.name }),
    ...facts,
    created_at: when,
    updated_at: when,
  };
}

/** APIs and the organization that the client names must exist; an organization that it named before may be gone by now. */
async function missingReference(tx: Transaction, client: Client, before?: Client): Promise<Refused | undefined> {
  const named: [string, string][] = (client.refresh_token.policies ?? []).map((policy, index) => [
    `refresh_token.policies[${index}].audience`,
    policy.audience,
  ]);
  if (client.resource_server_identifier) named.push(['resource_server_identifier', client.resource_server_identifier]);
  for (const [path, identifier] of named) {
    if (!(await tx.find(apiTable, { identifier })))
      return badBody(payloadMessage('The resource server does not exist', path));
  }
  const organization = client.default_organization?.organization_id;
  if (organization === undefined || organization === before?.default_organization?.organization_id) return undefined;
  // Locked, so that it does not go away while it is named.
  if (!(await tx.lock(organizationTable, organization))) {
    return badBody(payloadMessage('The organization does not exist', 'default_organization.organization_id'));
  }
  return undefined;
}
