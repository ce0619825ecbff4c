// Puts the table of rates before the routes: counts each request, says in headers how much is left, and refuses with 429 what is
// too much (auth0-behaviour ATT-8). What is refused counts for the network that asked and not for the tenant, and of what is open to
// all a network gets half: else one stranger could use up what everybody needs. Nothing here touches the store.

import { hash } from 'node:crypto';
import { createMemoryBuckets, type MemoryDrawn } from './domain/limits/memory-buckets.ts';
import type { Rate } from './domain/limits/protection.ts';
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
      const draws = drawsOf(rate, ask);
      const [drawn, spent] = drawAll(draws);
      const least = spent ?? drawn.toSorted((one, other) => one.left - other.left)[0];
      if (!least) return route.handle(ask);
      const headers = {
        'x-ratelimit-limit': String(least.rate.capacity),
        'x-ratelimit-remaining': String(least.left),
        'x-ratelimit-reset': String(Math.ceil((now() + least.fullIn) / 1000)),
      };
      if (spent) {
        tell(ask, rate);
        const after = { ...headers, 'retry-after': String(Math.max(1, Math.ceil(spent.nextIn / 1000))) };
        return failure(route.family === 'plain' ? 'oauth' : route.family, 429, 'Global limit has been reached', after);
      }
      const answer = await route.handle(ask);
      const refused = answer.status >= 400 && answer.status < 500;
      for (const { name, rate: its, counts } of draws)
        if (counts === (refused ? 'what is answered' : 'what is refused')) buckets.putBack(name, its);
      return { ...answer, headers: { ...headers, ...answer.headers } } satisfies Answer;
    },
  });

  /** A token of each bucket, or of none: those that were drawn, and the one that was empty. */
  const drawAll = (draws: readonly Draw[]) => {
    const drawn: (MemoryDrawn & Draw)[] = [];
    for (const draw of draws) {
      const now = { ...draw, ...buckets.draw(draw.name, draw.rate) };
      if (!now.drawn) {
        for (const one of drawn) buckets.putBack(one.name, one.rate);
        return [drawn, now] as const;
      }
      drawn.push(now);
    }
    return [drawn, undefined] as const;
  };

  return routes.map((route) => {
    const rate = rates.find(({ covers }) => covers?.(route.method, route.path));
    return rate ? limited(route, rate) : route;
  });
}

/** Which token is presented, by its hash; nobody's requests count together. */
function tokenOf({ headers, ip }: Ask): string {
  return headers.authorization === undefined ? ip : hash('sha256', headers.authorization, 'base64url');
}

interface Draw {
  readonly name: string;
  readonly rate: Rate;
  readonly counts: 'everything' | 'what is answered' | 'what is refused';
}

/** What a request draws before it is answered, so that no more can be under way than there is; what it does not count for is given back. */
function drawsOf(rate: EndpointRate, ask: Ask): readonly Draw[] {
  const { name, key, open, capacity, everyMs } = rate;
  if (key === 'access token') return [{ name: `${name} ${ask.tenant} ${tokenOf(ask)}`, rate, counts: 'everything' }];
  const network = `${ask.tenant} ${networkOf(ask.ip)}`;
  const half = { capacity: Math.max(1, Math.floor(capacity / 2)), everyMs: everyMs * 2 };
  return [
    open
      ? { name: `${name} from ${network}`, rate: half, counts: 'everything' }
      : { name: `${name} refused ${network}`, rate, counts: 'what is refused' },
    { name: `${name} ${ask.tenant}`, rate, counts: 'what is answered' },
  ];
}
