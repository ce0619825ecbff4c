// Refresh tokens, as administrators see and revoke them (auth0-behaviour §12.10, §30): each stands for its whole family. What is
// revoked here is refused by every node with the next request.

import { users } from '../../../domain/accounts/user.ts';
import { USERINFO } from '../../../domain/issuing/consent.ts';
import { endAccess } from '../../../domain/issuing/end-access.ts';
import { type EndReason, type RefreshFamily, refreshFamilies } from '../../../domain/issuing/refresh-family.ts';
import { endedBy } from '../../../domain/issuing/refresh-lifetime.ts';
import {
  type FamiliesOf,
  familiesOf,
  revokeRefreshFamilies,
  revokeRefreshFamily,
} from '../../../domain/issuing/refresh-revoke.ts';
import { endSession, endSessionsOf } from '../../../domain/sessions/ending.ts';
import { sessions } from '../../../domain/sessions/session.ts';
import { storedIdentifier } from '../../../domain/tenants/system-apis.ts';
import { refreshTokens } from '../../../resources/index.ts';
import { isSound } from '../../../schema/json.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import type { Transaction } from '../../../storage/store.ts';
import { type Answer, type Ask, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import type { At } from '../context.ts';
import { recordEndedFamilies, recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { fieldParameters, pageOf, pick, readWanted } from '../paging.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { badQuery, isRefused, readQuery } from '../query.ts';
import { shownAudience } from './grants.ts';
import { metadataIn } from './own-metadata.ts';
import { readListQuery } from './short-list.ts';
import { inexistentUser } from './user-roles.ts';

const missing = refused(404, refreshTokens.errors.missing.message, refreshTokens.errors.missing.errorCode);
/** Ids that one request may revoke, as documented. */
const mostIds = 100;

/** `/api/v2/refresh-tokens`, `/users/{user_id}/refresh-tokens` and `/users/{user_id}/revoke-access`. */
export function refreshTokenRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const { database } = deps;

  /** Revokes, and writes down what was revoked and who asked. 202, also where there was nothing (as recorded). */
  async function revoked(
    ask: Ask,
    here: At,
    about: { readonly description: string; readonly body?: object; readonly why: EndReason },
    work: (tx: Transaction) => Promise<readonly RefreshFamily[] | Refused>,
  ): Promise<Answer | Refused> {
    const families = await database.store(ask.tenant).transact(work);
    if (isRefused(families)) return families;
    recordEndedFamilies(deps, ask, here.caller, families, about.why);
    recordWrite(deps, ask, here.caller, about.description, about.body ?? {}, { status: 202, body: {} });
    return json(202, {}, uncached);
  }

  const read: Act = async (ask, here) => {
    const query = readQuery(ask.query, fieldParameters);
    if (isRefused(query)) return query;
    const wanted = readWanted(query);
    if (isRefused(wanted)) return wanted;
    const found = await living(database.store(ask.tenant), ask.params.id ?? '', here);
    return found ? json(200, pick(shown(found, here), wanted), uncached) : missing;
  };

  const update: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const metadata = metadataIn(body.value, 'refresh_token_metadata');
    if (isRefused(metadata)) return metadata;
    const id = ask.params.id ?? '';
    const after = await database.store(ask.tenant).transact(async (tx) => {
      if (!isSound(id) || !(await tx.lock(refreshFamilies, id))) return undefined;
      const before = await living(tx, id, here);
      if (!before) return undefined;
      const { refresh_token_metadata: _before, ...rest } = before;
      const changed = { ...rest, ...(metadata === undefined ? {} : { refresh_token_metadata: metadata }) };
      await tx.replace(refreshFamilies, changed);
      return changed;
    });
    if (!after) return missing;
    const answer = shown(after, here);
    recordWrite(deps, ask, here.caller, 'Update a refresh token', body.value, { status: 200, body: answer });
    return json(200, answer, uncached);
  };

  const remove: Act = (ask, here) =>
    revoked(ask, here, { description: 'Delete a refresh token', why: 'administrator' }, async (tx) => {
      const id = ask.params.id ?? '';
      const family = isSound(id) ? await revokeRefreshFamily(tx, id, 'administrator', here.now) : undefined;
      return family ? [family] : [];
    });

  const revoke: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const whose = revocationIn(body.value, here);
    if (isRefused(whose)) return whose;
    const about = { description: 'Revoke refresh tokens', body: body.value, why: 'administrator' } as const;
    return revoked(ask, here, about, (tx) => revokeRefreshFamilies(tx, whose, 'administrator', here.now));
  };

  /** A user's, wrapped as `name`; `client_id` may narrow it. */
  const list = async (ask: Ask, here: At, name: string, user: string | undefined, filters: readonly string[]) => {
    const listing = readListQuery(ask, filters);
    if (isRefused(listing)) return listing;
    const { query, paging, wanted } = listing;
    const client_id = query.one.get('client_id');
    const store = database.store(ask.tenant);
    if (user === undefined || !(await store.get(users, user))) return inexistentUser;
    const found = await familiesOf(store, client_id ? { user_id: user, client_id } : { user_id: user });
    const part = pageOf(
      found.filter((family) => endedBy(family, here.now) === undefined),
      paging,
    );
    if (isRefused(part)) return part;
    return json(200, { [name]: part.rows.map((one) => pick(shown(one, here), wanted)), ...part.around }, uncached);
  };

  const listAll: Act = async (ask, here) => {
    const query = readQuery(ask.query, [
      'user_id',
      'client_id',
      'page',
      'per_page',
      'include_totals',
      'from',
      'take',
      ...fieldParameters,
    ]);
    if (isRefused(query)) return query;
    const user = query.one.get('user_id');
    if (!user) return badQuery('Missing required property: user_id');
    return list(ask, here, 'refresh_tokens', user, ['user_id', 'client_id']);
  };
  const ofUser: Act = (ask, here) => list(ask, here, 'tokens', idIn(ask), []);

  const removeOfUser: Act = (ask, here) =>
    revoked(ask, here, { description: 'Delete the refresh tokens of a user', why: 'administrator' }, async (tx) => {
      const user = idIn(ask);
      if (user === undefined || !(await tx.lock(users, user))) return inexistentUser;
      return revokeRefreshFamilies(tx, { user_id: user }, 'administrator', here.now);
    });

  const revokeAccess: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const asked = accessIn(body.value);
    if (isRefused(asked)) return asked;
    const ending = { why: 'session-revoked', now: here.now } as const;
    const about = { description: "Revoke a user's access", body: body.value, why: 'session-revoked' } as const;
    return revoked(ask, here, about, async (tx) => {
      const user = idIn(ask);
      if (user === undefined || !(await tx.lock(users, user))) return inexistentUser;
      const { session, preserve } = asked;
      if (session !== undefined) {
        if ((await tx.lock(sessions, session))?.user_id === user) await endSession(tx, session, ending);
        if (preserve) return [];
        const bound = (await familiesOf(tx, { session_id: session })).some(({ user_id }) => user_id === user);
        return bound ? revokeRefreshFamilies(tx, { session_id: session }, 'session-revoked', here.now) : [];
      }
      if (!preserve) return (await endAccess(tx, user, 'session-revoked', here.now)).families;
      await endSessionsOf(tx, user, ending);
      return [];
    });
  };

  const family = 'management' as const;
  const path = '/api/v2/refresh-tokens';
  const userPath = '/api/v2/users/:user_id';
  const handle = (act: Act, ...needs: [string, ...string[]][]) => operation(machinery, needs, act);
  return [
    { method: 'GET', path, handle: handle(listAll, ['read:refresh_tokens']), family },
    { method: 'POST', path: `${path}/revoke`, handle: handle(revoke, ['delete:refresh_tokens']), family },
    { method: 'GET', path: `${path}/:id`, handle: handle(read, ['read:refresh_tokens']), family },
    { method: 'PATCH', path: `${path}/:id`, handle: handle(update, ['update:refresh_tokens']), family },
    { method: 'DELETE', path: `${path}/:id`, handle: handle(remove, ['delete:refresh_tokens']), family },
    { method: 'GET', path: `${userPath}/refresh-tokens`, handle: handle(ofUser, ['read:refresh_tokens']), family },
    {
      method: 'DELETE',
      path: `${userPath}/refresh-tokens`,
      handle: handle(removeOfUser, ['delete:refresh_tokens']),
      family,
    },
    {
      method: 'POST',
      path: `${userPath}/revoke-access`,
      handle: handle(revokeAccess, ['delete:sessions'], ['delete:refresh_tokens']),
      family,
    },
  ];
}

