// POST /dbconnections/signup and /change_password (auth0-behaviour §32): makes a user of a database connection, and sends a link
// to choose a new password. No session, no token.

import { createUser } from '../../domain/accounts/create.ts';
import { canonicalEmail } from '../../domain/accounts/identifiers.ts';
import type { Passwords } from '../../domain/accounts/passwords.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import { findClient } from '../../domain/clients/find.ts';
import { type ConnectionFacts, mayUse } from '../../domain/connections/facts.ts';
import { findConnection } from '../../domain/connections/find.ts';
import { judgeSignup, signupDraft } from '../../domain/connections/signup.ts';
import type { PasswordDoor } from '../../domain/limits/password-door.ts';
import type { EndpointRate } from '../../domain/limits/rates.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { telemetry } from '../../domain/logs/telemetry.ts';
import { type AskedFrom, askReset, askVerification, tellTaken } from '../../domain/recovery/asked.ts';
import { settingsOf } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import type { Database } from '../../storage/store.ts';
import { noStore } from '../../web/answers.ts';
import { allowedOrigin, isAllowedOrigin, originRefused } from '../../web/cors.ts';
import { type Answer, type Ask, json, type Route } from '../../web/exchange.ts';
import { chooseLanguage } from '../../web/language.ts';
import {
  badRequest,
  createdBody,
  noConnection,
  problemRefusal,
  refusal,
  type SignupRefusal,
  taken,
  tooMany,
  tooManyMails,
} from './answers.ts';
import { readChange, readSignup, type SignupAsk } from './request.ts';

export interface SignupDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly passwords: Passwords;
  readonly door: PasswordDoor;
  readonly rates: readonly EndpointRate[];
  readonly now: () => number;
  readonly record: (event: LogEvent) => void;
}

/** The routes of database connections. */
export function dbconnectionRoutes(deps: SignupDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/dbconnections/signup',
      family: 'oauth',
      bodyLimit: 32 * 1024,
      handle: (ask) => signup(deps, ask),
    },
    {
      method: 'POST',
      path: '/dbconnections/change_password',
      family: 'oauth',
      bodyLimit: 32 * 1024,
      handle: (ask) => changePassword(deps, ask),
    },
  ];
}

async function signup(deps: SignupDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const read = readSignup(ask);
  if (read.kind === 'malformed') return refused(deps, ask, badRequest(read.description, read.status));
  const asked = read.value;
  const client = asked.client_id
    ? await findClient(database, snapshot, ask.tenant, asked.client_id, ask.host)
    : undefined;
  const { origin } = ask.headers;
  if (client && origin !== undefined && !isAllowedOrigin(origin, client.callbacks, client.allowedOrigins)) {
    deps.record({ ...about(ask, client), type: 'fco', description: `Origin ${printable(origin)} is not allowed` });
    return originRefused(origin);
  }
  const connection = await findConnection(database, snapshot, ask.tenant, asked.connection);
  const outcome = await judged(deps, ask, asked, client, connection);
  return 'because' in outcome ? refused(deps, ask, outcome, client, asked) : answered(ask, client, 200, outcome.body);
}

const mailSent = "We've just sent you an email to reset your password.";

/** The same answer whoever is asked for, and before anybody looks (CP-2, ENU-03): a job finds out. */
async function changePassword(deps: SignupDeps, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const failed = (refusal: SignupRefusal, client?: ClientFacts, connection?: string): Answer => {
    deps.record({
      ...about(ask, client),
      type: 'fcpr',
      description: refusal.because,
      connection,
      details: { error: { message: refusal.because, code: refusal.body.code }, request_id: ask.id },
    });
    return answered(ask, client, refusal.status, refusal.body, refusal.headers);
  };
  const read = readChange(ask);
  if (read.kind === 'malformed') return failed(badRequest(read.description, read.status));
  const asked = read.value;
  const client = asked.client_id
    ? await findClient(database, snapshot, ask.tenant, asked.client_id, ask.host)
    : undefined;
  if (asked.client_id && !client) return failed(refusal('unauthorized', 'Unknown client', undefined, 401));
  const { origin } = ask.headers;
  if (client && origin !== undefined && !isAllowedOrigin(origin, client.callbacks, client.allowedOrigins)) {
    deps.record({ ...about(ask, client), type: 'fco', description: `Origin ${printable(origin)} is not allowed` });
    return originRefused(origin);
  }
  const named = printable(asked.connection);
  const connection = await findConnection(database, snapshot, ask.tenant, asked.connection);
  if (!connection) return failed(noConnection(`no database connection is called "${named}"`), client, named);
  if (client && !client.builtIn && !mayUse(client, connection)) {
    const because = 'the client may not use this connection; enable it with PATCH /api/v2/connections/{id}/clients';
    return failed(noConnection(because), client, named);
  }
  if (connection.disableReset) {
    const because = 'asking for a new password is switched off (options.disable_self_service_change_password)';
    return failed(refusal('bad_request', 'Self-service change of passwords is disabled', because), client, named);
  }
  if (canonicalEmail(asked.email) === undefined)
    return failed(badRequest('email: not an e-mail address'), client, named);
  const from = await askedFrom(deps, ask, client);
  const reset = { ...from, ip: ask.ip, connection: connection.name, identifier: asked.email };
  const entered = await askReset(database.store(ask.tenant), deps.rates, reset, deps.now());
  if (entered.kind === 'closed') return failed(tooManyMails(entered.seconds), client, named);
  const headers = { ...noStore, 'content-type': 'text/html; charset=utf-8' };
  const readable = client && origin !== undefined ? allowedOrigin(origin) : {};
  return { status: 200, headers: { ...headers, ...readable }, body: mailSent };
}

