// One HTTP exchange as the endpoints see it: an ask that came in, an answer that goes out.
// Nothing here knows the HTTP framework; `router.ts` turns its requests into asks and answers into replies.

import type { TenantHost, TenantId } from '../schema/brand.ts';

/** A request whose tenant is known. Header names are lower case. */
export interface Ask {
  readonly id: string;
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  /** Path parameters, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The query string as sent, without `?`; `web/params.ts` reads it strictly. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Headers that came more than once (`authorization` twice is a refusal, never "the first one"). */
  readonly repeated: ReadonlySet<string>;
  /** The body as sent; empty when there is none. */
  readonly body: Buffer;
  /** The address of the peer, or what a trusted proxy says. */
  readonly ip: string;
  readonly tenant: TenantId;
  readonly host: TenantHost;
  /** `https://HOST/`, or `http://HOST/` when the request came in plain HTTP: the issuer of everything made here. */
  readonly issuer: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Text goes out as it is; absent means an empty body. */
  readonly body?: string;
  /** A body that is no text (a file that is compressed); `body` is absent then. */
  readonly bytes?: Buffer;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/api/v2/clients/:id`; a parameter is one path segment. `*` at the end stands for whatever follows, also with slashes. */
  readonly path: string;
  readonly handle: (ask: Ask) => Answer | Promise<Answer>;
  /** Bytes of body at most; the router answers 413 beyond it. Default 100 kB. */
  readonly bodyLimit?: number;
  /** How a failure that no one caught, or a refusal by the router itself (413, 404, 503), is answered here. */
  readonly family: AnswerFamily;
}

/** The error shape of a URL family: OAuth JSON, Management API problem, page, or plain text. */
export type AnswerFamily = 'oauth' | 'management' | 'page' | 'plain';

/** A JSON answer. `body` must be serialisable. */
export function json(status: number, body: unknown, headers: Answer['headers'] = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

/** An answer without a body. */
export function empty(status: number, headers: Answer['headers'] = {}): Answer {
  return { status, headers };
}
