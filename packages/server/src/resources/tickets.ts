// Tickets: links with which a user chooses a new password or confirms an address (auth0-behaviour §32.4). What callers may send; the
// answer is the link alone.

import { z } from 'zod';
import { fixed, fixedOptional } from '../schema/field.ts';
import { flag, text, webUrl, whole } from '../schema/types.ts';

/** A year: longer is a slip. */
const longestSeconds = 31_536_000;

const both = {
  result_url: fixedOptional(webUrl, 'Where the browser goes afterwards, with what came of it in the query'),
  client_id: fixedOptional(text(64, 1), 'Client that the pages lead back to'),
  organization_id: fixedOptional(text(64, 1), 'Organization that `result_url` is told of'),
  ttl_sec: fixedOptional(whole(0, longestSeconds), 'Seconds in which the link can be used; 432000 if absent or 0'),
  includeEmailInRedirect: fixedOptional(flag, 'Whether `result_url` gets the address as `email`'),
};

export const passwordTicketFields = {
  user_id: fixedOptional(text(300, 1), 'User; or name `connection_id` and `email`'),
  connection_id: fixedOptional(text(64, 1), 'Connection of the user that `email` names'),
  email: fixedOptional(text(254, 1), 'E-mail address of the user at the connection'),
  ...both,
  mark_email_as_verified: fixedOptional(flag, 'Whether using the link proves the address; only if you send it there'),
};

export const verificationTicketFields = {
  user_id: fixed(text(300, 1), 'User whose address is to be confirmed'),
  ...both,
  identity: fixedOptional(
    z.strictObject({ user_id: text(260, 1), provider: text(64, 1), connection_id: text(64).optional() }),
    'Which of the user’s accounts; ours have one',
  ),
};

export const verificationJobFields = {
  user_id: fixed(text(300, 1), 'User whose address is to be confirmed'),
  client_id: fixedOptional(
    text(64, 1).refine((value) => /^[\w-]+$/.test(value), { params: { format: 'client-id' } }),
    'client_id of the client (application). If no value provided, the global Client ID will be used',
  ),
  identity: verificationTicketFields.identity,
  organization_id: both.organization_id,
};

/** One of these scopes makes tickets. */
export const ticketScopes = ['create:user_tickets'] as const;
