// What is special about organizations: a second address by name, and the client grants that belong to them.

import type { GrantLink } from '../../../domain/issuing/organizations.ts';
import { identifierAt } from '../../../domain/tenants/system-apis.ts';
import { type ClientGrant, clientGrants, organizations } from '../../../resources/index.ts';
import { isSound, typeName } from '../../../schema/json.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import type { Reads } from '../../../storage/store.ts';
import { type Ask, empty, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import type { At } from '../context.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { fieldParameters, pick, readWanted } from '../paging.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { badQuery, isRefused, readQuery } from '../query.ts';
import { visible } from '../views.ts';
import { grantLinks, grantTable, linkOf, organizationTable } from './grant-links.ts';
import { removeRolesOf } from './roles.ts';
import { listed, readListQuery } from './short-list.ts';
import type { CollectionVerbs } from './verb.ts';

export const organizationVerbs: CollectionVerbs<typeof organizations.fields> = {
  remove: async (tx, organization) => {
    await tx.removeAll(grantLinks, { organization_id: organization.id });
    await removeRolesOf(tx, organization.id);
    return undefined;
  },
};

/** auth0-behaviour §44 */
const mostGrants = 100;

const missing = refused(404, organizations.errors.missing.message);
const missingGrant = refused(404, clientGrants.errors.missing.message, clientGrants.errors.missing.errorCode);

/** The organization by name, its client grants, and the organizations of a client grant. */
export function organizationRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const handle = (scope: string, act: Act) => operation(machinery, [[scope]], act);

  const byName = handle('read:organizations', async (ask, here) => {
    const query = readQuery(ask.query, fieldParameters);
    if (isRefused(query)) return query;
    const wanted = readWanted(query);
    if (isRefused(wanted)) return wanted;
    const name = ask.params.name ?? '';
    const found = isSound(name) ? await deps.database.store(ask.tenant).find(organizationTable, { name }) : undefined;
    return found
      ? json(200, pick(visible(organizations, found, here.caller.scopes, 'read'), wanted), uncached)
      : missing;
  });

  const grantsOf = handle('read:organization_client_grants', async (ask, here) => {
    const store = deps.database.store(ask.tenant);
    const organization = await named(store, ask);
    if (!organization) return missing;
    const links = await store.all(grantLinks, { organization_id: organization });
    const grants = links.length === 0 ? [] : await store.all(grantTable, { id: links.map(({ grant_id }) => grant_id) });
    return listed(
      ask,
      'client_grants',
      grants.map((grant) => shownGrant(grant, here)),
      ['audience', 'client_id'],
    );
  });

  const organizationsOf = handle('read:organization_client_grants', async (ask, here) => {
    const store = deps.database.store(ask.tenant);
    const id = ask.params.id ?? '';
    if (!isSound(id) || !(await store.get(grantTable, id))) return missingGrant;
    const page = readListQuery(ask, []);
    if (isRefused(page)) return page;
    const { paging, wanted } = page;
    // A grant may belong to any number of organizations, so it is the links that are paged, by the store.
    const where = { grant_id: id };
    const shown = async (links: readonly GrantLink[]) => {
      const ids = links.map(({ organization_id }) => organization_id);
      const rows = new Map((await store.all(organizationTable, { id: ids })).map((row) => [row.id, row]));
      return ids.flatMap((one) => {
        const row = rows.get(one);
        return row ? [pick(visible(organizations, row, here.caller.scopes, 'read'), wanted)] : [];
      });
    };
    if (paging.kind === 'checkpoint') {
      const after = paging.from === undefined ? {} : { after: paging.from };
      const found = await store.checkpoint(grantLinks, { where, limit: paging.take, ...after });
      if (!found) return badQuery('Not a checkpoint of this list', 'from');
      const next = found.next === undefined ? {} : { next: found.next };
      return json(200, { organizations: await shown(found.rows), ...next }, uncached);
    }
    const { rows, total } = await store.page(grantLinks, { where, offset: paging.offset, limit: paging.limit });
    const list = await shown(rows);
    const around = { start: paging.offset, limit: paging.limit, total };
    return json(200, paging.totals ? { ...around, organizations: list } : list, uncached);
  });

  const link = handle('create:organization_client_grants', async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const wanted = grantIdOf(body.value);
    if (isRefused(wanted)) return wanted;
    const outcome = await deps.database.store(ask.tenant).transact(async (tx): Promise<ClientGrant | Refused> => {
      const id = await named(tx, ask);
      const organization = id === undefined ? undefined : await tx.lock(organizationTable, id);
      if (!organization) return missing;
      const grant = await tx.lock(grantTable, wanted);
      const refusal = judge(grant);
      if (refusal) return refusal;
      if (await tx.get(grantLinks, linkOf(organization.id, wanted).id)) {
        return refused(
          409,
          'The client grant already belongs to the organization',
          'organization_client_grant_conflict',
        );
      }
      if ((await tx.all(grantLinks, { organization_id: organization.id })).length >= mostGrants) {
        return badBody(`An organization has at most ${mostGrants} client grants`);
      }
      await tx.insert(grantLinks, linkOf(organization.id, wanted));
      return grant as ClientGrant;
    });
    if (isRefused(outcome)) return outcome;
    const { id, subject_type, ...rest } = shownGrant(outcome, here);
    const answer = { grant_id: id, ...rest };
    recordWrite(deps, ask, here.caller, 'Add a client grant to an organization', body.value, {
      status: 201,
      body: answer,
    });
    return json(201, answer, uncached);
  });

  const unlink = handle('delete:organization_client_grants', async (ask, here) => {
    const gone = await deps.database.store(ask.tenant).transact(async (tx) => {
      const organization = await named(tx, ask);
      const grant = ask.params.grant_id ?? '';
      if (organization === undefined) return undefined;
      return isSound(grant) && (await tx.remove(grantLinks, linkOf(organization, grant).id));
    });
    if (gone === undefined) return missing;
    if (gone)
      recordWrite(deps, ask, here.caller, 'Remove a client grant from an organization', {}, { status: 204, body: {} });
    return empty(204, uncached);
  });

  const family = 'management' as const;
  const path = '/api/v2/organizations/:id/client-grants';
  return [
    { method: 'GET', path: '/api/v2/organizations/name/:name', handle: byName, family },
    { method: 'GET', path, handle: grantsOf, family },
    { method: 'POST', path, handle: link, family },
    { method: 'DELETE', path: `${path}/:grant_id`, handle: unlink, family },
    { method: 'GET', path: '/api/v2/client-grants/:id/organizations', handle: organizationsOf, family },
  ];
}

