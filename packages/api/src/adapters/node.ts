// node:http. Also for anything that hands out node's request and response (Connect, Koa's `ctx.req` and `ctx.res`, Next's API routes).

import type { Api } from '../api.ts';
import { refusalResponse } from '../problem.ts';
import { type Requirement, remembered } from '../scopes.ts';
import type { VerifiedToken } from '../token.ts';
import { type NodeLikeRequest, type NodeLikeResponse, nodeIncoming } from './node-request.ts';

/**
 * Checks a request. Gives the token; or answers the request with the refusal and gives undefined, and then there is nothing left to do.
 *
 *     const token = await protect(api, request, response, requireScopes('read:x'));
 *     if (token === undefined) return;
 *
 * Rejects only if `requirement` cannot be meant (TypeError): the request then is not answered.
 */
export async function protect(
  api: Api,
  request: NodeLikeRequest,
  response: NodeLikeResponse,
  requirement?: Requirement,
): Promise<VerifiedToken | undefined> {
  const verdict = await api.check(nodeIncoming(request), requirement);
  if (verdict.kind === 'accepted') return verdict.token;
  const { status, headers, body } = refusalResponse(verdict.refusal);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
  return undefined;
}

/**
 * Wraps a listener of `http.createServer`: it runs for accepted requests only, with the token as third argument. Throws a TypeError at once if
 * `requirement` cannot be meant. What the listener throws or rejects with is not caught here.
 */
export function withToken<Request extends NodeLikeRequest, Response extends NodeLikeResponse>(
  api: Api,
  requirement: Requirement,
  listener: (request: Request, response: Response, token: VerifiedToken) => unknown,
): (request: Request, response: Response) => Promise<void> {
  const needed = remembered(requirement);
  return async (request, response) => {
    const token = await protect(api, request, response, needed);
    if (token !== undefined) await listener(request, response, token);
  };
}
