// POST /oauth/introspect (RFC 7662; ours, Auth0 has none): tells an API whether a token is good at this moment. A client that stands
// for an API (`app_type` `resource_server`) may ask about tokens of that API; one that was granted `introspect:tokens` about all.

import { hash } from 'node:crypto';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { assertionReused, identifyClient, useAssertion } from '../../domain/clients/identify.ts';
import { findApi, findMachineGrant } from '../../domain/issuing/find.ts';
import { introspect } from '../../domain/issuing/introspection.ts';
import type { Keyring } from '../../domain/keys/keyring.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { cut } from '../../domain/logs/record.ts';
import { settingsOf } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import { MANAGEMENT_API, storedIdentifier } from '../../domain/tenants/system-apis.ts';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { Database } from '../../storage/store.ts';
import { type AnswerDialect, errorCode, noStore, refusalAnswer } from '../../web/answers.ts';
import { type Answer, type Ask, json, type Route } from '../../web/exchange.ts';
import { oauthPost, readOAuthPost } from '../../web/oauth-post.ts';

export interface IntrospectDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
}

/** The routes of introspection. */
export function introspectRoutes(deps: IntrospectDeps): Route[] {
  return [
    {
      ...oauthPost,
      path: '/oauth/introspect',
      handle: (ask) => answer(deps, ask),
    },
  ];
}

async function answer(deps: IntrospectDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const settings = await settingsOf(database, snapshot, ask.tenant);
  let dialect: AnswerDialect = settings.answer_dialect ?? 'auth0';
  let client: ClientFacts | undefined;
  let basic = false;
  const refused = (refusal: Refusal): Answer => {
    deps.record(refusedEvent(ask, client, refusal, errorCode(refusal, dialect)));
    return refusalAnswer(refusal, dialect, basic);
  };

  const read = readOAuthPost(ask);
  if (read.kind === 'malformed') return { ...refused(refuse('malformed', read.description)), status: read.status };
  const { params } = read;
  const identified = await identifyClient(deps, ask, params, 'invalid_client', deps.now());
  const { authentication } = identified;
  basic = identified.basic;
  client = identified.claimed;
  dialect = client?.answerDialect ?? dialect;
  if (authentication.kind === 'refused') return refused(authentication.refusal);
  if (authentication.jti) {
    const used = await database.store(ask.tenant).transact((tx) => useAssertion(tx, authentication));
    if (!used) return refused(assertionReused('invalid_client'));
  }
  const caller = authentication.client;
  const may = await whatMayBeAsked(deps, ask, caller);
  if (!may) {
    const because =
      'the client neither stands for an API (app_type resource_server) nor has a client grant with introspect:tokens';
    return refused(refuse('grant_not_allowed', 'The client may not introspect tokens', because));
  }
  const token = params.get('token');
  if (!token) return refused(refuse('malformed', 'Missing required parameter: token'));

  const { tenant, issuer } = ask;
  const found = await introspect(deps, { tenant, issuer, token, ...may, now: deps.now() });
  if (found.kind === 'active') return json(200, { active: true, ...found.members }, noStore);
  deps.record(inactiveEvent(ask, caller, token, found.because));
  // Nothing else: whether it ever was a token is nobody's business (RFC 7662 §2.2).
  return json(200, { active: false }, noStore);
}

/** About which tokens this client may ask; `undefined`: about none. */
async function whatMayBeAsked({ database, snapshot }: IntrospectDeps, ask: Ask, caller: ClientFacts) {
  // A client that proves nothing could be anybody.
  if (caller.method.kind === 'none') return undefined;
  const apiOf = (audience: string) => findApi(database, snapshot, ask.tenant, storedIdentifier(audience, ask.host));
  const management = await findApi(database, snapshot, ask.tenant, MANAGEMENT_API);
  const grant = management && (await findMachineGrant(database, snapshot, ask.tenant, caller, management));
  if (grant && (grant.allScopes || grant.scopes.includes('introspect:tokens'))) return { apiOf, everything: true };
  const own = caller.authorization.api;
  if (own === undefined) return undefined;
  return {
    apiOf: async (audience: string) =>
      storedIdentifier(audience, ask.host) === own ? await apiOf(audience) : undefined,
    everything: false,
  };
}

function origin(ask: Ask, client: ClientFacts | undefined) {
  return {
    tenant: ask.tenant,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    client_id: client?.clientId,
    client_name: client?.name,
  };
}

/** A token was not good (`w`): why, for a developer who wonders. The token by its SHA-256. */
function inactiveEvent(ask: Ask, client: ClientFacts, token: string, because: string): LogEvent {
  return {
    ...origin(ask, client),
    type: 'w',
    description: 'A token was introspected that is not active',
    details: { because: cut(because), token_sha256: hash('sha256', token, 'base64url'), request_id: ask.id },
  };
}

function refusedEvent(ask: Ask, client: ClientFacts | undefined, refusal: Refusal, error: string): LogEvent {
  const { description, because, kind } = refusal;
  return {
    ...origin(ask, client),
    type: 'f',
    description,
    details: {
      error: { message: cut(description), oauthError: error, type: kind, because: cut(because) },
      request: { method: 'post', path: ask.path },
      request_id: ask.id,
    },
  };
}
