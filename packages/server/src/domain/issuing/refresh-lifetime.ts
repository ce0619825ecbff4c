// How long refresh tokens live (auth0-behaviour §12.2, RT-5 to RT-8). Pure; times in ms, lifetimes in seconds.

import type { ClientFacts } from '../clients/facts.ts';
import type { RefreshFamily } from './refresh-family.ts';

type Ends = Pick<RefreshFamily, 'expires_at' | 'idle_expires_at' | 'ends_at'>;

/** Later than every other time, as text too. */
const never = '9999-12-31T23:59:59.999Z';
/** How long a revoked family is remembered, so that the log can say what was presented: 30 days. */
const remembered = 30 * 86_400_000;

const iso = (ms: number) => new Date(ms).toISOString();

function ends(expires_at: string | undefined, idle_expires_at: string | undefined): Ends {
  const ends_at = [expires_at, idle_expires_at].reduce<string>(
    (first, one) => (one && one < first ? one : first),
    never,
  );
  return {
    ...(expires_at === undefined ? {} : { expires_at }),
    ...(idle_expires_at === undefined ? {} : { idle_expires_at }),
    ends_at,
  };
}

/** The ends of a family that begins at `now`. */
export function firstEnds({ refresh }: ClientFacts, now: number): Ends {
  const after = (seconds: number | undefined) => (seconds === undefined ? undefined : iso(now + seconds * 1000));
  return ends(after(refresh.lifetime), after(refresh.idleLifetime));
}

/**
 * The ends after an exchange at `now`. The absolute end stays as it is, and a family that has none gets one if the client has
 * a lifetime by now (RT-8), counted from here; the idle end follows the client's configuration of today (RT-7).
 */
export function nextEnds(family: RefreshFamily, client: ClientFacts, now: number): Ends {
  const fresh = firstEnds(client, now);
  return ends(family.expires_at ?? fresh.expires_at, fresh.idle_expires_at);
}

/** Which end has passed at `now`, if one has. A time that cannot be read has passed. */
export function endedBy(family: RefreshFamily, now: number): 'absolute' | 'idle' | undefined {
  const lives = (end: string | undefined) => end === undefined || now < Date.parse(end);
  if (!lives(family.expires_at)) return 'absolute';
  return lives(family.idle_expires_at) ? undefined : 'idle';
}

/** Until when a family that is revoked at `now` is remembered: no longer than it would have lived. */
export function rememberedUntil(family: RefreshFamily, now: number): string {
  return ends(family.ends_at, iso(now + remembered)).ends_at;
}