/** Where a request came from, for mails and the log. */
async function askedFrom(deps: SignupDeps, ask: Ask, client: ClientFacts | undefined): Promise<AskedFrom> {
  const { enabled_locales } = await settingsOf(deps.database, deps.snapshot, ask.tenant);
  return {
    client_id: client?.clientId,
    client_name: client?.name,
    ip: ask.ip,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    language: chooseLanguage({ acceptLanguage: ask.headers['accept-language'], enabled: enabled_locales }),
  };
}

async function judged(
  deps: SignupDeps,
  ask: Ask,
  asked: SignupAsk,
  client: ClientFacts | undefined,
  connection: ConnectionFacts | undefined,
): Promise<SignupRefusal | { readonly body: object }> {
  if (asked.client_id && !client) return refusal('unauthorized', 'Unknown client', undefined, 401);
  if (!connection) return noConnection(`no database connection is called "${printable(asked.connection)}"`);
  // Without a client it is the tenant itself that asks, through its global client.
  if (client && !client.builtIn && !mayUse(client, connection)) {
    return noConnection(
      'the client may not use this connection; enable it with PATCH /api/v2/connections/{id}/clients',
    );
  }
  const { client_id: _client, connection: _name, ...fields } = asked;
  const [problem] = judgeSignup(connection, fields);
  if (problem) return problemRefusal(problem, connection, asked.password);
  const entered = await deps.door.signup({ tenant: ask.tenant, ip: ask.ip, about: whence(ask, client) });
  if (entered.kind === 'closed') return tooMany(entered.seconds);
  // Hashed before anybody looks who exists: a taken address takes as long as a free one.
  const hash = await deps.passwords.hash(asked.password, { tenant: ask.tenant });
  const from = await askedFrom(deps, ask, client);
  const created = await deps.database.store(ask.tenant).transact(async (tx) => {
    const made = await createUser(tx, signupDraft(connection, fields, hash), deps.now());
    if (made.kind === 'created' && made.user.email !== undefined)
      await askVerification(tx, { ...from, user_id: made.user.user_id }, deps.now());
    if (made.kind === 'exists' && made.identifier === 'email')
      await tellTaken(tx, { ...from, connection: connection.name, email: fields.email ?? '' }, deps.now());
    return made;
  });
  switch (created.kind) {
    case 'created': {
      const { user } = created;
      deps.record({
        ...about(ask, client),
        type: 'ss',
        description: 'Success Signup',
        user_id: user.user_id,
        user_name: user.email ?? user.username ?? user.phone_number,
        connection: connection.name,
      });
      return { body: createdBody(user, asked) };
    }
    case 'invalid':
      return badRequest(`${created.identifier} is not valid`);
    case 'exists': {
      const settings = await settingsOf(deps.database, deps.snapshot, ask.tenant);
      return taken(created.identifier, settings.flags?.enable_public_signup_user_exists_error === true);
    }
  }
}

function refused(
  deps: SignupDeps,
  ask: Ask,
  { status, body, because, headers }: SignupRefusal,
  client?: ClientFacts,
  asked?: SignupAsk,
): Answer {
  deps.record({
    ...about(ask, client),
    type: 'fs',
    description: because,
    connection: asked && printable(asked.connection),
    // People type passwords where the name belongs: only an e-mail address may stand in a log.
    user_name: asked?.email === undefined ? undefined : canonicalEmail(asked.email),
    details: { error: { message: because, code: body.code }, request_id: ask.id },
  });
  return answered(ask, client, status, body, headers);
}

function answered(
  ask: Ask,
  client: ClientFacts | undefined,
  status: number,
  body: object,
  headers: Answer['headers'] = {},
): Answer {
  const { origin } = ask.headers;
  return json(status, body, {
    ...noStore,
    ...headers,
    ...(client && origin !== undefined ? allowedOrigin(origin) : {}),
  });
}

function about(ask: Ask, client: ClientFacts | undefined): Omit<LogEvent, 'type' | 'description'> {
  return {
    tenant: ask.tenant,
    ip: ask.ip,
    ...whence(ask, client),
  };
}

function whence(ask: Ask, client: ClientFacts | undefined) {
  return {
    client_id: client?.clientId,
    client_name: client?.name,
    user_agent: ask.headers['user-agent'],
    hostname: ask.host,
    auth0_client: telemetry(ask.headers['auth0-client']),
  };
}

/** A caller's text, fit for a log: addresses keep their letters, controls go. */
function printable(text: string): string {
  return text.replace(/[\p{C}"\\]/gu, '?').slice(0, 254);
}
