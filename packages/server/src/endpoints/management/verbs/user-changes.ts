// PATCH of a user: which scopes may change what, how metadata is merged, and what ends with a changed identifier or password.

import { changeIdentifier, changePassword } from '../../../domain/accounts/change.ts';
import { findPassword } from '../../../domain/accounts/find.ts';
import { type IdentifierKind, identifierKinds } from '../../../domain/accounts/identifiers.ts';
import { type User, users as userTable } from '../../../domain/accounts/user.ts';
import { findConnection } from '../../../domain/connections/find.ts';
import { endAccess } from '../../../domain/issuing/end-access.ts';
import type { EndReason, RefreshFamily } from '../../../domain/issuing/refresh-family.ts';
import { askVerification, type VerificationAsked } from '../../../domain/recovery/asked.ts';
import { endSessionsOf } from '../../../domain/sessions/ending.ts';
import { users } from '../../../resources/index.ts';
import type { Patch } from '../../../schema/field.ts';
import { isSound } from '../../../schema/json.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { readPatch } from '../../../schema/validate.ts';
import type { Reads, Transaction } from '../../../storage/store.ts';
import { type Ask, json } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import type { At } from '../context.ts';
import { recordEndedFamilies, recordWrite } from '../events.ts';
import type { Act, Machinery } from '../operation.ts';
import { badBody, lacksScope, type Refused, refused, uncached } from '../problem.ts';
import { isRefused } from '../query.ts';
import { endsAdministration, userBeyondCaller } from './administrators.ts';
import { hashOf } from './user-passwords.ts';
import { inexistentUser } from './user-roles.ts';
import { shownUser } from './user-views.ts';

type UserPatch = Patch<typeof users.fields>;

/** What the scope `update:users_app_metadata` is enough for. */
const metadata = ['user_metadata', 'app_metadata'] as const;

/** `PATCH /api/v2/users/{id}`. */
export function changeUser({ deps }: Machinery): Act {
  return async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const id = ask.params.id ?? '';
    const forbidden = lackingScope(Object.keys(body.value), id, here);
    if (forbidden) return forbidden;
    const checked = readPatch(users, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const patch = checked.value;
    const store = deps.database.store(ask.tenant);
    const known = isSound(id) ? await store.get(userTable, id) : undefined;
    if (!known) return inexistentUser;
    // What users may do to themselves by whatever client stays theirs; a password or an address would be the whole account.
    const ownMetadata = here.caller.userId === id && Object.keys(patch).every((name) => name === 'user_metadata');
    const allowed = async (reads: Pick<Reads, 'all'>) =>
      ownMetadata ? undefined : userBeyondCaller(reads, here, known.user_id);
    // Before the work of hashing; again where it is written.
    const beyond = await allowed(store);
    if (beyond) return beyond;
    if (patch.connection && patch.connection !== known.connection)
      return badBody(payloadMessage('The user is not of this connection', 'connection'));

    const connection = await findConnection(deps.database, deps.snapshot, ask.tenant, known.connection);
    let hash: string | undefined;
    if (patch.password && !connection) return badBody(payloadMessage('The connection does not exist', 'password'));
    if (patch.password && connection) {
      const owner = { ...known, ...named(patch) };
      const made = await hashOf(
        deps,
        { tenant: ask.tenant, account: known.user_id },
        connection.passwordPolicy,
        patch.password,
        owner,
        await findPassword(store, known.user_id),
      );
      if (isRefused(made)) return made;
      hash = made;
    }

    let ended: { readonly why: EndReason; readonly families: readonly RefreshFamily[] } | undefined;
    const change = async (tx: Transaction): Promise<User | Refused> => {
      const last = patch.blocked === true ? await endsAdministration(tx, here, [known.user_id]) : undefined;
      if (last) return last;
      const before = await tx.lock(userTable, known.user_id);
      if (!before) return inexistentUser;
      const risen = await allowed(tx);
      if (risen) return risen;
      const renamed = await withIdentifiers(tx, before, patch, here.now);
      if (isRefused(renamed)) return renamed;
      const after = { ...patched(renamed, before, patch), updated_at: new Date(here.now).toISOString() };
      const grown = grownTooFar(before, after, patch, here);
      if (grown) throw new Undone(grown);
      await tx.replace(userTable, after);
      if (patch.verify_email === true && after.email !== undefined)
        await askVerification(tx, verificationOf(ask, after, patch.client_id ?? undefined), here.now);
      const moved = identifierKinds.some((kind) => before[kind] !== after[kind]);
      // auth0-behaviour SES-4. Blocking ends sessions only: whoever is unblocked goes on with the refresh tokens that he has.
      const why = hash !== undefined ? 'password-changed' : moved ? 'email-identifier-changed' : undefined;
      if (why) ended = { why, families: (await endAccess(tx, after.user_id, why, here.now)).families };
      else if (after.blocked === true && before.blocked !== true)
        await endSessionsOf(tx, after.user_id, { why: 'account-deactivated', now: here.now });
      if (hash === undefined) return after;
      const changed = await changePassword(tx, after, hash, here.now, connection?.passwordPolicy.history ?? 0);
      return changed ?? inexistentUser;
    };
    const outcome = await store.transact(change).catch((error: unknown) => {
      if (error instanceof Undone) return error.refusal;
      throw error;
    });
    if (isRefused(outcome)) return outcome;
    const answer = shownUser(outcome);
    if (ended) recordEndedFamilies(deps, ask, here.caller, ended.families, ended.why);
    recordWrite(deps, ask, here.caller, 'Update a user', body.value, { status: 200, body: answer });
    return json(200, answer, uncached);
  };
}

