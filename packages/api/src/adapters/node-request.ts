// What node's requests and responses look like, as far as the adapters need them, and what of a request is read.

import type { Incoming } from '../bearer.ts';

export interface NodeLikeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Before a router cut it (Express). */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Shows a repeated Authorization header; `headers` hides it. Missing in fakes such as Fastify's `inject`. */
  readonly headersDistinct?: Readonly<Record<string, string[] | undefined>>;
}

export interface NodeLikeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** What of a node request the check reads: headers (repeated ones too, if node shows them), method, and the URL as it came in. */
export function nodeIncoming(request: NodeLikeRequest): Incoming {
  return {
    headers: request.headersDistinct ?? request.headers,
    method: request.method,
    url: request.originalUrl ?? request.url,
  };
}

/** Tokens of the requests that an adapter accepted. Keyed by the request itself, so that nothing else can put a token there. */
export class TokensOfRequests<Token> {
  readonly #tokens = new WeakMap<object, Token>();

  set(request: object, token: Token): void {
    this.#tokens.set(request, token);
  }

  /** Throws if the request was not accepted: then a route was reached that is not protected, which is a bug of the program. */
  get(request: object): Token {
    const token = this.#tokens.get(request);
    if (token === undefined) throw new Error('this route is not protected: put protect(api, ...) in front of it');
    return token;
  }
}
