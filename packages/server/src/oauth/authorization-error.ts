// The errors of the authorization endpoint (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6) and the shape of its refusals.

import type { OAuthError } from './errors.ts';

export type AuthorizationError =
  | OAuthError
  | 'unsupported_response_type'
  | 'login_required'
  | 'consent_required'
  | 'interaction_required'
  | 'account_selection_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'registration_not_supported'
  /** Auth0's, for a user who is blocked (auth0-behaviour §6). */
  | 'unauthorized';

/** A decision not to answer with a code or tokens, as a value. */
export interface AuthorizationRefusal {
  readonly error: AuthorizationError;
  /** For the client, in the answer. No secret and nothing about other parties. */
  readonly description: string;
  /** For the log: what really happened and what to do about it. */
  readonly because: string;
}

/** Makes a refusal; `because` defaults to the description. */
export function refuseAuthorization(
  error: AuthorizationError,
  description: string,
  because = description,
): AuthorizationRefusal {
  return { error, description, because };
}