/** What is asked for when a user's address shall be confirmed. `clientId`: the client that the mail names. */
export function verificationOf(ask: Ask, { user_id }: User, clientId: string | undefined): VerificationAsked {
  return { user_id, client_id: clientId, ip: ask.ip, user_agent: ask.headers['user-agent'], hostname: ask.host };
}

/** The 403 for what the caller may not change; users themselves may change their own `user_metadata` (MA-5). */
function lackingScope(names: readonly string[], id: string, { caller }: At): Refused | undefined {
  if (caller.scopes.has('update:users')) return undefined;
  const needsMore = names.some((name) => !metadata.some((one) => one === name));
  if (caller.scopes.has('update:users_app_metadata')) return needsMore ? lacksScope(['update:users']) : undefined;
  const own = caller.userId !== undefined && caller.userId === id && caller.scopes.has('update:current_user_metadata');
  if (own && names.every((name) => name === 'user_metadata')) return undefined;
  return lacksScope(needsMore ? ['update:users'] : ['update:users', 'update:users_app_metadata']);
}

/** Of metadata, in characters of JSON: what any body could bring at once, and what people may keep of their own. */
const mostMetadata = 1024 * 1024;
const mostOwnMetadata = 64 * 1024;

/**
 * The 400 for metadata that a PATCH makes too long: it adds to what is there, and whoever reads the user, or a list with the user, reads
 * all of it. What was longer before may be made shorter.
 */
function grownTooFar(before: User, after: User, patch: UserPatch, { caller }: At): Refused | undefined {
  const administers = caller.scopes.has('update:users') || caller.scopes.has('update:users_app_metadata');
  const most = administers ? mostMetadata : mostOwnMetadata;
  const length = (value: unknown) => (value === undefined ? 0 : JSON.stringify(value).length);
  for (const name of metadata) {
    const now = patch[name] === undefined ? 0 : length(after[name]);
    if (now > most && now > length(before[name]))
      return badBody(payloadMessage(`Too long: ${now} characters of JSON in all, maximum ${most}`, name));
  }
  return undefined;
}

/** What a password may not contain: the names that the user will have. */
function named(patch: UserPatch) {
  const texts: [string, string][] = [];
  for (const name of ['email', 'username', 'name', 'given_name', 'family_name', 'nickname'] as const) {
    const value = patch[name];
    if (typeof value === 'string') texts.push([name, value]);
  }
  return Object.fromEntries(texts);
}

/** Moves the claims on identifiers that the patch changes. @throws Undone */
async function withIdentifiers(tx: Transaction, before: User, patch: UserPatch, now: number): Promise<User | Refused> {
  const left = identifierKinds.filter((kind) => (patch[kind] === undefined ? before[kind] : patch[kind]) != null);
  if (left.length === 0)
    return badBody(payloadMessage('A user needs an e-mail address, a username or a telephone number'));
  let user = before;
  for (const kind of identifierKinds) {
    const text = patch[kind];
    if (text === undefined) continue;
    const renamed = await changeIdentifier(tx, user, kind, text, now);
    if (renamed.kind === 'invalid') throw new Undone(invalidIdentifier(kind));
    if (renamed.kind === 'exists') throw new Undone(taken(kind));
    user = renamed.user;
  }
  return user;
}

/** A refusal that is found after something was written: thrown, so that the transaction keeps nothing. */
class Undone extends Error {
  override readonly name = 'Undone';
  readonly refusal: Refused;
  constructor(refusal: Refused) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** 400 for a text that can name nobody. */
export function invalidIdentifier(kind: IdentifierKind | 'user_id'): Refused {
  return badBody(payloadMessage(`Object didn't pass validation for format ${formats[kind]}`, kind));
}
const formats = {
  email: 'email',
  username: 'username',
  phone_number: 'phone-number',
  user_id: 'user-id',
} as const;

function taken(kind: IdentifierKind): Refused {
  const word = { email: 'email', username: 'username', phone_number: 'phone number' }[kind];
  return refused(400, `The specified new ${word} already exists`, 'auth0_idp_error');
}

const profile = [
  'blocked',
  'email_verified',
  'phone_verified',
  'given_name',
  'family_name',
  'nickname',
  'picture',
] as const;

/** The user after a patch, apart from its identifiers, which `renamed` has already. Pure. */
function patched(renamed: User, before: User, patch: UserPatch): User {
  const members: Record<string, unknown> = { ...renamed };
  for (const name of profile) if (patch[name] !== undefined) members[name] = patch[name];
  // A name that was the old address would go on showing it.
  const follows = before.email !== undefined && before.name === before.email;
  if (patch.name !== undefined) members.name = patch.name;
  else if (follows) members.name = renamed.email ?? renamed.username ?? renamed.phone_number ?? null;
  if (before.email !== renamed.email && patch.email_verified === undefined)
    members.email_verified = renamed.email === undefined ? null : false;
  if (before.phone_number !== renamed.phone_number && patch.phone_verified === undefined)
    members.phone_verified = renamed.phone_number === undefined ? null : false;
  for (const name of metadata) {
    const given = patch[name];
    if (given) members[name] = merged(before[name], given);
  }
  return withoutNulls<User>(members);
}

function withoutNulls<T>(members: Readonly<Record<string, unknown>>): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) as T;
}

type Metadata = Readonly<Record<string, unknown>>;

/** Members that are named replace those before, `null` takes one away, and nothing at all takes all away. */
export function merged(before: Metadata | undefined, given: Metadata): Metadata {
  if (Object.keys(given).length === 0) return {};
  return withoutNulls({ ...before, ...given });
}