function idIn(ask: Ask): string | undefined {
  const id = ask.params.user_id ?? '';
  return isSound(id) ? id : undefined;
}

/** A family that has neither been revoked nor ended by time. */
async function living(reads: Pick<Transaction, 'get'>, id: string, { now }: At): Promise<RefreshFamily | undefined> {
  const found = isSound(id) ? await reads.get(refreshFamilies, id) : undefined;
  return found && endedBy(found, now) === undefined ? found : undefined;
}

/** A refresh token as it travels: without its hashes and its sealed successor. */
function shown(family: RefreshFamily, here: At): object {
  const { id, user_id, client_id, rotating, created_at, device, refresh_token_metadata } = family;
  return {
    id,
    user_id,
    created_at,
    idle_expires_at: family.idle_expires_at ?? null,
    expires_at: family.expires_at ?? null,
    client_id,
    session_id: family.session_id ?? null,
    rotating,
    resource_servers: [{ audience: shownAudience(family.audience ?? USERINFO, here), scopes: family.scopes.join(' ') }],
    last_exchanged_at: family.last_exchanged_at ?? null,
    device,
    ...(refresh_token_metadata ? { refresh_token_metadata } : {}),
  };
}

type Revocation = { readonly ids: readonly string[] } | (FamiliesOf & { readonly user_id: string });

