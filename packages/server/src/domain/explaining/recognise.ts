// Recognises a presented text by the tenant's own records: by its hash or its proof, never by what it claims. Reads only: a code
// is looked at and not spent, and the text goes nowhere.

import { hash, timingSafeEqual } from 'node:crypto';
import { clients } from '../../resources/index.ts';
import type { TenantId } from '../../schema/brand.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Database, LogReads, Reads } from '../../storage/store.ts';
import { findClient } from '../clients/find.ts';
import { findCode } from '../issuing/codes.ts';
import { findIssued } from '../issuing/issued.ts';
import { endedFamilies, refreshFamilies } from '../issuing/refresh-family.ts';
import { isPart, readToken } from '../issuing/refresh-token.ts';
import type { TraceEntry } from '../logs/event.ts';
import { opened } from '../logs/record.ts';
import { handleDigest, sessions } from '../sessions/session.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import type { Issuance, Known } from './facts.ts';

const clientTable = tableOf(clients);

/** What this text is by our records. `now` in ms. @throws StoreUnavailable */
export async function recognise(
  database: Database,
  snapshot: Snapshot,
  tenant: TenantId,
  text: string,
  now: number,
): Promise<Known> {
  const store = database.store(tenant);
  if (text.startsWith('v1.')) return recogniseRefresh(store, text);
  const row = await findIssued(store, text);
  if (row) return { kind: 'access_token', row };
  if (/^[\w-]{43}$/.test(text)) {
    const found = await findCode(store, text, now);
    if (found) return { kind: 'authorization_code', state: found.state, code: found.content };
  }
  if (/^[\w-]{32,64}$/.test(text)) {
    if (await store.get(sessions, text)) return { kind: 'session', by: 'id' };
    if (await store.find(sessions, { handle_hash: handleDigest(text) })) return { kind: 'session', by: 'cookie' };
  }
  const client = /^[\w-]{10,64}$/.test(text) ? await findClient(database, snapshot, tenant, text) : undefined;
  if (client) return { kind: 'client_id', client };
  const owner = /^[\w.~+/-]{32,128}=*$/.test(text) && !text.startsWith('ey') ? await ownerOf(store, text) : undefined;
  const owning = owner === undefined ? undefined : await findClient(database, snapshot, tenant, owner);
  return owning ? { kind: 'client_secret', client: owning } : { kind: 'nothing' };
}

/** How many clients are looked through for a secret. Rows hold it encrypted, so nothing finds it by its hash. */
const secretsAmong = 1000;

/** The id of the client whose secret this is. */
async function ownerOf(reads: Reads, text: string): Promise<string | undefined> {
  const { rows } = await reads.page(clientTable, { offset: 0, limit: secretsAmong });
  const digest = hash('sha256', text, 'buffer');
  const isIt = (secret: string | undefined) =>
    secret !== undefined && timingSafeEqual(hash('sha256', secret, 'buffer'), digest);
  return rows.find(({ client_secret }) => isIt(client_secret))?.client_id;
}

async function recogniseRefresh(reads: Reads, text: string): Promise<Known> {
  const token = readToken(text);
  if (!token) return { kind: 'nothing' };
  const [family, ended] = await Promise.all([
    reads.get(refreshFamilies, token.family),
    reads.get(endedFamilies, token.family),
  ]);
  // The name of a family is no secret: only who holds its proof is told about it.
  const proved = (row: { readonly proof_hash: string } | undefined) => row && isPart(token.proof, row.proof_hash);
  return {
    kind: 'refresh_token',
    family: proved(family) ? family : undefined,
    ...(ended && proved(ended) ? { ended } : {}),
  };
}

/** Around the claimed time of issuance; an event may be written a moment later. */
const aroundMs = 300_000;
/** How far back an opaque token, which has no time, is looked for. */
const backMs = 8 * 86_400_000;

/**
 * The log event of the issuance of exactly this token, by its SHA-256. `issuedAt` (seconds) and the client narrow the search
 * if the token tells them. `now` in ms. `undefined`: never issued here, or pruned from the log. @throws StoreUnavailable
 */
export async function findIssuance(
  logs: LogReads,
  text: string,
  hint: { readonly issuedAt: number | undefined; readonly clientId: string | undefined },
  now: number,
): Promise<Issuance | undefined> {
  const digest = hash('sha256', text, 'base64url');
  const at = hint.issuedAt === undefined ? undefined : hint.issuedAt * 1000;
  const [record] = await logs.first({
    filter: {
      ...(hint.clientId === undefined ? {} : { equals: [{ column: 'client_id', anyOf: [hint.clientId] }] }),
      since: at === undefined ? now - backMs : at - aroundMs,
      ...(at === undefined ? {} : { until: at + aroundMs }),
      contains: [digest],
    },
    newestFirst: true,
    limit: 1,
  });
  return record === undefined ? undefined : issuanceOf(record);
}

function issuanceOf(record: string): Issuance {
  const event = opened(record);
  const text = (name: string) => {
    const value = event[name];
    return typeof value === 'string' ? value : undefined;
  };
  const details = (event.details ?? {}) as {
    readonly trace?: readonly TraceEntry[];
    readonly token?: { readonly expires_in?: number };
  };
  return {
    log_id: event.log_id,
    date: text('date') ?? '',
    type: text('type') ?? '',
    client_id: text('client_id'),
    user_id: text('user_id'),
    audience: text('audience'),
    scope: text('scope'),
    expires_in: details.token?.expires_in,
    trace: details.trace ?? [],
  };
}
