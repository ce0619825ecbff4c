// Lets the program itself use the Management API's routes: seeds and the command line then obey the same validation,
// the same integrity rules and the same log as every caller, and no second way to write exists.

import type { TenantHost, TenantId } from '../schema/brand.ts';
import type { Route } from '../web/exchange.ts';

export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a JSON body; callers read what the route documents
  readonly body: any;
}
export type Call = (method: Route['method'], path: string, body?: object) => Promise<Reply>;

function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = decodeURIComponent(given[index] as string);
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return params;
}

/** Calls trusted routes for a tenant as if they were asked at `issuer`. Paths are those below `/api/v2`. */
export function trustedCalls(routes: readonly Route[], tenant: TenantId, host: TenantHost, issuer: string): Call {
  return async (method, target, body) => {
    const [below = '', query = ''] = target.split('?');
    const path = `/api/v2${below}`;
    for (const route of routes) {
      const params = route.method === method ? match(route.path, path) : undefined;
      if (!params) continue;
      const answer = await route.handle({
        id: 'start',
        method,
        path,
        params,
        query,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        repeated: new Set(),
        body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
        ip: '127.0.0.1',
        tenant,
        host,
        issuer,
      });
      return { status: answer.status, body: answer.body ? JSON.parse(answer.body) : undefined };
    }
    throw new Error(`no route ${method} ${path}`);
  };
}
