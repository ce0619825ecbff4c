// What the OpenAPI document says of links that go to users by mail.

import { passwordTicketFields, ticketScopes, verificationTicketFields } from '../../resources/tickets.ts';
import { operation, reference, schemasOf } from '../../schema/openapi.ts';

const ticket = { type: 'object', properties: { ticket: { type: 'string', description: 'The link' } } };

function ticketPath(summary: string, name: string) {
  const needs = [ticketScopes];
  const body = reference(name);
  return { post: operation({ summary, tag: 'tickets', needs, body, status: 201, answer: ticket, errors: [404] }) };
}

/** Paths below `/api/v2`. */
export const messagePaths = {
  '/tickets/password-change': ticketPath('Make a link to choose a new password', 'PasswordTicket'),
  '/tickets/email-verification': ticketPath('Make a link to confirm an address', 'VerificationTicket'),
};

const path = 'tickets';
const noun = { one: 'ticket', a: 'a ticket' };

/** Schemas of what may be sent. */
export const messageSchemas = {
  ...schemasOf({ name: 'password_ticket', path, noun, about: 'For whom the link is', fields: passwordTicketFields }),
  ...schemasOf({ name: 'verification_ticket', path, noun, about: 'For whom it is', fields: verificationTicketFields }),
};
