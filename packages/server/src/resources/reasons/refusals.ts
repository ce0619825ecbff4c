// Reasons: why the endpoints of OAuth and OpenID Connect refuse a request. Kinds of refusal of the token endpoint, and the error
// codes that travel on the wire; the types say that none is missing.

import type { AuthorizationError } from '../../oauth/authorization-error.ts';
import type { RefusalKind } from '../../oauth/errors.ts';
import type { Reason } from './reason.ts';

const oauthReasons: Readonly<Record<AuthorizationError, Reason>> = {
  invalid_request: {
    title: 'The request is not well-formed',
    means: 'A parameter is missing, stands there twice, or has a value that cannot be.',
    todo: ['Read `error_description`: it names the parameter.', 'Look into the log of the tenant for the reason.'],
  },
  invalid_client: {
    title: 'The application did not prove who it is',
    means: 'The client id is unknown, or the secret or assertion does not fit.',
    todo: ['Compare client id and secret with those of the application.'],
  },
  invalid_grant: {
    title: 'The code, refresh token or password is not good',
    means:
      'What the application presented was used before, has ended, was revoked, or belongs to somebody else. For security the answer does not say which; the log of the tenant does.',
    todo: [
      'Look at the failed exchange in the log: `because` says what happened.',
      'Codes are good once and for five minutes; exchange them at once, and once only.',
      'The redirect URI and the code verifier must be those of the login.',
    ],
  },
  invalid_scope: {
    title: 'The scope cannot be read',
    means: 'It has a character that no scope may have, or asks for two things that exclude each other.',
    todo: ['Send scopes as words with single spaces between them.'],
  },
  unauthorized_client: {
    title: 'The application may not do this',
    means: 'The grant type, the response type or the API is not allowed to this application.',
    todo: ['Look at the grant types of the application.', 'Look at the client grants of the API.'],
  },
  unsupported_grant_type: {
    title: 'There is no such grant type',
    means: 'The server does not know it, or does not offer it.',
    todo: ['Use one of `grant_types_supported` of the discovery document.'],
  },
  access_denied: {
    title: 'It was not allowed',
    means: 'The user declined, the API does not exist, or the application has no access to it.',
    todo: ['Read `error_description`, and `because` in the log of the tenant.'],
  },
  invalid_target: {
    title: 'There is no such API',
    means: 'The audience (or resource) of the request is the identifier of no API of this tenant.',
    todo: ['Compare it with the identifiers of the APIs, to the letter: a slash at the end counts.'],
  },
  too_many_requests: {
    title: 'Too many requests',
    means: 'A limit is used up for now.',
    todo: ['Wait as long as `Retry-After` says.', 'Keep tokens until they expire instead of asking for one per call.'],
  },
  server_error: {
    title: 'The server failed',
    means: 'Something is broken or not set up.',
    todo: ['Look into the log of the server for the id of the request.'],
  },
  temporarily_unavailable: {
    title: 'The server cannot answer now',
    means: 'It is starting, stopping, or cannot reach its database.',
    todo: ['Try again after `Retry-After`.'],
  },
  too_many_attempts: {
    title: 'Too many failed logins',
    means: 'The account, or the address that asks, is closed for a while to keep guesses out.',
    todo: ['Wait, or let an administrator lift the block (user blocks, attack protection).'],
  },
  too_many_logins: {
    title: 'Too many logins of one user',
    means: 'One user logs in from one address more than twenty times a minute.',
    todo: ['Keep the tokens of a login instead of logging in for each call.'],
  },
  unsupported_response_type: {
    title: 'There is no such response type',
    means: '`response_type` is made of code, token and id_token; third-party applications get code only.',
    todo: ['Use `response_type=code` with PKCE.'],
  },
  login_required: {
    title: 'Nobody is signed in',
    means: 'The application asked for an answer without a page (`prompt=none`), and the user would have to sign in.',
    todo: [
      'Start a login with pages.',
      'If the user is signed in, the browser may not send the cookie: third-party cookies are blocked. Serve both under one site, or use refresh tokens.',
    ],
  },
  consent_required: {
    title: 'The user would have to consent',
    means: 'The application asked for an answer without a page (`prompt=none`), and the user has not consented yet.',
    todo: ['Start a login with pages once.', 'For your own applications, let the API skip consent.'],
  },
  interaction_required: {
    title: 'The user would have to do something',
    means: 'The application asked for an answer without a page (`prompt=none`), and a page is needed.',
    todo: [
      'Start a login with pages.',
      'For callbacks on this machine, `skip_non_verifiable_callback_uri_confirmation_prompt` switches the question off.',
    ],
  },
  account_selection_required: {
    title: 'The user would have to choose an account',
    means: 'The application asked for an answer without a page (`prompt=none`).',
    todo: ['Start a login with pages.'],
  },
  request_not_supported: {
    title: 'Request objects are not supported',
    means: 'The request came as a signed object (`request`), which this server does not read.',
    todo: ['Send the parameters one by one.'],
  },
  request_uri_not_supported: {
    title: 'Request URIs are not supported',
    means: 'The request names an address where it lies (`request_uri`), which this server does not fetch.',
    todo: ['Send the parameters one by one.'],
  },
  registration_not_supported: {
    title: 'Registration in the request is not supported',
    means: 'The request describes the application itself (`registration`).',
    todo: ['Create the application first, and use its client id.'],
  },
  unauthorized: {
    title: 'The user is blocked',
    means: 'The password was right, but the account is blocked.',
    todo: ['Unblock the user.'],
  },
};

