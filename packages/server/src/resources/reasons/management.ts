// Reasons: the `errorCode`s of the Management API and the codes of /dbconnections. A test holds that each code in use is here.

import type { Reason } from './reason.ts';

const missing = (what: string): Reason => ({
  title: `There is no such ${what}`,
  means: `The id in the request names no ${what} of this tenant: it was deleted, or belongs to another tenant.`,
  todo: [`List them, and use an id of the list.`, 'Encode the id in the path: `|` is %7C.'],
});
const conflict = (what: string, because: string): Reason => ({
  title: `There is such a ${what} already`,
  means: because,
  todo: ['Change the one that exists, or choose another name.'],
});

export const managementReasons: Readonly<Record<string, Reason>> = {
  invalid_body: {
    title: 'The body of the request is not right',
    means: 'A member is missing, unknown, or of the wrong type. The message names it.',
    todo: ['Read `message`: it says what was expected where.', 'See /api/v2/openapi.json for the schema.'],
  },
  invalid_query_string: {
    title: 'The query of the request is not right',
    means: 'A parameter is unknown, stands there twice, or has a value that cannot be.',
    todo: ['Read `message`: it names the parameter.'],
  },
  invalid_uri: {
    title: 'The path of the request is not right',
    means: 'A part of the path, such as an id or an address, is not of the form that it must have.',
    todo: ['Read `message`: it says what was expected.', 'Encode ids in the path: `|` is %7C.'],
  },
  last_administrator: {
    title: 'Nobody would be left to administer this tenant',
    means:
      'The request would delete, block or demote the last person with the built-in administrator role who can sign in.',
    todo: ['Give the role to somebody else first, then repeat the request.'],
  },
  built_in_role: {
    title: 'The built-in administrator role stays as it is',
    means: 'The role that every administrator of the dashboard has cannot be deleted or made less.',
    todo: ['Make a role of your own with fewer permissions, and give that to people instead.'],
  },
  invalid_content_type: {
    title: 'The body has the wrong type',
    means: 'The Management API reads JSON in UTF-8 only.',
    todo: ['Send `Content-Type: application/json`.'],
  },
  invalid_paging: {
    title: 'Such a page cannot be had',
    means: 'Pages end at the thousandth row; what lies deeper is reached otherwise.',
    todo: ['Use `from` and `take`, or narrow the search.'],
  },
  insufficient_scope: {
    title: 'The token lacks a scope of the Management API',
    means: 'The operation needs one of the scopes that the message names.',
    todo: [
      'Add it to the client grant of the Management API, and get a new token.',
      'A user needs a role that gives it, and gets only what concerns the own profile otherwise.',
    ],
  },
  Bearer: {
    title: 'The Authorization header cannot be read',
    means: 'It does not hold one Bearer token.',
    todo: ['Send `Authorization: Bearer TOKEN` once.'],
  },
  too_soon: {
    title: 'It is too soon to rotate the keys again',
    means: 'APIs may not have seen the next key yet; tokens that it signs would be refused there.',
    todo: ['Wait as long as `Retry-After` says.'],
  },
  key_not_previous: {
    title: 'This key cannot be revoked',
    means: 'Only the previous key can be: the current one still signs.',
    todo: ['Rotate the keys first.'],
  },
  auth0_idp_error: {
    title: 'The account cannot be made or changed so',
    means: 'The identifier belongs to somebody else, or the password breaks a rule of the connection.',
    todo: ['Read `message`.', 'Look at the password rules of the connection.'],
  },
  operation_not_supported: {
    title: 'This cannot be done',
    means: 'The operation does not go with this record, or this server does not offer it.',
    todo: ['Read `message`: it says what stands in the way.'],
  },
  inexistent_client: missing('application'),
  inexistent_client_credential: missing('credential'),
  inexistent_client_grant: missing('client grant'),
  inexistent_connection: missing('connection'),
  inexistent_device_credential: missing('device credential'),
  inexistent_email_provider: {
    title: 'No mail provider is set up',
    means: 'The tenant has no settings for mail yet.',
    todo: ['Set one up: POST /api/v2/emails/provider.'],
  },
  inexistent_email_template: missing('mail template'),
  inexistent_grant: missing('consent'),
  inexistent_job: missing('job'),
  inexistent_refresh_token: missing('refresh token'),
  inexistent_resource_server: missing('API'),
  inexistent_session: missing('session'),
  inexistent_user: missing('user'),
  client_conflict: conflict('application', 'An application with this id or name exists.'),
  client_credential_conflict: conflict('credential', 'The application has a credential of this name or key.'),
  client_grant_conflict: conflict('client grant', 'An application has one client grant per API and kind of subject.'),
  connection_conflict: conflict('connection', 'Names of connections are unique.'),
  email_provider_conflict: conflict('mail provider', 'A tenant has one provider for mail.'),
  organization_client_grant_conflict: conflict('association', 'The client grant is associated with the organization.'),
  organization_conflict: conflict('organization', 'Names of organizations are unique.'),
  resource_server_conflict: conflict('API', 'Identifiers of APIs are unique, and cannot be changed.'),
  role_conflict: conflict('role', 'Names of roles are unique.'),
  bad_request: {
    title: 'The sign-up is not well-formed',
    means: 'A member is missing or wrong.',
    todo: ['Read `description`.'],
  },
  invalid_signup: {
    title: 'The sign-up did not work',
    means: 'The identifier cannot be used; the answer does not say why, so that nobody can probe for accounts.',
    todo: ['Let the user sign in, or reset the password.'],
  },
  invalid_password: {
    title: 'The password breaks a rule',
    means: 'The connection wants longer, stronger or less common passwords.',
    todo: ['Read `policy`: it lists the rules.'],
  },
  public_signup_disabled: {
    title: 'Sign-up is switched off',
    means: 'The connection lets nobody make an account.',
    todo: ['Let an administrator create the user, or switch sign-up on.'],
  },
  user_exists: conflict('user', 'The e-mail address has an account.'),
  username_exists: conflict('user', 'The username has an account.'),
};
