// Sessions of users, as administrators see and end them (auth0-behaviour §33.4). What ends here has ended for every node
// with the next request: sessions are read from the database each time.

import { users } from '../../../domain/accounts/user.ts';
import { revokeRefreshFamilies } from '../../../domain/issuing/refresh-revoke.ts';
import { endSession, endSessionsOf } from '../../../domain/sessions/ending.ts';
import { sessionOfId, sessionsOf } from '../../../domain/sessions/lifecycle.ts';
import { type Session, sessions as sessionTable } from '../../../domain/sessions/session.ts';
import { settingsOf } from '../../../domain/tenants/settings.ts';
import { sessions } from '../../../resources/index.ts';
import { isSound } from '../../../schema/json.ts';
import { type Answer, type Ask, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordEndedFamilies, recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { fieldParameters, pageOf, pick, readWanted } from '../paging.ts';
import { refused, uncached } from '../problem.ts';
import { isRefused, readQuery } from '../query.ts';
import { metadataIn } from './own-metadata.ts';
import { readListQuery } from './short-list.ts';
import { inexistentUser } from './user-roles.ts';

const missing = refused(404, sessions.errors.missing.message, sessions.errors.missing.errorCode);

/** `/api/v2/sessions/{id}` and `/api/v2/users/{id}/sessions`. */
export function sessionRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const { database, snapshot } = deps;

  const read: Act = async (ask, here) => {
    const query = readQuery(ask.query, fieldParameters);
    if (isRefused(query)) return query;
    const wanted = readWanted(query);
    if (isRefused(wanted)) return wanted;
    const id = ask.params.id ?? '';
    const settings = await settingsOf(database, snapshot, ask.tenant);
    const found = isSound(id) ? await sessionOfId(database.store(ask.tenant), id, settings, here.now) : undefined;
    return found ? json(200, pick(shown(found), wanted), uncached) : missing;
  };

  const update: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const metadata = metadataIn(body.value, 'session_metadata');
    if (isRefused(metadata)) return metadata;
    const id = ask.params.id ?? '';
    const settings = await settingsOf(database, snapshot, ask.tenant);
    const after = await database.store(ask.tenant).transact(async (tx): Promise<Session | undefined> => {
      if (!isSound(id) || !(await tx.lock(sessionTable, id))) return undefined;
      const before = await sessionOfId(tx, id, settings, here.now);
      if (!before) return undefined;
      const { session_metadata: _before, ...rest } = before;
      const changed: Session = {
        ...rest,
        updated_at: new Date(here.now).toISOString(),
        ...(metadata === undefined ? {} : { session_metadata: metadata }),
      };
      await tx.replace(sessionTable, changed);
      return changed;
    });
    if (!after) return missing;
    const answer = shown(after);
    recordWrite(deps, ask, here.caller, 'Update a session', body.value, { status: 200, body: answer });
    return json(200, answer, uncached);
  };

  const end: Act = async (ask, here) => {
    const id = ask.params.id ?? '';
    const ended =
      isSound(id) && (await database.store(ask.tenant).transact((tx) => endSession(tx, id, revoked(here.now))));
    if (ended) recordWrite(deps, ask, here.caller, 'Delete a session', {}, { status: 202, body: {} });
    // 202 also where there is none, as recorded.
    return accepted();
  };

  /** Ends it with the refresh tokens that it began, which outlive a session that only ends (auth0-behaviour §33.4). */
  const revoke: Act = async (ask, here) => {
    const id = ask.params.id ?? '';
    const ended = await database.store(ask.tenant).transact(async (tx) => {
      if (!isSound(id)) return undefined;
      const owner = (await tx.get(sessionTable, id))?.user_id;
      if (owner !== undefined) await tx.lock(users, owner);
      const session = await endSession(tx, id, revoked(here.now));
      return { session, families: await revokeRefreshFamilies(tx, { session_id: id }, 'session-revoked', here.now) };
    });
    if (ended?.session || ended?.families.length) {
      recordEndedFamilies(deps, ask, here.caller, ended.families, 'session-revoked');
      recordWrite(deps, ask, here.caller, 'Revoke a session', {}, { status: 202, body: {} });
    }
    return accepted();
  };

  const ofUser: Act = async (ask, here) => {
    const listing = readListQuery(ask, []);
    if (isRefused(listing)) return listing;
    const { paging, wanted } = listing;
    const store = database.store(ask.tenant);
    const user = idIn(ask);
    if (user === undefined || !(await store.get(users, user))) return inexistentUser;
    const alive = await sessionsOf(store, user, here.now);
    const part = pageOf(alive, paging);
    if (isRefused(part)) return part;
    // Always wrapped, as recorded.
    return json(200, { sessions: part.rows.map((one) => pick(shown(one), wanted)), ...part.around }, uncached);
  };

  const endAll: Act = async (ask, here) => {
    const user = idIn(ask);
    const ended = await database.store(ask.tenant).transact(async (tx) => {
      if (user === undefined || !(await tx.lock(users, user))) return undefined;
      return endSessionsOf(tx, user, revoked(here.now));
    });
    if (ended === undefined) return inexistentUser;
    recordWrite(deps, ask, here.caller, 'Delete the sessions of a user', {}, { status: 202, body: {} });
    return accepted();
  };

  const family = 'management' as const;
  const path = '/api/v2/sessions/:id';
  const userPath = '/api/v2/users/:user_id/sessions';
  const handle = (act: Act, ...needs: [string, ...string[]][]) => operation(machinery, needs, act);
  const { scopes } = sessions;
  return [
    { method: 'GET', path, handle: handle(read, ['read:sessions']), family },
    { method: 'PATCH', path, handle: handle(update, ['update:sessions']), family },
    { method: 'DELETE', path, handle: handle(end, ['delete:sessions']), family },
    {
      method: 'POST',
      path: `${path}/revoke`,
      handle: handle(revoke, ['delete:sessions'], ['delete:refresh_tokens']),
      family,
    },
    { method: 'GET', path: userPath, handle: operation(machinery, [scopes.read], ofUser), family },
    { method: 'DELETE', path: userPath, handle: handle(endAll, ['delete:sessions']), family },
  ];
}

/** An administrator ended it. */
function revoked(now: number) {
  return { why: 'session-revoked', now } as const;
}

function accepted(): Answer {
  return json(202, {}, uncached);
}

function idIn(ask: Ask): string | undefined {
  const id = ask.params.user_id ?? '';
  return isSound(id) ? id : undefined;
}

/** A session as it travels: without the hash of its cookie. */
function shown(session: Session): object {
  const { handle_hash: _hash, persistent, methods, clients, ...rest } = session;
  return {
    ...rest,
    clients: clients.map(({ client_id }) => ({ client_id })),
    authentication: { methods },
    cookie: { mode: persistent ? 'persistent' : 'non-persistent' },
  };
}
