// What a token of a user flow is for: /userinfo only, or one API (auth0-behaviour §23.1), and whether the client may have
// tokens for that API on behalf of users at all (§25.3). Asked at /authorize before anybody signs in, and again before issuing.

import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { TenantHost, TenantId } from '../../schema/brand.ts';
import type { Database } from '../../storage/store.ts';
import { type ClientFacts, isStrict } from '../clients/facts.ts';
import { settingsOf, type TenantSettings } from '../tenants/settings.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { managementIdentifier, storedIdentifier } from '../tenants/system-apis.ts';
import type { ApiFacts, GrantFacts } from './api-facts.ts';
import { findApi, findUserGrant, similarIdentifiers } from './find.ts';

export interface AudienceDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
}

export interface AudienceAsk {
  readonly audience: string | undefined;
  readonly resource: string | undefined;
  readonly host: TenantHost;
  /** With its trailing slash. */
  readonly issuer: string;
}

export type AudienceVerdict =
  | { readonly kind: 'userinfo' }
  /** `audience` as on the wire. */
  | { readonly kind: 'api'; readonly audience: string; readonly api: ApiFacts }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const grantHelp = 'See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants';

/** Where the profile of a user is read: in `aud` beside the API, or a target of its own. */
export function userinfoIdentifier(issuer: string): string {
  return `${issuer}userinfo`;
}

/** What the request names: `audience`, then `resource` where the tenant lets it, then the tenant's default. Pure. */
export function namedAudience(
  ask: Pick<AudienceAsk, 'audience' | 'resource'>,
  settings: Pick<TenantSettings, 'resource_parameter_profile' | 'default_audience'>,
): string | undefined {
  if (ask.audience) return ask.audience;
  if (ask.resource && settings.resource_parameter_profile !== 'audience') return ask.resource;
  return settings.default_audience || undefined;
}

/** Whether the audience means /userinfo: its address, or the domain itself (AT-1). Pure. */
export function isUserinfo(audience: string, { host, issuer }: Pick<AudienceAsk, 'host' | 'issuer'>): boolean {
  const domain = `https://${host}`;
  return [userinfoIdentifier(issuer), issuer, issuer.slice(0, -1), `${domain}/userinfo`, `${domain}/`, domain].includes(
    audience,
  );
}

/** The API and the client grant that the request is about, or why there can be no token. @throws StoreUnavailable */
export async function judgeAudience(
  deps: AudienceDeps,
  tenant: TenantId,
  client: ClientFacts,
  ask: AudienceAsk,
): Promise<AudienceVerdict> {
  const { database, snapshot } = deps;
  const audience = namedAudience(ask, await settingsOf(database, snapshot, tenant));
  if (audience === undefined || isUserinfo(audience, ask)) {
    const refusal = judgeUserinfo(client);
    return refusal ? { kind: 'refused', refusal } : { kind: 'userinfo' };
  }
  const api = await findApi(database, snapshot, tenant, storedIdentifier(audience, ask.host));
  if (!api) {
    const near = await similarIdentifiers(database, snapshot, tenant, audience);
    return { kind: 'refused', refusal: unknownApi(audience, near, ask.host) };
  }
  const grant = needsGrant(client, api) ? await findUserGrant(database, snapshot, tenant, client, api) : undefined;
  const refusal = judgeAccess(client, { audience, api }, grant);
  return refusal ? { kind: 'refused', refusal } : { kind: 'api', audience, api };
}

/** The refusal of an API that does not exist; `near` are identifiers that look like it. Pure. */
export function unknownApi(audience: string, near: readonly string[], host: TenantHost): Refusal {
  const management = managementIdentifier(host);
  const meant = audience.replace(/^http:/, 'https:').replace(/\/*$/, '/') === management ? management : near[0];
  return refuse(
    'unknown_api',
    `Service not found: ${audience}`,
    meant === undefined
      ? 'no API of this tenant has this identifier; create one with POST /api/v2/resource-servers'
      : `no API has exactly this identifier; did you mean "${meant}"? Identifiers are compared character by character`,
  );
}

/** Whether the client may have tokens for /userinfo alone. Pure. */
export function judgeUserinfo(client: ClientFacts): Refusal | undefined {
  if (!isStrict(client)) return undefined;
  return refuse(
    'grant_not_allowed',
    'An audience is required for this client',
    'a third-party client in strict mode gets no ID token and nothing at /userinfo, so its requests must name an API',
  );
}

/** Whether a client grant for users is needed, and limits the scopes (auth0-behaviour §25.3). Pure. */
export function needsGrant(client: ClientFacts, api: ApiFacts): boolean {
  return api.userPolicy === 'require_client_grant' || !client.firstParty;
}

/** Whether the client may have tokens for the API on behalf of users (auth0-behaviour §25.3, API-9). Pure. */
export function judgeAccess(
  client: ClientFacts,
  { audience, api }: { readonly audience: string; readonly api: ApiFacts },
  grant: GrantFacts | undefined,
): Refusal | undefined {
  const notAuthorized = `Client is not authorized to access "${audience}".`;
  if (api.userPolicy === 'deny_all') {
    return refuse(
      'policy',
      notAuthorized,
      'the subject_type_authorization.user.policy of the API is "deny_all": no user may have a token for it',
    );
  }
  if (isStrict(client) && api.system) {
    return refuse('grant_not_allowed', notAuthorized, 'third-party clients in strict mode cannot use built-in APIs');
  }
  if (!grant && needsGrant(client, api)) {
    const why = client.firstParty
      ? 'the subject_type_authorization.user.policy of the API is "require_client_grant"'
      : 'a third-party client needs one for every API';
    return refuse(
      client.firstParty ? 'no_client_grant' : 'grant_not_allowed',
      `${notAuthorized} You need to create a "client-grant" associated to this API. ${grantHelp}`,
      `client ${client.clientId} has no client grant for users, and ${why}; create one with POST /api/v2/client-grants {"client_id":"${client.clientId}","audience":"${audience}","subject_type":"user","scope":[...]}`,
    );
  }
  const isPublic = client.method.kind === 'none';
  const bound = api.requiresProofOfPossession || (isPublic && api.requiresProofOfPublicClients);
  if (!bound && !client.requiresProofOfPossession) return undefined;
  const whose = bound ? "the API's proof_of_possession.required" : "the client's require_proof_of_possession";
  return refuse(
    'policy',
    'This API requires sender-constrained access tokens',
    `${whose} is true, and this server issues no sender-constrained tokens yet: a plain bearer token would be weaker than configured`,
  );
}
