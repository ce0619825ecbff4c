// Reads what a client posts to an endpoint of the back channel (RFC 6749 §3.2, RFC 7009 §2.1, RFC 7662 §2.1): parameters of which
// each came once, under headers of which each came once. One reader for all of them, so that none forgets a check.

import type { Ask, Route } from './exchange.ts';
import { type ReadParams, readBody } from './params.ts';

/** What such a route is besides its path: the shape of its failures, and bytes of body at most. */
export const oauthPost = { method: 'POST', family: 'oauth', bodyLimit: 32 * 1024 } as const satisfies Partial<Route>;

/**
 * The parameters of a form or of JSON. `malformed` is for the endpoint to answer in its own shape, with the status that it names:
 * a header or a parameter that came twice, another type of body, text that is no UTF-8. Whether a parameter is known, or there, is not checked.
 */
export function readOAuthPost(ask: Ask): ReadParams {
  if (ask.repeated.size > 0)
    return { kind: 'malformed', status: 400, description: `Duplicate header: ${[...ask.repeated][0]}` };
  return readBody(ask.body, ask.headers['content-type']);
}
