// Express 4 and 5. Nothing of Express is imported: a middleware is a function.

import type { Api } from '../api.ts';
import { type Requirement, remembered } from '../scopes.ts';
import type { VerifiedToken } from '../token.ts';
import { protect as protectNode } from './node.ts';
import { type NodeLikeRequest, type NodeLikeResponse, TokensOfRequests } from './node-request.ts';

const tokens = new TokensOfRequests<VerifiedToken>();

/**
 * Middleware that lets accepted requests through and answers the others. Sets `req.auth`; `tokenOf(req)` gives the same with its type.
 *
 *     app.get('/patients', protect(api, requireScopes('read:patients')), (req, res) => res.json(patientsOf(tokenOf(req).subject)));
 *
 * Throws a TypeError at once if `requirement` cannot be meant. Put the CORS middleware in front of it: preflights carry no token.
 */
export function protect(
  api: Api,
  requirement: Requirement = {},
): (request: NodeLikeRequest, response: NodeLikeResponse, next: (error?: unknown) => void) => void {
  const needed = remembered(requirement);
  return (request, response, next) => {
    protectNode(api, request, response, needed).then((token) => {
      if (token === undefined) return;
      tokens.set(request, token);
      Object.assign(request, { auth: token });
      next();
    }, next);
  };
}

/** The verified token of an accepted request. Throws if no `protect` ran for it. */
export function tokenOf(request: object): VerifiedToken {
  return tokens.get(request);
}
