// Gathers the facts of an explanation. Reads only. Of tokens that other issuers made nothing is looked up: what is said of them is
// what they say themselves.

import { type Inspection, inspectToken } from '@countersign/api/inspect';
import type { TenantHost, TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import { findUser } from '../accounts/find.ts';
import type { ClientFacts } from '../clients/facts.ts';
import { findClient } from '../clients/find.ts';
import type { ApiFacts, GrantFacts } from '../issuing/api-facts.ts';
import { findApi, findMachineGrant, findUserGrant } from '../issuing/find.ts';
import { verifyIdTokenHint } from '../issuing/id-token-hint.ts';
import { endedFamilies } from '../issuing/refresh-family.ts';
import type { Keyring } from '../keys/keyring.ts';
import { signingKeys } from '../keys/ring.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { storedIdentifier } from '../tenants/system-apis.ts';
import { askedApi, definedElsewhere } from './asked.ts';
import { encryptedHeader, verdictInside } from './encrypted.ts';
import type { AskedApi, Facts, Known } from './facts.ts';
import { presentedText } from './presented.ts';
import { findIssuance, recognise } from './recognise.ts';
import { verdictOn } from './verdict.ts';

export interface ExplainDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
  /** Writes log events that are still in memory: a token is often refused before its issuance was written. */
  readonly flushLogs: () => Promise<void>;
  /** Which tenant a host belongs to. */
  readonly tenantOf: (host: string) => TenantId | undefined;
}

export interface ExplainAsk {
  readonly tenant: TenantId;
  readonly host: TenantHost;
  readonly issuer: string;
  /** ms */
  readonly now: number;
  /** As presented, with whatever is around it. */
  readonly token: string;
  readonly audience: string | undefined;
  readonly scopes: readonly string[];
}

