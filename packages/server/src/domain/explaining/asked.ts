// Which API an explanation is about: as it was named, or as it was meant where a name, an id or a client id stands for the identifier.

import { resourceServers } from '../../resources/index.ts';
import type { TenantHost, TenantId } from '../../schema/brand.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Database } from '../../storage/store.ts';
import { findClient } from '../clients/find.ts';
import { type ApiFacts, apiFacts } from '../issuing/api-facts.ts';
import { isUserinfo, userinfoIdentifier } from '../issuing/audience.ts';
import { similarIdentifiers } from '../issuing/find.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import type { AskedApi } from './facts.ts';

const apis = tableOf(resourceServers);
/** How many APIs are looked through for a name or a scope. */
const namesAmong = 1000;

export interface AskedDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  /** By an identifier on the wire. */
  readonly apiOf: (identifier: string) => Promise<ApiFacts | undefined>;
}

export interface AskedBy {
  readonly tenant: TenantId;
  readonly host: TenantHost;
  readonly issuer: string;
  /** As the API is set up; white space around it counts. */
  readonly audience: string | undefined;
}

/** The API that is asked about; `undefined` if none was named. @throws StoreUnavailable */
export async function askedApi(deps: AskedDeps, by: AskedBy): Promise<AskedApi | undefined> {
  const { audience, host, issuer, tenant } = by;
  if (audience === undefined || audience.trim() === '') return undefined;
  if (isUserinfo(audience, { host, issuer })) return { kind: 'userinfo', identifier: userinfoIdentifier(issuer) };
  const facts = await deps.apiOf(audience);
  if (facts) return { kind: 'api', identifier: audience, facts, similar: [] };
  const similar = await similarTo(deps, tenant, audience);
  const instead = similar.length > 0 ? undefined : await insteadOfIdentifier(deps, tenant, audience);
  return { kind: 'api', identifier: audience, facts, similar, ...(instead ? { instead } : {}) };
}

async function similarTo({ database, snapshot }: AskedDeps, tenant: TenantId, audience: string) {
  const { clean } = /^\s*(["'`]?)(?<clean>.*?)\1\s*$/s.exec(decoded(audience))?.groups ?? {};
  return similarIdentifiers(database, snapshot, tenant, clean ?? audience);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What people take for the identifier: the id or the name of the API, or the id of a client. */
async function insteadOfIdentifier({ database, snapshot }: AskedDeps, tenant: TenantId, audience: string) {
  const store = database.store(tenant);
  const byId = /^[0-9a-f]{24}$/.test(audience) ? await store.get(apis, audience) : undefined;
  if (byId) return { what: 'the id of an API', meant: apiFacts(byId) };
  const client = /^[\w-]{10,64}$/.test(audience) ? await findClient(database, snapshot, tenant, audience) : undefined;
  if (client) return { what: `the client id of the application ${client.name}`, meant: undefined };
  const { rows } = await store.page(apis, { offset: 0, limit: namesAmong });
  const named = rows.find(({ name }) => name?.toLowerCase() === audience.trim().toLowerCase());
  return named && { what: 'the name of an API', meant: apiFacts(named) };
}

/** Which other API defines each wanted scope that the asked one does not. @throws StoreUnavailable */
export async function definedElsewhere(
  { database }: AskedDeps,
  tenant: TenantId,
  asked: AskedApi | undefined,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const own = asked?.kind === 'api' ? asked.facts : undefined;
  const unknown = new Set(wanted.filter((scope) => own && !own.scopes.has(scope)));
  if (!own || unknown.size === 0) return found;
  const { rows } = await database.store(tenant).page(apis, { offset: 0, limit: namesAmong });
  for (const { id, name, scopes = [] } of rows)
    for (const { value } of scopes)
      if (id !== own.id && unknown.has(value) && !found.has(value)) found.set(value, name ?? id);
  return found;
}