const kindReasons: Readonly<Record<RefusalKind, Reason>> = {
  malformed: {
    title: 'The token request is not well-formed',
    means: 'A parameter is missing, stands there twice, or has a value that cannot be.',
    todo: ['Read `error_description`: it names the parameter.'],
  },
  client_authentication: {
    title: 'The application did not prove who it is',
    means:
      'The client id is unknown, the secret is wrong, or it authenticates in another way than it is registered for. The answer is the same for all, so that nobody can probe; the log tells them apart.',
    todo: [
      'Compare client id and secret with those of the application; a secret that was rotated is gone.',
      'Look at the failed exchange in the log of the tenant.',
    ],
  },
  grant_not_allowed: {
    title: 'The application may not use this grant',
    means: 'The grant type is not among those of the application, or its kind of application can never have it.',
    todo: ['Add the grant type to the application (`grant_types`).', 'A public client cannot use client_credentials.'],
  },
  unknown_grant: {
    title: 'There is no such grant type',
    means: 'The server does not know it, or does not offer it yet.',
    todo: ['Use one of `grant_types_supported` of the discovery document.'],
  },
  unknown_api: {
    title: 'There is no such API',
    means: 'The audience of the request is the identifier of no API of this tenant.',
    todo: [
      'Compare it with the identifiers of the APIs, to the letter: a slash at the end counts.',
      'If there is none, create the API.',
    ],
  },
  no_api: {
    title: 'The request names no API',
    means: 'A machine gets a token for an API, and the request says none; the tenant has no default audience.',
    todo: ['Send `audience=IDENTIFIER`.'],
  },
  no_client_grant: {
    title: 'The application is not authorized for this API',
    means: 'It needs a client grant, which says that it may have tokens for the API and with which scopes.',
    todo: ['Authorize the application at the API (tab Applications), or create a client grant.'],
  },
  policy: {
    title: 'A policy forbids it',
    means: 'The API, the application or the organization is set up so that there can be no such token.',
    todo: ['Read `because` in the log of the tenant: it names the setting.'],
  },
  user_denied: {
    title: 'The user may not',
    means: 'The account is blocked, or a rule of the tenant refuses it.',
    todo: ['Look at the user, and at the log of the tenant.'],
  },
  wrong_redirect_uri: {
    title: 'The redirect URI is not that of the login',
    means: 'A code is exchanged with the redirect URI that the login was started with, to the letter.',
    todo: ['Send the same `redirect_uri` twice: at /authorize and at /oauth/token.'],
  },
  bad_scope: {
    title: 'The scope cannot be read',
    means: 'It is neither a text nor a list, or has a character that no scope may have.',
    todo: ['Send scopes as words with single spaces between them.'],
  },
  invalid_client: oauthReasons.invalid_client,
  invalid_grant: oauthReasons.invalid_grant,
  quota: {
    title: 'The quota of tokens is used up',
    means: 'The application, or its organization, has had as many machine tokens as it may have for now.',
    todo: ['Keep each token until it expires.', 'Raise `token_quota` of the client or the organization.'],
  },
  too_many_attempts: oauthReasons.too_many_attempts,
  too_many_logins: oauthReasons.too_many_logins,
  blocked_user: oauthReasons.unauthorized,
  no_directory: {
    title: 'The tenant has no default directory',
    means: 'The password grant looks for users in the default directory, and the tenant names none that can be used.',
    todo: ['Set `default_directory` of the tenant, or use the password-realm grant and name the connection.'],
  },
  unavailable: oauthReasons.temporarily_unavailable,
};

export const refusalReasons = { ...oauthReasons, ...kindReasons };
