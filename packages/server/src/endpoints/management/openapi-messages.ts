// What the OpenAPI document says of mail: by what it leaves, what it says, and the links that it brings.

import {
  emailPreview,
  emailPreviewAsk,
  emailProvider,
  emailTemplates,
  emailTrial,
  emailTrialOutcome,
} from '../../resources/index.ts';
import {
  passwordTicketFields,
  ticketScopes,
  verificationJobFields,
  verificationTicketFields,
} from '../../resources/tickets.ts';
import {
  fieldParameters,
  operation,
  pathParameter,
  pathTemplate,
  reference,
  schemaName,
  schemasOf,
} from '../../schema/openapi.ts';

const ticket = { type: 'object', properties: { ticket: { type: 'string', description: 'The link' } } };

function ticketPath(summary: string, name: string) {
  const needs = [ticketScopes];
  const body = reference(name);
  return { post: operation({ summary, tag: 'tickets', needs, body, status: 201, answer: ticket, errors: [404] }) };
}

const provider = reference(schemaName(emailProvider.name));
const providerTag = emailProvider.name;
const template = reference(schemaName(emailTemplates.name));
const templateTag = emailTemplates.name;
const templateName = pathParameter('template', 'Name of the template');
const text = { type: 'string' };
const job = {
  type: 'object',
  properties: { id: text, type: text, status: { enum: ['pending', 'completed', 'failed'] }, created_at: text },
};

function templateChange(summary: string, body: object) {
  return operation({
    summary,
    tag: templateTag,
    needs: [['update:email_templates']],
    parameters: [templateName],
    body: body as Readonly<Record<string, unknown>>,
    status: 200,
    answer: template,
    errors: [404],
  });
}

/** Paths below `/api/v2`. */
export const messagePaths = {
  '/tickets/password-change': ticketPath('Make a link to choose a new password', 'PasswordTicket'),
  '/tickets/email-verification': ticketPath('Make a link to confirm an address', 'VerificationTicket'),
  '/emails/provider': {
    get: operation({
      summary: 'Read the email provider, without its secrets',
      tag: providerTag,
      needs: [emailProvider.scopes.read],
      parameters: fieldParameters,
      status: 200,
      answer: provider,
      errors: [404],
    }),
    post: operation({
      summary: 'Set the email provider; only `smtp` sends',
      tag: providerTag,
      needs: [['create:email_provider']],
      body: reference(`${schemaName(emailProvider.name)}Create`),
      status: 201,
      answer: provider,
      errors: [409],
    }),
    patch: operation({
      summary: 'Change the email provider',
      tag: providerTag,
      needs: [['update:email_provider']],
      body: reference(`${schemaName(emailProvider.name)}Update`),
      status: 200,
      answer: provider,
      errors: [404],
    }),
    delete: operation({
      summary: 'Take the email provider away',
      tag: providerTag,
      needs: [['delete:email_provider']],
      status: 204,
    }),
  },
  [pathTemplate(emailTrial.path)]: {
    post: operation({
      summary: 'Send a test message by what is set',
      tag: providerTag,
      needs: [['update:email_provider']],
      body: reference(`${schemaName(emailTrial.name)}Create`),
      status: 200,
      answer: reference(schemaName(emailTrialOutcome.name)),
      errors: [429],
    }),
  },
  '/email-templates': {
    get: operation({
      summary: 'List the templates that somebody wrote',
      tag: templateTag,
      needs: [emailTemplates.scopes.read],
      status: 200,
      answer: { type: 'array', items: template },
    }),
    post: operation({
      summary: 'Write a template',
      tag: templateTag,
      needs: [['create:email_templates']],
      body: reference(`${schemaName(emailTemplates.name)}Create`),
      status: 200,
      answer: template,
      errors: [409],
    }),
  },
  '/email-templates/{template}': {
    get: operation({
      summary: 'Read a template',
      tag: templateTag,
      needs: [emailTemplates.scopes.read],
      parameters: [templateName],
      status: 200,
      answer: template,
      errors: [404],
    }),
    put: templateChange('Write a template anew', reference(`${schemaName(emailTemplates.name)}Create`)),
    patch: templateChange('Change a template', reference(`${schemaName(emailTemplates.name)}Update`)),
    delete: operation({
      summary: 'Take a template away: our own text is sent again',
      tag: templateTag,
      needs: [['update:email_templates']],
      parameters: [templateName],
      status: 204,
      errors: [404],
    }),
  },
  '/email-templates/{template}/preview': {
    post: operation({
      summary: 'See a mail as it would be sent',
      tag: templateTag,
      needs: [emailTemplates.scopes.read],
      parameters: [templateName],
      body: reference(schemaName(emailPreviewAsk.name)),
      status: 200,
      answer: reference(schemaName(emailPreview.name)),
      errors: [404, 429],
    }),
  },
  '/jobs/verification-email': {
    post: operation({
      summary: 'Send a user a mail to confirm the address',
      tag: 'jobs',
      needs: [['update:users']],
      body: reference('VerificationJobCreate'),
      status: 201,
      answer: job,
      errors: [404],
    }),
  },
  '/jobs/{id}': {
    get: operation({
      summary: 'See how a job went',
      tag: 'jobs',
      needs: [['create:users', 'read:users']],
      parameters: [pathParameter('id', 'Id of the job')],
      status: 200,
      answer: job,
      errors: [404],
    }),
  },
};

const path = 'tickets';
const noun = { one: 'ticket', a: 'a ticket' };

/** Schemas of what may be sent. */
export const messageSchemas = {
  ...schemasOf({ name: 'password_ticket', path, noun, about: 'For whom the link is', fields: passwordTicketFields }),
  ...schemasOf({
    name: 'verification_job',
    path: 'jobs',
    noun,
    about: 'For whom it is',
    fields: verificationJobFields,
  }),
  ...schemasOf(emailProvider),
  ...schemasOf(emailPreviewAsk),
  ...schemasOf(emailPreview),
  ...schemasOf(emailTrial),
  ...schemasOf(emailTrialOutcome),
  ...schemasOf(emailTemplates),
  ...schemasOf({ name: 'verification_ticket', path, noun, about: 'For whom it is', fields: verificationTicketFields }),
};
