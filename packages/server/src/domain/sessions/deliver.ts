// Tells a client that a session ended (auth0-behaviour BCL-4, BCL-7): signs the logout token when it goes out, calls the address
// within five seconds, and judges the answer.

import { clients } from '../../resources/index.ts';
import type { TenantId } from '../../schema/brand.ts';
import { tableOf } from '../../schema/collection.ts';
import type { Database } from '../../storage/store.ts';
import { backchannelOf } from '../clients/backchannel.ts';
import type { Egress } from '../egress/egress.ts';
import { type AnyJobHandler, type Job, jobHandler, type Outcome } from '../jobs/job.ts';
import type { Keyring } from '../keys/keyring.ts';
import { signJwt } from '../keys/signature.ts';
import type { LogEvent } from '../logs/event.ts';
import { settingsOf } from '../tenants/settings.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { type LogoutCall, logoutCalls } from './logout-calls.ts';
import { logoutTokenClaims, logoutTokenType } from './logout-token.ts';

export interface DeliveryDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
  readonly egress: Egress;
  readonly record: (event: LogEvent) => void;
  readonly now: () => number;
}

const timeoutMs = 5_000;
/** Nobody reads what a client answers. */
const longestAnswer = 64 * 1024;
const clientTable = tableOf(clients);

/** Does the calls that ended sessions leave. */
export function logoutDelivery(deps: DeliveryDeps): AnyJobHandler {
  return jobHandler<LogoutCall>({
    kind: logoutCalls,
    run: (job) => call(deps, job),
    gaveUp: async ({ tenant, payload, attempt }, because) =>
      deps.record(await event(deps, tenant, payload, { attempt, because })),
  });
}

async function call(deps: DeliveryDeps, { tenant, id, payload, attempt, signal }: Job<LogoutCall>): Promise<Outcome> {
  const row = await deps.database.store(tenant).get(clientTable, payload.client_id);
  // Whoever changed the client meanwhile does not want the call any more.
  if (!row || !backchannelOf(row)?.urls.includes(payload.url)) return { kind: 'done' };
  const settings = await settingsOf(deps.database, deps.snapshot, tenant);
  const type = logoutTokenType(row.answer_dialect ?? settings.answer_dialect ?? 'auth0');
  const key = await deps.keyring.signing(tenant, 'RS256');
  const token = await signJwt(key, type, logoutTokenClaims(payload, id, deps.now()));
  const answer = await deps.egress.fetch({
    url: payload.url,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ logout_token: token }).toString(),
    timeoutMs,
    longestAnswer,
    signal,
  });
  const judged = judge(answer);
  if (judged.kind === 'done')
    deps.record(await event(deps, tenant, payload, { attempt, because: undefined, name: row.name }));
  return judged;
}

/** 200 is good, and so is the 204 of frameworks that know better (§2.8); 400 is the client's last word (BCL-4). */
function judge(answer: Awaited<ReturnType<Egress['fetch']>>): Outcome {
  if (answer.kind === 'failed') {
    const { reason, description: because } = answer;
    return { kind: reason === 'refused' ? 'give-up' : 'retry', because };
  }
  const { status } = answer;
  if (status === 200 || status === 204) return { kind: 'done' };
  const because = `The client answered ${status}`;
  return { kind: status >= 500 || status === 408 || status === 429 ? 'retry' : 'give-up', because };
}

async function event(
  { database }: DeliveryDeps,
  tenant: TenantId,
  call: LogoutCall,
  { attempt, because, name }: { attempt: number; because: string | undefined; name?: string | undefined },
): Promise<LogEvent> {
  const known = name ?? (await database.store(tenant).get(clientTable, call.client_id))?.name;
  return {
    tenant,
    type: because === undefined ? 'oidc_backchannel_logout_succeeded' : 'oidc_backchannel_logout_failed',
    description: because ?? 'The client was told of the logout',
    client_id: call.client_id,
    client_name: known,
    user_id: call.user_id,
    hostname: new URL(call.issuer).host,
    details: { session_id: call.session_id, initiator: call.why, url: call.url, attempts: attempt },
  };
}
