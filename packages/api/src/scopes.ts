// What a call needs, and whether a verified token has it.

/** What a call needs besides a valid token. */
export interface Requirement {
  /** All of these scopes; one of them with `any`. */
  readonly scopes?: readonly string[];
  /** One of `scopes` is enough. `permissions` are needed all the same. */
  readonly any?: boolean;
  /** All of these in the `permissions` claim (Auth0's role-based access control): what the *user* may do, whatever the client asked for. */
  readonly permissions?: readonly string[];
}
