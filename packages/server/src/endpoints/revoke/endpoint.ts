// POST /oauth/revoke (RFC 7009, auth0-behaviour §30): a client gives its refresh token back. The answer says nothing about the
// token, and comes only after what it promises was written.

import type { ClientFacts } from '../../domain/clients/facts.ts';
import { assertionReused, identifyClient, useAssertion } from '../../domain/clients/identify.ts';
import { revokePresented } from '../../domain/issuing/refresh-revoke.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { settingsOf } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { Database } from '../../storage/store.ts';
import { type AnswerDialect, errorCode, noStore, refusalAnswer } from '../../web/answers.ts';
import { isAllowedOrigin, originRefused, readableByOrigin } from '../../web/cors.ts';
import { type Answer, type Ask, empty, type Route } from '../../web/exchange.ts';
import { oauthPost, readOAuthPost } from '../../web/oauth-post.ts';
import { originEvent, refusedEvent, revokedEvent } from './events.ts';

export interface RevokeDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
}

/** The routes of revocation. */
export function revokeRoutes(deps: RevokeDeps): Route[] {
  return [
    {
      ...oauthPost,
      path: '/oauth/revoke',
      handle: (ask) => revoke(deps, ask),
    },
  ];
}

async function revoke(deps: RevokeDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const settings = await settingsOf(database, snapshot, ask.tenant);
  let dialect: AnswerDialect = settings.answer_dialect ?? 'auth0';
  let client: ClientFacts | undefined;
  let basic = false;
  const refused = (refusal: Refusal): Answer => {
    deps.record(refusedEvent(ask, client, refusal, errorCode(refusal, dialect)));
    return withCors(ask, client, refusalAnswer(refusal, dialect, basic));
  };

  const read = readOAuthPost(ask);
  if (read.kind === 'malformed') return { ...refused(refuse('malformed', read.description)), status: read.status };
  const { params } = read;
  const identified = await identifyClient(deps, ask, params, 'invalid_client', deps.now());
  const { claimed, authentication } = identified;
  basic = identified.basic;
  if (claimed) {
    client = claimed;
    dialect = client.answerDialect ?? dialect;
    const { origin } = ask.headers;
    if (origin !== undefined && !isAllowedOrigin(origin, client.callbacks, client.allowedOrigins)) {
      deps.record(originEvent(ask, client, origin));
      return originRefused(origin);
    }
  }
  if (authentication.kind === 'refused') return refused(authentication.refusal);
  const token = params.get('token');
  if (!token) return refused(refuse('malformed', 'Missing required parameter: token'));

  const { clientId } = authentication.client;
  const andGrant = settings.flags?.revoke_refresh_token_grant === true;
  const outcome = await database.store(ask.tenant).transact(async (tx) => {
    if (!(await useAssertion(tx, authentication))) return undefined;
    return revokePresented(tx, token, clientId, andGrant, deps.now());
  });
  if (!outcome) return refused(assertionReused('invalid_client'));
  deps.record(revokedEvent(ask, authentication.client, outcome));
  // The same whatever the token was (REV-2, REV-4): an answer that told would tell a thief.
  return withCors(ask, authentication.client, empty(200, noStore));
}

/** The origin was checked when the client was found. */
function withCors(ask: Ask, client: ClientFacts | undefined, answer: Answer): Answer {
  return client === undefined ? answer : readableByOrigin(ask.headers.origin, answer);
}
