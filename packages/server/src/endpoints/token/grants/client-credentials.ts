// The client credentials grant (RFC 6749 §4.4, auth0-behaviour §11): a machine gets a token as itself,
// for one API, with the scopes that its client grant gives it there.

import type { ApiFacts, GrantFacts } from '../../../domain/issuing/api-facts.ts';
import type { TraceEntry } from '../../../domain/logs/event.ts';
import { managementIdentifier } from '../../../domain/tenants/system-apis.ts';
import { type Refusal, refuse } from '../../../oauth/errors.ts';
import { parseScope } from '../../../oauth/scope.ts';
import type { Grant, GrantContext, MachineDecision } from '../grant.ts';
import { judgeOrganization, loadOrganization, type NamedOrganization } from '../organization.ts';

export interface Asked {
  readonly audience: string | undefined;
  readonly resource: string | undefined;
  /** `undefined`: not asked, so everything the grant gives (SCO-8, X-19). */
  readonly scopes: readonly string[] | undefined;
  readonly organization: string | undefined;
}

export interface Found {
  /** Where the audience came from, and what it is on the wire; `undefined` when nothing named one. */
  readonly audience:
    | { readonly value: string; readonly from: 'audience' | 'resource' | 'default_audience' }
    | undefined;
  readonly api: ApiFacts | undefined;
  readonly grant: GrantFacts | undefined;
  /** The organization that the request, or the client's default, means. */
  readonly organization: NamedOrganization | undefined;
  /** Identifiers of this tenant that look like the one asked for; filled only when the API is unknown. */
  readonly similar: readonly string[];
}

const grantHelp = 'See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants';

function refused(
  refusal: Refusal,
  trace: readonly TraceEntry[],
  organization?: NamedOrganization['facts'],
): MachineDecision {
  return { kind: 'refused', refusal, trace, ...(organization ? { organization } : {}) };
}

