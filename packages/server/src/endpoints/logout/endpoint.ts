// GET /v2/logout and its old name /logout (auth0-behaviour §31.1): ends the session of the browser and sends it to an address
// that was registered. There is no confirmation, so any site can end a session; Auth0's clients expect it (LO-7).

import { findClient } from '../../domain/clients/find.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { telemetry } from '../../domain/logs/telemetry.ts';
import { endBrowserSession } from '../../domain/sessions/ending.ts';
import type { Session } from '../../domain/sessions/session.ts';
import { settingsOf } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import type { Database } from '../../storage/store.ts';
import { noStore } from '../../web/answers.ts';
import { clearCookie, cookieOf, sessionCookieName } from '../../web/cookies.ts';
import { type Answer, type Ask, empty, type Route } from '../../web/exchange.ts';
import { readForm } from '../../web/params.ts';
import { judgeLogout, type LogoutTarget } from './target.ts';

export interface LogoutDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly record: (event: LogEvent) => void;
  readonly now: () => number;
  /** Shows what cannot be redirected. */
  readonly showError: (
    ask: Ask,
    failure: { readonly status: number; readonly error: string; readonly description: string },
  ) => Promise<Answer>;
}

/** The routes of logout. */
export function logoutRoutes(deps: LogoutDeps): Route[] {
  return ['/v2/logout', '/logout'].map((path) => ({
    method: 'GET',
    path,
    family: 'page',
    // A HEAD of a link preview must not end anything.
    handle: (ask) => (ask.method === 'HEAD' ? empty(405, { allow: 'GET' }) : logout(deps, ask)),
  }));
}

async function logout(deps: LogoutDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const settings = await settingsOf(database, snapshot, ask.tenant);
  const read = readForm(ask.query);
  const params = read.kind === 'params' ? read.params : new Map<string, string>();
  const clientId = params.get('client_id') || undefined;
  const client =
    clientId === undefined ? undefined : await findClient(database, snapshot, ask.tenant, clientId, ask.host);
  const target: LogoutTarget =
    read.kind === 'malformed'
      ? { kind: 'refused', description: read.description, endsSession: true }
      : judgeLogout({ clientId, returnTo: params.get('returnTo') || undefined }, client, settings);

  const handle = cookieOf(ask, sessionCookieName);
  const ended =
    target.kind === 'refused' && !target.endsSession
      ? undefined
      : await database
          .store(ask.tenant)
          .transact((tx) => endBrowserSession(tx, handle, { why: 'rp-logout', now: deps.now() }));
  const about = { client_id: client?.clientId, client_name: client?.name };
  deps.record(event(ask, about, ended, target));
  const answer = await answerOf(deps, ask, target);
  if (target.kind === 'refused' && !target.endsSession) return answer;
  return { ...answer, headers: { ...answer.headers, 'set-cookie': clearCookie(ask, sessionCookieName) } };
}

function answerOf(deps: LogoutDeps, ask: Ask, target: LogoutTarget): Answer | Promise<Answer> {
  switch (target.kind) {
    case 'refused':
      return deps.showError(ask, { status: 400, error: 'invalid_request', description: target.description });
    case 'redirect':
      return { status: 302, headers: { ...noStore, location: target.url, 'referrer-policy': 'no-referrer' } };
    case 'here':
      return { status: 200, headers: { ...noStore, 'content-type': 'text/plain; charset=utf-8' }, body: 'OK' };
  }
}

/** `slo`, also when nobody was signed in; `flo` when the address was refused. */
function event(
  ask: Ask,
  client: { readonly client_id: string | undefined; readonly client_name: string | undefined },
  ended: Session | undefined,
  target: LogoutTarget,
): LogEvent {
  const refused = target.kind === 'refused';
  return {
    tenant: ask.tenant,
    type: refused ? 'flo' : 'slo',
    description: refused ? target.description : 'User successfully logged out',
    ...client,
    user_id: ended?.user_id,
    connection: ended?.connection,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    auth0_client: telemetry(ask.headers['auth0-client']),
    details: { session_id: ended?.id, request_id: ask.id },
  };
}
