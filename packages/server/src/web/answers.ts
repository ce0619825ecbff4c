// How OAuth refusals are answered: one table for both dialects, so that no endpoint branches on the dialect.
// `auth0` is what Auth0's clients expect; `oidc` is what the RFCs and the OpenID conformance plans demand.

import type { OAuthError, Refusal, RefusalKind } from '../oauth/errors.ts';
import { type Answer, json } from './exchange.ts';

export type AnswerDialect = 'auth0' | 'oidc';

interface Row {
  readonly status: number;
  readonly error: OAuthError;
}

/** Statuses and codes by kind of refusal (auth0-behaviour §8.5, §11.5, §42; RFC 6749 §5.2; RFC 8707 §2). */
const table: Readonly<Record<RefusalKind, Readonly<Record<AnswerDialect, Row>>>> = {
  malformed: both(400, 'invalid_request'),
  client_authentication: { auth0: row(401, 'access_denied'), oidc: row(401, 'invalid_client') },
  invalid_client: both(401, 'invalid_client'),
  grant_not_allowed: { auth0: row(403, 'unauthorized_client'), oidc: row(400, 'unauthorized_client') },
  unknown_grant: { auth0: row(403, 'unsupported_grant_type'), oidc: row(400, 'unsupported_grant_type') },
  unknown_api: { auth0: row(403, 'access_denied'), oidc: row(400, 'invalid_target') },
  no_api: { auth0: row(403, 'access_denied'), oidc: row(400, 'invalid_target') },
  no_client_grant: { auth0: row(403, 'access_denied'), oidc: row(400, 'unauthorized_client') },
  policy: { auth0: row(403, 'access_denied'), oidc: row(400, 'unauthorized_client') },
  user_denied: { auth0: row(403, 'access_denied'), oidc: row(400, 'access_denied') },
  wrong_redirect_uri: { auth0: row(403, 'unauthorized_client'), oidc: row(400, 'invalid_grant') },
  bad_scope: both(400, 'invalid_scope'),
  invalid_grant: { auth0: row(403, 'invalid_grant'), oidc: row(400, 'invalid_grant') },
  quota: both(429, 'too_many_requests'),
  too_many_attempts: both(429, 'too_many_attempts'),
  too_many_logins: both(429, 'too_many_logins'),
  blocked_user: { auth0: row(401, 'unauthorized'), oidc: row(400, 'invalid_grant') },
  no_directory: both(500, 'server_error'),
  unavailable: both(503, 'temporarily_unavailable'),
};

function row(status: number, error: OAuthError): Row {
  return { status, error };
}

function both(status: number, error: OAuthError): Readonly<Record<AnswerDialect, Row>> {
  return { auth0: row(status, error), oidc: row(status, error) };
}

/** No OAuth answer may be kept by a cache (RFC 6749 §5.1). */
export const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' } as const;

/** Where to read on about an error, as a header: bodies are as Auth0's clients expect them. `code` is a row of `resources/reasons`. */
export function readOn(code: string): { readonly link: string } {
  return { link: `</docs/errors/${encodeURIComponent(code)}>; rel="help"` };
}

/** Every kind of refusal. */
export const refusalKinds = Object.keys(table) as readonly RefusalKind[];

/** The error code that a refusal is answered and logged with. */
export function errorCode(refusal: Refusal, dialect: AnswerDialect): OAuthError {
  return table[refusal.kind][dialect].error;
}

/**
 * The JSON answer to a refusal (RFC 6749 §5.2). In the `oidc` dialect quotes leave the description, whose charset
 * forbids them, and a failed Basic authentication gets its challenge; Auth0 sends none, and its clients would hide the body.
 */
export function refusalAnswer(refusal: Refusal, dialect: AnswerDialect, usedBasic = false): Answer {
  const { status, error } = table[refusal.kind][dialect];
  const description =
    dialect === 'oidc' ? refusal.description.replace(/["\\]|[^\x20-\x7e]/g, "'") : refusal.description;
  const challenge =
    dialect === 'oidc' && usedBasic && status === 401 ? { 'www-authenticate': 'Basic realm="token"' } : {};
  return json(
    status,
    { error, error_description: description, ...(refusal.errorUri ? { error_uri: refusal.errorUri } : {}) },
    { ...noStore, ...readOn(refusal.kind), ...challenge, ...refusal.headers },
  );
}
