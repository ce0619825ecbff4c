// The error codes of OAuth 2.0 (RFC 6749 §5.2 and its extensions) and the one shape of a refusal.
// A refusal is a value: nothing here throws, and nothing here knows statuses; `web/answers.ts` does.

export type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'access_denied'
  | 'invalid_target'
  | 'too_many_requests'
  | 'too_many_attempts'
  | 'too_many_logins'
  | 'unauthorized'
  | 'server_error'
  | 'temporarily_unavailable';

/** What kind of refusal it is; the answer table turns it into status and code per dialect. */
export type RefusalKind =
  | 'malformed'
  | 'client_authentication'
  /** The same anywhere but at the token endpoint. */
  | 'invalid_client'
  | 'grant_not_allowed'
  | 'unknown_grant'
  | 'unknown_api'
  | 'no_api'
  | 'no_client_grant'
  | 'policy'
  | 'user_denied'
  | 'wrong_redirect_uri'
  | 'bad_scope'
  | 'invalid_grant'
  | 'quota'
  | 'too_many_attempts'
  | 'too_many_logins'
  | 'blocked_user'
  | 'no_directory'
  | 'unavailable';

export interface Refusal {
  readonly kind: RefusalKind;
  /** For the client, in the answer. No secret and nothing about other parties. */
  readonly description: string;
  /** For the log: what really happened and what to do about it. */
  readonly because: string;
  readonly errorUri?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes a refusal; `because` defaults to the description. */
export function refuse(kind: RefusalKind, description: string, because = description): Refusal {
  return { kind, description, because };
}