/** What `POST /refresh-tokens/revoke` asks for: up to a hundred ids, or a user's, at one client, for one API. */
function revocationIn(body: Readonly<Record<string, unknown>>, { host }: At): Revocation | Refused {
  const { ids, user_id, client_id, audience, ...others } = body;
  const [other] = Object.keys(others);
  if (other !== undefined) return badBody(payloadMessage('Additional properties not allowed'));
  if (ids !== undefined) {
    if (user_id !== undefined || client_id !== undefined || audience !== undefined)
      return badBody(payloadMessage('Send either ids or user_id'));
    if (!Array.isArray(ids) || ids.length === 0 || ids.length > mostIds || !ids.every(isText))
      return badBody(payloadMessage(`Expected 1 to ${mostIds} ids`, 'ids'));
    return { ids };
  }
  if (!isText(user_id)) return badBody(payloadMessage('Missing required property: user_id'));
  if (client_id === undefined && audience === undefined) return { user_id };
  if (!isText(client_id)) return badBody(payloadMessage('Missing required property: client_id'));
  if (audience === undefined) return { user_id, client_id };
  if (!isText(audience)) return badBody(payloadMessage('Expected type string', 'audience'));
  return {
    user_id,
    client_id,
    audience: audience === `https://${host}/userinfo` ? null : storedIdentifier(audience, host),
  };
}

/** What `POST /users/{id}/revoke-access` asks for: one session, or all. */
function accessIn(
  body: Readonly<Record<string, unknown>>,
): { readonly session: string | undefined; readonly preserve: boolean } | Refused {
  const { session_id, preserve_refresh_tokens: preserve = false, ...others } = body;
  if (Object.keys(others).length > 0) return badBody(payloadMessage('Additional properties not allowed'));
  if (session_id !== undefined && !isText(session_id))
    return badBody(payloadMessage('Expected type string', 'session_id'));
  if (typeof preserve !== 'boolean') return badBody(payloadMessage('Expected type boolean', 'preserve_refresh_tokens'));
  return { session: session_id, preserve };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 600 && isSound(value);
}