/** A JWT's `iss` that is this tenant by another of its names. */
function otherIssuer(deps: ExplainDeps, ask: ExplainAsk, inspection: Inspection): string | undefined {
  const iss = inspection.form === 'jwt' ? inspection.payload.iss : undefined;
  if (typeof iss !== 'string' || iss === ask.issuer || !/^https?:\/\/[^/?#@]+\/$/.test(iss)) return undefined;
  const url = URL.parse(iss);
  return url && deps.tenantOf(url.host) === ask.tenant ? iss : undefined;
}

/** Everything but what a new token would get. @throws StoreUnavailable */
export async function loadFacts(deps: ExplainDeps, asking: ExplainAsk): Promise<Omit<Facts, 'anew'>> {
  const { database, snapshot } = deps;
  const { tenant, now } = asking;
  const { token, wrapping } = presentedText(asking.token);
  const ask = { ...asking, token };
  await deps.flushLogs();
  const store = database.store(tenant);
  const inspection = inspectToken(token);
  const jwt = inspection.form === 'jwt' ? inspection : undefined;
  const other = otherIssuer(deps, ask, inspection);
  const foreign = jwt !== undefined && jwt.payload.iss !== ask.issuer && other === undefined;
  const apiOf = (identifier: string) => findApi(database, snapshot, tenant, storedIdentifier(identifier, ask.host));

  const known: Known = foreign ? { kind: 'nothing' } : await recognise(database, snapshot, tenant, token, now);
  const asked = await askedApi({ database, snapshot, apiOf }, ask);
  const named = foreign ? new Map<string, ApiFacts>() : await namedApis(jwt?.audiences ?? [], apiOf);
  // The library takes no setting with white space around it: that such an API refuses every token is found beside it.
  const audience = asked?.identifier.trim() ?? jwt?.audiences[0] ?? 'any';
  const cause = await verdictOn(deps.keyring, token, {
    tenant,
    issuers: [ask.issuer, ...(other === undefined ? [] : [other])],
    audience,
    named: [...named.values()],
    algorithm: jwt?.header.alg,
    scopes: known.kind === 'access_token' && known.row.opaque ? [] : ask.scopes,
    now,
  });
  // Only what our signature vouches for, or our records know, leads to our records.
  const genuine = jwt === undefined || (!foreign && (await isGenuine(deps, ask, jwt, cause?.code)));
  const clientId = clientIdOf(known, genuine ? jwt : undefined);
  const issuance =
    foreign ||
    !genuine ||
    (isText.has(known.kind) && known.kind !== 'nothing') ||
    known.kind === 'refresh_token' ||
    token.length < 20
      ? undefined
      : await findIssuance(store.logs, token, { issuedAt: timeOf(jwt?.payload.iat), clientId }, now);
  const client = clientId ?? issuance?.client_id;
  const userId = userIdOf(known, genuine ? jwt : undefined) ?? issuance?.user_id;
  const byId = client === undefined ? undefined : await findClient(database, snapshot, tenant, client);
  const encrypted = inspection.form === 'encrypted' ? encryptedHeader(token) : undefined;
  if (encrypted && issuance?.audience !== undefined) {
    const api = await apiOf(issuance.audience);
    if (api) named.set(issuance.audience, api);
  }
  const inside =
    encrypted && issuance ? verdictInside({ asked, inspection, issuance, now, wanted: ask.scopes }) : undefined;
  return {
    now,
    host: ask.host,
    issuer: ask.issuer,
    inspection,
    wrapping,
    encrypted,
    length: token.length,
    cause: inside ?? cause,
    asked,
    wanted: ask.scopes,
    known,
    issuance,
    client: client === undefined ? undefined : { id: client, facts: byId },
    user: userId === undefined ? undefined : { id: userId, row: await findUser(store, userId) },
    grant: await ownGrant(deps, tenant, byId, asked, userId === undefined),
    named,
    definedBy: await definedElsewhere({ database, snapshot, apiOf }, tenant, asked, ask.scopes),
    ended: known.kind === 'access_token' ? await store.get(endedFamilies, known.row.family) : undefined,
    issuedHere: issuance !== undefined || (jwt === undefined ? !isText.has(known.kind) : genuine),
    otherName: other !== undefined,
    keyRevokedAt: cause?.code === 'unknown_key' ? await keyRevokedAt(deps, tenant, jwt?.header.kid) : undefined,
  };
}

/** By which the client may have such tokens. A third party may share a default grant, which is no place to mend one client. */
async function ownGrant(
  { database, snapshot }: ExplainDeps,
  tenant: TenantId,
  client: ClientFacts | undefined,
  asked: AskedApi | undefined,
  machine: boolean,
): Promise<GrantFacts | undefined> {
  const api = asked?.kind === 'api' ? asked.facts : undefined;
  if (!api || !client?.firstParty) return undefined;
  return (machine ? findMachineGrant : findUserGrant)(database, snapshot, tenant, client, api);
}

/** Whether our signature vouches for what a JWT says. ID tokens are told apart before their signature is looked at: it is here. */
async function isGenuine(
  deps: ExplainDeps,
  { tenant, issuer, token }: ExplainAsk,
  jwt: NonNullable<Read>,
  code: string | undefined,
): Promise<boolean> {
  if (code === undefined) return true;
  if (code !== 'id_token') return !notVouchedFor.has(code);
  const [audience = ''] = jwt.audiences;
  const client = await findClient(deps.database, deps.snapshot, tenant, audience);
  return client !== undefined && (await verifyIdTokenHint(deps, tenant, client, token, issuer)) !== undefined;
}

/** What was presented is nothing that was issued as a token. */
const isText: ReadonlySet<Known['kind']> = new Set(['nothing', 'client_id', 'client_secret', 'session']);

/** Causes that are found before the signature was seen to be good. */
const notVouchedFor = new Set([
  'alg_none',
  'alg_not_allowed',
  'hmac_not_allowed',
  'critical_header',
  'bad_key_id',
  'no_issuer',
  'wrong_issuer',
  'wrong_tenant',
  'no_key_id',
  'unknown_key',
  'key_for_other_algorithm',
  'unusable_key',
  'bad_signature',
  'keys_unavailable',
  'check_failed',
  'malformed_token',
  'illegal_characters',
  'logout_token',
  'client_assertion',
  'other_token_kind',
  'no_client',
  'wrong_dialect',
  'token_too_large',
]);

async function namedApis(
  audiences: readonly string[],
  apiOf: (identifier: string) => Promise<ApiFacts | undefined>,
): Promise<Map<string, ApiFacts>> {
  const named = new Map<string, ApiFacts>();
  for (const audience of audiences.slice(0, 10)) {
    const api = await apiOf(audience);
    if (api) named.set(audience, api);
  }
  return named;
}

type Read = (Inspection & { readonly form: 'jwt' }) | undefined;

function clientIdOf(known: Known, jwt: Read): string | undefined {
  switch (known.kind) {
    case 'access_token':
      return known.row.client_id;
    case 'refresh_token':
      return known.family?.client_id ?? known.ended?.client_id;
    case 'authorization_code':
      return known.code.client_id;
    case 'client_id':
    case 'client_secret':
      return known.client.clientId;
    case 'session':
      return undefined;
    case 'nothing':
      // An ID token's client is its audience.
      return jwt && (jwt.client ?? (jwt.otherKind === 'id_token' ? jwt.audiences[0] : undefined));
  }
}

function userIdOf(known: Known, jwt: Read): string | undefined {
  if (known.kind === 'access_token') return known.row.user_id;
  if (known.kind === 'authorization_code') return known.code.user_id;
  const sub = jwt?.payload.sub;
  return typeof sub === 'string' && !sub.endsWith('@clients') ? sub : undefined;
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

async function keyRevokedAt({ database }: ExplainDeps, tenant: TenantId, kid: unknown): Promise<string | undefined> {
  if (typeof kid !== 'string' || kid.length > 256) return undefined;
  const row = (await database.store(tenant).all(signingKeys)).find((key) => key.kid === kid);
  return row?.state === 'revoked' ? row.revoked_at : undefined;
}
