// Users: created with a password or an imported hash, read, removed (auth0-behaviour §2.6). Lists are in user-search.ts,
// changes in user-changes.ts.

import { createUser, type UserDraft } from '../../../domain/accounts/create.ts';
import { users as userTable } from '../../../domain/accounts/user.ts';
import { findConnection } from '../../../domain/connections/find.ts';
import { removeAccount } from '../../../domain/issuing/end-access.ts';
import { askVerification } from '../../../domain/recovery/asked.ts';
import { users } from '../../../resources/index.ts';
import type { AnyOf } from '../../../schema/collection.ts';
import { isSound } from '../../../schema/json.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { readDraft } from '../../../schema/validate.ts';
import { empty, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { fieldParameters, pick, readWanted } from '../paging.ts';
import { badBody, lacksScope, refused, uncached } from '../problem.ts';
import { isRefused, readQuery } from '../query.ts';
import { endsAdministration, userBeyondCaller } from './administrators.ts';
import { changeUser, invalidIdentifier, merged, verificationOf } from './user-changes.ts';
import { hashOf, importedHash } from './user-passwords.ts';
import { inexistentUser } from './user-roles.ts';
import { shownUser } from './user-views.ts';

/** Bytes of a body: metadata is the caller's own. */
const bodyLimit = 1024 * 1024;

/** `/api/v2/users` and `/users/{id}`, apart from the list. */
export function userRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;

  const create: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readDraft(users, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const { verify_email, verify_phone_number, client_id, custom_password_hash, ...draft } = checked.value;
    if (!draft.email && !draft.username && !draft.phone_number)
      return badBody(payloadMessage('Missing required property: email'));
    const imported = importedHash(checked.value);
    if (isRefused(imported)) return imported;
    if (imported === undefined && draft.password === undefined)
      return badBody(payloadMessage('Missing required property: password'));
    const connection = await findConnection(deps.database, deps.snapshot, ask.tenant, draft.connection);
    if (!connection) return refused(400, 'The connection does not exist.', 'inexistent_connection');
    const { password, password_hash: _hash, user_metadata, app_metadata, ...profile } = draft;
    const hash =
      password === undefined
        ? imported
        : await hashOf(deps, { tenant: ask.tenant }, connection.passwordPolicy, password, {
            ...profile,
            user_metadata,
          });
    if (isRefused(hash)) return hash;

    const made: UserDraft = {
      ...profile,
      password_hash: hash,
      ...(user_metadata ? { user_metadata: merged({}, user_metadata) } : {}),
      ...(app_metadata ? { app_metadata: merged({}, app_metadata) } : {}),
    };
    // As at Auth0: an address that nobody vouches for is asked about, unless the caller says otherwise.
    const verifies = verify_email ?? (profile.email_verified !== true && !here.trusted);
    const outcome = await deps.database.store(ask.tenant).transact(async (tx) => {
      const created = await createUser(tx, made, here.now);
      if (created.kind === 'created' && created.user.email !== undefined && verifies)
        await askVerification(tx, verificationOf(ask, created.user, client_id), here.now);
      return created;
    });
    if (outcome.kind === 'invalid') return invalidIdentifier(outcome.identifier);
    if (outcome.kind === 'exists') return refused(409, users.errors.conflict.message, users.errors.conflict.errorCode);
    const answer = shownUser(outcome.user);
    recordWrite(deps, ask, here.caller, 'Create a user', body.value, { status: 201, body: answer });
    return json(201, answer, uncached);
  };

  const read: Act = async (ask, here) => {
    const query = readQuery(ask.query, fieldParameters);
    if (isRefused(query)) return query;
    const wanted = readWanted(query);
    if (isRefused(wanted)) return wanted;
    const id = ask.params.id ?? '';
    const { scopes, userId } = here.caller;
    // Users may read themselves only (auth0-behaviour MA-5).
    if (!scopes.has('read:users') && !scopes.has('read:user_idp_tokens') && userId !== id)
      return lacksScope(['read:users']);
    const user = isSound(id) ? await deps.database.store(ask.tenant).get(userTable, id) : undefined;
    return user ? json(200, pick(shownUser(user), wanted), uncached) : inexistentUser;
  };

  const remove: Act = async (ask, here) => {
    const id = ask.params.id ?? '';
    const gone = isSound(id)
      ? await deps.database
          .store(ask.tenant)
          .transact(
            async (tx) =>
              (await userBeyondCaller(tx, here, id)) ??
              (await endsAdministration(tx, here, [id])) ??
              removeAccount(tx, id, here.now),
          )
      : false;
    if (isRefused(gone)) return gone;
    // 204 also where there is none, as recorded.
    if (gone) recordWrite(deps, ask, here.caller, 'Delete a user', {}, { status: 204, body: {} });
    return empty(204, uncached);
  };

  const path = '/api/v2/users/:id';
  const family = 'management' as const;
  // Which of these scopes may change what is decided in user-changes.ts.
  const changing: AnyOf = ['update:users', 'update:users_app_metadata', 'update:current_user_metadata'];
  const reading: AnyOf = [...users.scopes.read, 'read:current_user'];
  const handle = (needs: AnyOf, act: Act) => operation(machinery, [needs], act);
  return [
    { method: 'POST', path: '/api/v2/users', handle: handle(['create:users'], create), family, bodyLimit },
    { method: 'GET', path, handle: handle(reading, read), family },
    { method: 'PATCH', path, handle: handle(changing, changeUser(machinery)), family, bodyLimit },
    { method: 'DELETE', path, handle: handle(['delete:users'], remove), family },
  ];
}
