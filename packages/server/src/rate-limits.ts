// Puts the table of rates before the routes: counts each request, says in headers how much is left, and refuses with 429 what is
// too much (auth0-behaviour ATT-8). What a route refuses counts for the network that asked and not for the tenant: else a stranger
// who proves nothing could use up what everybody needs. Nothing here touches the store.

import { hash } from 'node:crypto';
import { createMemoryBuckets } from './domain/limits/memory-buckets.ts';
import type { EndpointRate } from './domain/limits/rates.ts';
import type { LogEvent } from './domain/logs/event.ts';
import { networkOf } from './schema/address.ts';
import type { Answer, Ask, Route } from './web/exchange.ts';
import { failure } from './web/failures.ts';

/** An event for each refusal would let whoever is refused fill the log: one a minute for each tenant and row. */
const toldEveryMs = 60_000;

export interface RateLimitDeps {
  readonly rates: readonly EndpointRate[];
  readonly record: (event: LogEvent) => void;
  /** ms */
  readonly now: () => number;
}

/** The routes, each behind the row that covers it. */
export function rateLimited(routes: readonly Route[], { rates, record, now }: RateLimitDeps): Route[] {
  const buckets = createMemoryBuckets();
  const told = new Map<string, number>();

  const tell = (ask: Ask, { name }: EndpointRate) => {
    const key = `${ask.tenant} ${name}`;
    const at = now();
    if (Math.abs(at - (told.get(key) ?? Number.NEGATIVE_INFINITY)) < toldEveryMs) return;
    told.set(key, at);
    record({
      tenant: ask.tenant,
      type: 'api_limit',
      description: `Too many requests (${name}); the next such event comes in a minute at the earliest`,
      ip: ask.ip,
      user_agent: ask.headers['user-agent'],
      hostname: ask.host,
      details: { rate: name, request_id: ask.id },
    });
  };

  const limited = (route: Route, rate: EndpointRate): Route => ({
    ...route,
    async handle(ask) {
      const shared = rate.key === 'tenant';
      const whose = `${rate.name} ${shared ? ask.tenant : `${ask.tenant} ${tokenOf(ask)}`}`;
      const ofNetwork = `${rate.name} refused ${ask.tenant} ${networkOf(ask.ip)}`;
      // Both are drawn before, so that no more can be under way than there is of either; one of them is given back.
      const lent = shared ? buckets.draw(ofNetwork, rate) : undefined;
      const taken = lent?.drawn === false ? lent : buckets.draw(whose, rate);
      const { drawn, left, nextIn, fullIn } = taken;
      const headers = {
        'x-ratelimit-limit': String(rate.capacity),
        'x-ratelimit-remaining': String(left),
        'x-ratelimit-reset': String(Math.ceil((now() + fullIn) / 1000)),
      };
      if (!drawn) {
        if (lent?.drawn) buckets.putBack(ofNetwork, rate);
        tell(ask, rate);
        const after = { ...headers, 'retry-after': String(Math.max(1, Math.ceil(nextIn / 1000))) };
        return failure(route.family === 'plain' ? 'oauth' : route.family, 429, 'Global limit has been reached', after);
      }
      const answer = await route.handle(ask);
      if (shared) buckets.putBack(answer.status >= 400 && answer.status < 500 ? whose : ofNetwork, rate);
      return { ...answer, headers: { ...headers, ...answer.headers } } satisfies Answer;
    },
  });

  return routes.map((route) => {
    const rate = rates.find(({ covers }) => covers?.(route.method, route.path));
    return rate ? limited(route, rate) : route;
  });
}

/** Which token is presented, by its hash; nobody's requests count together. */
function tokenOf({ headers, ip }: Ask): string {
  return headers.authorization === undefined ? ip : hash('sha256', headers.authorization, 'base64url');
}
