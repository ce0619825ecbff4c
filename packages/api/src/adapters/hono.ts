// Hono. Nothing of Hono is imported: a middleware is a function.

import type { Api } from '../api.ts';
import { refusalResponse } from '../problem.ts';
import { type Requirement, remembered } from '../scopes.ts';
import type { VerifiedToken } from '../token.ts';

interface HonoLikeContext {
  readonly req: { readonly raw: Request };
  set(name: 'auth', token: VerifiedToken): void;
}

/** For `new Hono<{ Variables: AuthVariables }>()`: gives `c.get('auth')` its type. */
export interface AuthVariables {
  auth: VerifiedToken;
}

/**
 * Middleware that lets accepted requests through, with the token as `c.get('auth')`, and answers the others.
 *
 *     app.get('/patients', protect(api, requireScopes('read:patients')), (c) => c.json(patientsOf(c.get('auth').subject)));
 *
 * Throws a TypeError at once if `requirement` cannot be meant. Put `cors()` in front of it: preflights carry no token.
 */
export function protect(
  api: Api,
  requirement: Requirement = {},
): (context: HonoLikeContext, next: () => Promise<void>) => Promise<Response | undefined> {
  const needed = remembered(requirement);
  return async (context, next) => {
    const { headers, method, url } = context.req.raw;
    const verdict = await api.check({ headers, method, url }, needed);
    if (verdict.kind === 'accepted') {
      context.set('auth', verdict.token);
      await next();
      return undefined;
    }
    const answer = refusalResponse(verdict.refusal);
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  };
}