function unknownApi(audience: string, found: Found, context: GrantContext): string {
  if (audience === `${context.issuer}userinfo` || `${audience}/` === context.issuer) {
    return 'a machine has no user, so it cannot have a token for /userinfo; ask for the identifier of an API';
  }
  const near = [...found.similar];
  const management = managementIdentifier(context.host);
  if (audience.replace(/^http:/, 'https:').replace(/\/*$/, '/') === management) near.unshift(management);
  if (near.length > 0)
    return `no API has exactly this identifier; did you mean "${near[0]}"? Identifiers are compared character by character`;
  return 'no API of this tenant has this identifier; create one with POST /api/v2/resource-servers';
}

/** The scope waterfall: given by the grant, still defined by the API, asked for. Each drop says why. */
function grantedScopes(asked: Asked, api: ApiFacts, grant: GrantFacts, trace: TraceEntry[]): readonly string[] {
  const given = grant.allScopes ? [...api.scopes] : grant.scopes;
  trace.push({
    rule: 'client_grant',
    because: grant.allScopes
      ? `client grant ${grant.id} gives every scope of the API`
      : `client grant ${grant.id} gives: ${given.join(' ') || 'no scopes'}`,
  });
  const defined = given.filter((scope) => api.scopes.has(scope));
  if (defined.length < given.length) {
    const dropped = given.filter((scope) => !api.scopes.has(scope));
    trace.push({ rule: 'api_scopes', because: 'the API does not define these scopes any more', dropped });
  }
  if (asked.scopes === undefined) {
    trace.push({ rule: 'requested', because: 'no scope was requested, so everything that the grant gives is granted' });
    return defined;
  }
  const available = new Set(defined);
  const granted = asked.scopes.filter((scope) => available.has(scope));
  const undefinedHere = asked.scopes.filter((scope) => !api.scopes.has(scope));
  const ungranted = asked.scopes.filter((scope) => api.scopes.has(scope) && !available.has(scope));
  if (undefinedHere.length > 0)
    trace.push({ rule: 'api_scopes', because: 'requested, but the API defines no such scope', dropped: undefinedHere });
  if (ungranted.length > 0) {
    trace.push({
      rule: 'client_grant',
      because: `requested, but client grant ${grant.id} does not give it`,
      dropped: ungranted,
    });
  }
  const wanted = new Set(asked.scopes);
  const unasked = defined.filter((scope) => !wanted.has(scope));
  if (unasked.length > 0)
    trace.push({ rule: 'requested', because: 'given by the grant, but not requested', dropped: unasked });
  return granted;
}

/** RBAC dialects add what was granted as `permissions`, sorted (CC-4). */
function permissionsOf(api: ApiFacts, scopes: readonly string[]): { permissions?: readonly string[] } {
  return api.enforcePolicies && api.dialect.endsWith('_authz') ? { permissions: scopes.toSorted() } : {};
}

/** The decision. The order of checks is the order in which an operator would mend them. */
export function decide(asked: Asked, found: Found, context: GrantContext): MachineDecision {
  const trace: TraceEntry[] = [];
  const { client } = context;
  if (!found.audience) {
    return refused(
      refuse(
        'no_api',
        'Non-global clients are not allowed access to APIv1',
        'the request has no audience, and the tenant has no default_audience; send audience=<identifier of the API>',
      ),
      trace,
    );
  }
  const { value: audience, from } = found.audience;
  trace.push({ rule: 'audience', because: `${from} names ${audience}` });
  const { api, grant } = found;
  if (!api)
    return refused(
      refuse('unknown_api', `Service not enabled within domain: ${audience}`, unknownApi(audience, found, context)),
      trace,
    );
  if (api.clientPolicy === 'deny_all') {
    const because = `the API's subject_type_authorization.client.policy is "deny_all": no machine may have a token for it`;
    return refused(refuse('policy', `Client is not authorized to access "${audience}".`, because), trace);
  }
  if (!grant) {
    return refused(
      refuse(
        client.firstParty ? 'no_client_grant' : 'grant_not_allowed',
        `Client is not authorized to access "${audience}". You need to create a "client-grant" associated to this API. ${grantHelp}`,
        `client ${client.clientId} has no client grant for this API; create one with POST /api/v2/client-grants {"client_id":"${client.clientId}","audience":"${audience}","scope":[...]}`,
      ),
      trace,
    );
  }
  if (api.requiresProofOfPossession || client.requiresProofOfPossession) {
    const whose = api.requiresProofOfPossession
      ? "the API's proof_of_possession.required"
      : "the client's require_proof_of_possession";
    return refused(
      refuse(
        'policy',
        'This API requires sender-constrained access tokens',
        `${whose} is true, and this server issues no sender-constrained tokens yet: a plain bearer token would be weaker than configured`,
      ),
      trace,
    );
  }
  const verdict = judgeOrganization(asked.organization, found.organization, client, grant);
  if (verdict.kind === 'refused') return refused(verdict.refusal, trace, found.organization?.facts);
  if (verdict.because) trace.push({ rule: 'organization', because: verdict.because });
  const scopes = grantedScopes(asked, api, grant, trace);
  trace.push({
    rule: 'granted',
    because: scopes.length > 0 ? `granted: ${scopes.join(' ')}` : 'granted without scopes',
  });
  return {
    kind: 'authorized',
    authorization: {
      api,
      audience,
      issuer: context.issuer,
      clientId: client.clientId,
      subject: `${client.clientId}@clients`,
      scopes,
      ...permissionsOf(api, scopes),
      ...(verdict.kind === 'organization'
        ? { organization: { ...verdict.organization, nameInToken: found.organization?.namesAllowed === true } }
        : {}),
      grantType: 'client-credentials',
      lifetime: api.lifetime,
      trace,
    },
  };
}

export const clientCredentials: Grant<Asked, Found, MachineDecision> = {
  type: 'client_credentials',
  events: { success: 'seccft', failure: 'feccft' },
  about: {
    success: 'Successful exchange of Access Token for a Client Credentials Grant',
    failure: 'Failed exchange of Access Token for a Client Credentials Grant',
  },
  parse(params) {
    const scope = params.get('scope');
    const scopes = scope === undefined ? undefined : parseScope(scope);
    if (scope !== undefined && scopes === undefined)
      return { kind: 'refused', refusal: refuse('bad_scope', 'Scope must be an array or a string') };
    const text = (name: string) => params.get(name) || undefined;
    return {
      kind: 'asked',
      // An empty `scope=` asks for nothing in particular, like none at all (RFC 6749 §3.3 leaves it open; Auth0's SDKs send it).
      asked: {
        audience: text('audience'),
        resource: text('resource'),
        scopes: scopes?.length ? scopes : undefined,
        organization: text('organization'),
      },
    };
  },
  async load(asked, context, facts) {
    const audience = await facts.audience(asked.audience, asked.resource);
    const nothing = { api: undefined, grant: undefined, organization: undefined, similar: [] };
    if (!audience) return { ...nothing, audience };
    const api = await facts.api(audience.value);
    if (!api) return { ...nothing, audience, similar: await facts.similarIdentifiers(audience.value) };
    const grant = await facts.machineGrant(context.client, api);
    const organization = grant && (await loadOrganization(asked.organization, context.client, grant, facts));
    return { audience, api, grant, organization, similar: [] };
  },
  decide,
};
