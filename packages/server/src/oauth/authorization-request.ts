// The words of an authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1), after its form was checked.

export const responseTypes = ['code', 'token', 'id_token'] as const;
export type ResponseType = (typeof responseTypes)[number];

export const responseModes = ['query', 'fragment', 'form_post', 'web_message'] as const;
export type ResponseMode = (typeof responseModes)[number];

export const prompts = ['none', 'login', 'consent', 'select_account', 'create'] as const;
export type Prompt = (typeof prompts)[number];

/**
 * A request whose client and redirect URI are proven and whose parameters are well-formed: what a login remembers until it ends.
 * Parameter names and values as on the wire; lists are split.
 */
export interface AuthorizationRequest {
  readonly client_id: string;
  /** One of the client's, by raw bytes. */
  readonly redirect_uri: string;
  /** Whether it was sent; if so the code exchange must repeat it. */
  readonly redirect_uri_sent: boolean;
  readonly response_type: readonly ResponseType[];
  readonly response_mode: ResponseMode;
  readonly state?: string;
  readonly nonce?: string;
  /** The words of `scope`; `['openid']` when none was sent (SCO-8). */
  readonly scopes: readonly string[];
  /** The identifier of the API on the wire; absent when the token is for /userinfo only (§23.1). */
  readonly audience?: string;
  readonly code_challenge?: string;
  readonly code_challenge_method?: 'S256' | 'plain';
  readonly prompt: readonly Prompt[];
  /** Seconds. */
  readonly max_age?: number;
  readonly login_hint?: string;
  readonly screen_hint?: string;
  readonly ui_locales?: string;
  readonly acr_values?: string;
  readonly connection?: string;
  /** `sub` of the `id_token_hint`, which was verified: the answer is about this user or it is an error. */
  readonly hinted_user?: string;
}
