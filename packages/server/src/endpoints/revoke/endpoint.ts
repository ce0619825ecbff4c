// POST /oauth/revoke (RFC 7009, auth0-behaviour §30): a client gives its refresh token back. The answer says nothing about the
// token, and comes only after what it promises was written.

import { authenticate } from '../../domain/clients/authenticate.ts';
import { loadClaimed, useAssertion } from '../../domain/clients/claimed.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { readPresented } from '../../domain/clients/presented.ts';
import { revokePresented } from '../../domain/issuing/refresh-revoke.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { settingsOf } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { Database } from '../../storage/store.ts';
import { type AnswerDialect, errorCode, noStore, refusalAnswer } from '../../web/answers.ts';
import { allowedOrigin, isAllowedOrigin, originRefused } from '../../web/cors.ts';
import { type Answer, type Ask, empty, type Route } from '../../web/exchange.ts';
import { readBody } from '../../web/params.ts';
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
      method: 'POST',
      path: '/oauth/revoke',
      family: 'oauth',
      bodyLimit: 32 * 1024,
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

  const read = readBody(ask.body, ask.headers['content-type']);
  if (ask.repeated.size > 0) return refused(refuse('malformed', `Duplicate header: ${[...ask.repeated][0]}`));
  if (read.kind === 'malformed') return { ...refused(refuse('malformed', read.description)), status: read.status };
  const { params } = read;
  const presented = readPresented(ask.headers.authorization, (name) => params.get(name));
  if (presented.kind === 'refused') return refused(elsewhere(presented.refusal));
  basic = presented.presented.kind === 'secret' && presented.presented.basic;

  const claimed = await loadClaimed(deps, ask, presented.presented, deps.now());
  if (claimed.client) {
    client = claimed.client;
    dialect = client.answerDialect ?? dialect;
    const { origin } = ask.headers;
    if (origin !== undefined && !isAllowedOrigin(origin, client.callbacks, client.allowedOrigins)) {
      deps.record(originEvent(ask, client, origin));
      return originRefused(origin);
    }
  }
  const authentication = authenticate(presented.presented, claimed.client, claimed.verdict);
  if (authentication.kind === 'refused') return refused(elsewhere(authentication.refusal));
  const token = params.get('token');
  if (!token) return refused(refuse('malformed', 'Missing required parameter: token'));

  const { clientId } = authentication.client;
  const andGrant = settings.flags?.revoke_refresh_token_grant === true;
  const outcome = await database.store(ask.tenant).transact(async (tx) => {
    if (!(await useAssertion(tx, authentication))) return undefined;
    return revokePresented(tx, token, clientId, andGrant, deps.now());
  });
  if (!outcome) {
    const because = 'the jti of the client assertion was used before; each assertion buys one answer';
    return refused(refuse('invalid_client', 'Unauthorized', because));
  }
  deps.record(revokedEvent(ask, authentication.client, outcome));
  // The same whatever the token was (REV-2, REV-4): an answer that told would tell a thief.
  return withCors(ask, authentication.client, empty(200, noStore));
}

/** A failed authentication has another code here than at the token endpoint. */
function elsewhere(refusal: Refusal): Refusal {
  return refusal.kind === 'client_authentication' ? { ...refusal, kind: 'invalid_client' } : refusal;
}

function withCors(ask: Ask, client: ClientFacts | undefined, answer: Answer): Answer {
  const { origin } = ask.headers;
  if (origin === undefined || client === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, ...allowedOrigin(origin) } };
}
