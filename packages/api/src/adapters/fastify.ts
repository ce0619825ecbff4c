// Fastify 4 and 5. Nothing of Fastify is imported: a hook is a function.

import type { Api } from '../api.ts';
import { refusalResponse } from '../problem.ts';
import { type Requirement, remembered } from '../scopes.ts';
import type { VerifiedToken } from '../token.ts';
import { type NodeLikeRequest, nodeIncoming, TokensOfRequests } from './node-request.ts';

interface FastifyLikeRequest {
  readonly raw: NodeLikeRequest;
}

interface FastifyLikeReply {
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: string): unknown;
}

const tokens = new TokensOfRequests<VerifiedToken>();

/**
 * A hook that lets accepted requests through and answers the others; for one route, or for all with `app.addHook`. As `onRequest` it refuses
 * before a body is read. `tokenOf(request)` gives the token.
 *
 *     app.get('/patients', { onRequest: protect(api, requireScopes('read:patients')) }, (request) => patientsOf(tokenOf(request).subject));
 *
 * Throws a TypeError at once if `requirement` cannot be meant.
 */
export function protect(
  api: Api,
  requirement: Requirement = {},
): (request: FastifyLikeRequest, reply: FastifyLikeReply) => Promise<unknown> {
  const needed = remembered(requirement);
  return async (request, reply) => {
    const verdict = await api.check(nodeIncoming(request.raw), needed);
    if (verdict.kind === 'accepted') {
      tokens.set(request, verdict.token);
      return undefined;
    }
    const { status, headers, body } = refusalResponse(verdict.refusal);
    reply.code(status);
    reply.headers({ ...headers });
    reply.send(body);
    return reply; // tells Fastify that the request is answered
  };
}

/** The verified token of an accepted request. Throws if no `protect` ran for it. */
export function tokenOf(request: object): VerifiedToken {
  return tokens.get(request);
}
