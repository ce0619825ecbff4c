// `POST /api/v2/tickets/...`: links that the caller hands to a user: to choose a new password, or to confirm an address. Nothing is
// mailed; each link works once, and the one before it no more (auth0-behaviour §32.4).

import { findUserByIdentifier } from '../../../domain/accounts/find.ts';
import { makeTicket, type TicketDetails, type TicketPurpose } from '../../../domain/accounts/tickets.ts';
import { type User, users } from '../../../domain/accounts/user.ts';
import { findClient } from '../../../domain/clients/find.ts';
import { connectionTable, findConnection } from '../../../domain/connections/find.ts';
import { defaultLifetimeSeconds, resultAddress, ticketLink } from '../../../domain/recovery/links.ts';
import { clients, connections, organizations } from '../../../resources/index.ts';
import { passwordTicketFields, ticketScopes, verificationTicketFields } from '../../../resources/tickets.ts';
import { tableOf } from '../../../schema/collection.ts';
import type { Draft } from '../../../schema/field.ts';
import { isSound } from '../../../schema/json.ts';
import { payloadMessage } from '../../../schema/messages.ts';
import { readDraft } from '../../../schema/validate.ts';
import type { Transaction } from '../../../storage/store.ts';
import { type Ask, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import type { At } from '../context.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { isRefused } from '../query.ts';
import { lessThanAll, userBeyondCaller } from './administrators.ts';
import { inexistentUser } from './user-roles.ts';

const organizationTable = tableOf(organizations);

type PasswordTicket = Draft<typeof passwordTicketFields>;
type VerificationTicket = Draft<typeof verificationTicketFields>;

/** `/api/v2/tickets/password-change` and `/api/v2/tickets/email-verification`. */
export function ticketRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const store = (ask: Ask) => deps.database.store(ask.tenant);

  /** The user that a body names: by id, or by address at a connection. */
  const userOf = async (ask: Ask, body: PasswordTicket): Promise<User | Refused> => {
    const { user_id, connection_id, email } = body;
    if ((user_id === undefined) === (connection_id === undefined && email === undefined))
      return badBody(payloadMessage('Send either user_id, or connection_id and email'));
    if (user_id !== undefined) {
      const user = isSound(user_id) ? await store(ask).get(users, user_id) : undefined;
      return user ?? inexistentUser;
    }
    if (connection_id === undefined || email === undefined)
      return badBody(payloadMessage(`Missing required property: ${email === undefined ? 'email' : 'connection_id'}`));
    const connection = isSound(connection_id) ? await store(ask).get(connectionTable, connection_id) : undefined;
    if (!connection) return refused(404, connections.errors.missing.message, connections.errors.missing.errorCode);
    return (await findUserByIdentifier(store(ask), connection.name, email)) ?? inexistentUser;
  };

  /** What both kinds of links carry; refuses clients and organizations that are not there. */
  const detailsOf = async (
    ask: Ask,
    body: Pick<VerificationTicket, 'result_url' | 'client_id' | 'organization_id' | 'includeEmailInRedirect'>,
  ): Promise<TicketDetails | Refused> => {
    const { result_url, client_id, organization_id } = body;
    if (result_url !== undefined && resultAddress(result_url) === undefined)
      return badBody(payloadMessage("Object didn't pass validation for format absolute-uri", 'result_url'));
    const client =
      client_id !== undefined && isSound(client_id)
        ? await findClient(deps.database, deps.snapshot, ask.tenant, client_id)
        : undefined;
    if (client_id !== undefined && !client)
      return refused(404, clients.errors.missing.message, clients.errors.missing.errorCode);
    const organization =
      organization_id !== undefined && isSound(organization_id)
        ? await store(ask).get(organizationTable, organization_id)
        : undefined;
    if (organization_id !== undefined && !organization)
      return refused(404, organizations.errors.missing.message, organizations.errors.missing.errorCode);
    return {
      ...(client ? { client_id: client.clientId } : {}),
      ...(result_url === undefined ? {} : { result_url }),
      ...(body.includeEmailInRedirect === true ? { include_email: true } : {}),
      ...(organization ? { facts: { organization_id: organization.id, organization_name: organization.name } } : {}),
    };
  };

  /** Judged after it is made, when the user is locked: one who rises meanwhile is seen here, or ends the ticket. @throws TooHigh */
  const made = async (
    ask: Ask,
    here: At,
    user: User,
    purpose: TicketPurpose,
    ttl: number | undefined,
    details: TicketDetails,
  ) => {
    const work = async (tx: Transaction): Promise<string | undefined> => {
      const carried = { ...details, ...((await lessThanAll(tx, here)) ? { of_lesser: true } : {}) };
      const ticket = await makeTicket(tx, user.user_id, purpose, lifetimeMs(ttl), carried, here.now);
      const beyond = await userBeyondCaller(tx, here, user.user_id);
      if (beyond) throw new TooHigh(beyond);
      return ticket;
    };
    try {
      return (await store(ask).transact(work)) ?? inexistentUser;
    } catch (error) {
      if (error instanceof TooHigh) return error.refusal;
      throw error;
    }
  };

  const lifetimeMs = (ttl: number | undefined) => (ttl || defaultLifetimeSeconds) * 1000;
  const origin = (ask: Ask) => deps.hosts.originOf(ask.tenant);

  const passwordChange: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readDraft({ fields: passwordTicketFields }, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const user = await userOf(ask, checked.value);
    if (isRefused(user)) return user;
    if (!(await findConnection(deps.database, deps.snapshot, ask.tenant, user.connection)))
      return refused(400, 'The user is of no database connection, so it has no password here', 'invalid_body');
    const details = await detailsOf(ask, checked.value);
    if (isRefused(details)) return details;
    const carried = { ...details, proves_email: checked.value.mark_email_as_verified === true };
    const ticket = await made(ask, here, user, 'reset-password', checked.value.ttl_sec, carried);
    if (typeof ticket !== 'string') return ticket;
    const shown = { status: 201, body: { ticket: '*****' } };
    recordWrite(deps, ask, here.caller, 'Create a password change ticket', body.value, shown);
    return json(201, { ticket: ticketLink(origin(ask), 'reset', ticket) }, uncached);
  };

  const emailVerification: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readDraft({ fields: verificationTicketFields }, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const { user_id, identity, ttl_sec } = checked.value;
    const user = await userOf(ask, { user_id });
    if (isRefused(user)) return user;
    if (identity && `${identity.provider}|${identity.user_id}` !== user.user_id) return inexistentUser;
    if (user.email === undefined)
      return refused(400, 'The user has no e-mail address that could be confirmed', 'invalid_body');
    const details = await detailsOf(ask, checked.value);
    if (isRefused(details)) return details;
    const carried = { ...details, proves_email: true };
    const ticket = await made(ask, here, user, 'verify-email', ttl_sec, carried);
    if (typeof ticket !== 'string') return ticket;
    const shown = { status: 201, body: { ticket: '*****' } };
    recordWrite(deps, ask, here.caller, 'Create an email verification ticket', body.value, shown);
    return json(201, { ticket: ticketLink(origin(ask), 'verify', ticket) }, uncached);
  };

  const post = (name: string, act: Act): Route => ({
    method: 'POST',
    path: `/api/v2/tickets/${name}`,
    family: 'management',
    handle: operation(machinery, [ticketScopes], act),
  });
  return [post('password-change', passwordChange), post('email-verification', emailVerification)];
}

/** Undoes a ticket for a user who holds more than the caller. */
class TooHigh extends Error {
  readonly refusal: Refused;
  constructor(refusal: Refused) {
    super(refusal.message);
    this.refusal = refusal;
  }
}