/** The id of the organization in the path, if there is one. */
async function named(reads: Pick<Reads, 'get'>, ask: Ask): Promise<string | undefined> {
  const id = ask.params.id ?? '';
  return isSound(id) ? (await reads.get(organizationTable, id))?.id : undefined;
}

function grantIdOf(body: Readonly<Record<string, unknown>>): string | Refused {
  const { grant_id: wanted, ...others } = body;
  const [other] = Object.keys(others);
  if (other !== undefined)
    return badBody(
      payloadMessage(`Additional properties not allowed: ${other.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)}`),
    );
  if (wanted === undefined) return badBody(payloadMessage('Missing required property: grant_id'));
  return typeof wanted === 'string'
    ? wanted
    : badBody(payloadMessage(`Expected type string but found type ${typeName(wanted)}`, 'grant_id'));
}

/** Whether a grant may belong to an organization: only one for machines that lets organizations be named. Pure. */
export function judge(grant: ClientGrant | undefined): Refused | undefined {
  if (!grant) return missingGrant;
  if (grant.subject_type !== 'client')
    return badBody(payloadMessage('Only grants with subject_type client belong to organizations', 'grant_id'));
  if ((grant.organization_usage ?? 'deny') === 'deny') {
    return badBody(payloadMessage('The client grant must have organization_usage allow or require', 'grant_id'));
  }
  return undefined;
}

function shownGrant(grant: ClientGrant, here: At): ClientGrant {
  return { ...grant, audience: identifierAt(grant.audience, here.host) };
}
