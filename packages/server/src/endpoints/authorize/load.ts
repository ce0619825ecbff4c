// The load beat of /authorize: looks up what a request names, before it is judged.

import type { ClientFacts } from '../../domain/clients/facts.ts';
import { connectionsOf } from '../../domain/connections/find.ts';
import { judgeAudience } from '../../domain/issuing/audience.ts';
import { findOrganization } from '../../domain/issuing/find.ts';
import { verifyIdTokenHint } from '../../domain/issuing/id-token-hint.ts';
import type { TenantSettings } from '../../domain/tenants/settings.ts';
import { refuseAuthorization } from '../../oauth/authorization-error.ts';
import { type AnswerDialect, errorCode } from '../../web/answers.ts';
import type { Ask } from '../../web/exchange.ts';
import type { Params } from '../../web/params.ts';
import type { AuthorizeDeps } from './endpoint.ts';
import type { RequestFacts } from './request.ts';

/** Looks up what the request names. Reads only. @throws StoreUnavailable */
export async function factsOf(
  deps: Pick<AuthorizeDeps, 'database' | 'snapshot' | 'keyring' | 'now'>,
  ask: Pick<Ask, 'tenant' | 'host' | 'issuer'>,
  params: Params,
  client: ClientFacts,
  settings: TenantSettings,
  dialect: AnswerDialect,
): Promise<RequestFacts> {
  const { database, snapshot } = deps;
  const { tenant, host, issuer } = ask;
  const named = { audience: params.get('audience'), resource: params.get('resource'), host, issuer };
  const audience = await judgeAudience({ database, snapshot }, tenant, client, named);
  const refusal = audience.kind === 'refused' ? audience.refusal : undefined;
  const hint = params.get('id_token_hint');
  const organization = params.get('organization');
  const by = organization?.startsWith('org_') ? { id: organization } : { name: organization?.toLowerCase() ?? '' };
  const connection = params.get('connection');
  const usable = connection === undefined ? [] : await connectionsOf(database, snapshot, tenant, client);
  return {
    settings,
    dialect,
    audience: audience.kind === 'api' ? audience.audience : undefined,
    audienceRefusal: refusal && refuseAuthorization(errorCode(refusal, dialect), refusal.description, refusal.because),
    connectionUsable: usable.some(({ name }) => name === connection),
    organizationExists:
      organization !== undefined && (await findOrganization(database, snapshot, tenant, by)) !== undefined,
    hintedUser: hint === undefined ? undefined : await verifyIdTokenHint(deps, tenant, client, hint, issuer),
  };
}
