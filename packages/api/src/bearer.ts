// Finds the token of a request (RFC 6750 §2).

/** Headers of any framework: `Headers`, or node's plain object (`req.headers`, better `req.headersDistinct`). */
export type IncomingHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The parts of a request that can carry a token. */
export interface Incoming {
  readonly headers: IncomingHeaders;
  /** Path and query, or the whole URL. Read for `access_token` only; never logged with its query. */
  readonly url?: string | undefined;
  readonly method?: string | undefined;
  /** A parsed `application/x-www-form-urlencoded` body; give it only together with `allowTokenInForm`. */
  readonly form?: URLSearchParams | undefined;
}
