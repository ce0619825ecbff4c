// The keys of one issuer, fetched and kept. What must hold: one fetch at a time; good tokens never wait for a scheduled fetch; strangers cannot
// make this process hammer the issuer; an issuer that is away for a while makes no good token bad.

import { type Finding, found } from './causes/index.ts';
import { type Access, discover } from './discovery.ts';
import { fetchJson } from './fetch-json.ts';
import { type JwkSet, type KeyAnswer, readJwkSet } from './jwk-set.ts';
import type { KeyFinder, KeyFound, KeyWanted } from './keys.ts';

export interface RemoteKeysOptions extends Access {
  readonly issuer: string;
  /** Instead of discovery. */
  readonly jwksUri: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** At least this long between two fetches that unknown key ids cause. */
  readonly cooldownMs: number;
}

const second = 1000;
/** Bounds for Cache-Control: not hammering on one side, noticing a revoked key on the other. */
const freshness = { least: 60 * second, usual: 600 * second, most: 3600 * second };
/** From this part of its life on, a set is fetched again in the background. */
const renewFrom = 0.8;
/** How long old keys are used while the issuer cannot be reached. */
const staleFor = 24 * 3600 * second;
/** Between attempts after a failure: short when there is no key at all, since every call waits for it. */
const pauseAfterFailure = { withoutKeys: 5 * second, withOldKeys: 30 * second };
/** Key ids that were looked for in vain are remembered, so that a client stuck with one does not use up the cool-down. */
const missing = { most: 500, forMs: 600 * second };

interface Kept {
  readonly set: JwkSet;
  readonly fetchedAt: number;
  readonly freshMs: number;
}

/** Does nothing until the first key is wanted, and has no timers. Rejects only if `now` throws. */
export function remoteKeys(options: RemoteKeysOptions): KeyFinder {
  const { now } = options;
  let jwksUri = options.jwksUri;
  let kept: Kept | undefined;
  let failure: { readonly at: number; readonly finding: Finding } | undefined;
  let inFlight: Promise<void> | undefined;
  let lastUnknownFetch = Number.NEGATIVE_INFINITY;
  const missed = new Map<string, number>();

  /** One fetch at a time, shared by all who wait. The outcome is in `kept` and `failure`. */
  function refetch(): Promise<void> {
    inFlight ??= settleFetch().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  }

  async function settleFetch(): Promise<void> {
    const outcome = await fetchSet();
    if ('set' in outcome) {
      kept = outcome;
      failure = undefined;
    } else {
      failure = { at: now(), finding: outcome };
      jwksUri = options.jwksUri; // it may have moved: discover again
    }
  }

  async function fetchSet(): Promise<Kept | Finding> {
    if (jwksUri === undefined) {
      const discovery = await discover(options.issuer, options);
      if (discovery.kind === 'failed') return discovery.finding;
      jwksUri = discovery.jwksUri;
    }
    const answer = await fetchJson(jwksUri, options.fetch, options.timeoutMs);
    if (answer.kind === 'failed') return found('keys_unavailable', { problem: answer.problem });
    const { keys } = answer.document;
    if (!Array.isArray(keys)) return found('keys_unavailable', { problem: `GET ${jwksUri} answers no JWK Set` });
    const maxAge = answer.maxAgeSeconds === undefined ? freshness.usual : answer.maxAgeSeconds * second;
    const freshMs = Math.min(Math.max(maxAge, freshness.least), freshness.most);
    return { set: readJwkSet(keys), fetchedAt: now(), freshMs };
  }

  /** How long no new attempt is made, in milliseconds. A clock that was set back pauses nothing. */
  function pauseLeft(): number {
    if (failure === undefined || now() < failure.at) return 0;
    const pause = kept === undefined ? pauseAfterFailure.withoutKeys : pauseAfterFailure.withOldKeys;
    return Math.max(0, failure.at + pause - now());
  }

  const unavailable = (finding: Finding): KeyFound => ({
    kind: 'unavailable',
    finding,
    retryAfterSeconds: Math.max(1, Math.ceil(pauseLeft() / second)),
  });

  /** A clock that was set back makes a set old, not young for ever. */
  const age = (set: Kept): number => (now() < set.fetchedAt ? set.freshMs : now() - set.fetchedAt);

  function find(wanted: KeyWanted): KeyFound | Promise<KeyFound> {
    if (kept === undefined || age(kept) >= kept.freshMs) return findAfterFetch(wanted);
    if (age(kept) >= kept.freshMs * renewFrom && pauseLeft() === 0) refetch().catch(() => {}); // nobody waits; the next token tries again
    const answer = kept.set.find(wanted.kid, wanted.alg);
    return answer.kind === 'unknown' ? lookAgain(wanted, answer) : answer;
  }

  async function findAfterFetch(wanted: KeyWanted): Promise<KeyFound> {
    if (inFlight !== undefined || pauseLeft() === 0) await refetch();
    if (failure !== undefined && (kept === undefined || age(kept) >= staleFor)) return unavailable(failure.finding);
    const answer = kept?.set.find(wanted.kid, wanted.alg) ?? { kind: 'unknown', kids: [] };
    return answer.kind === 'unknown' ? notThere(wanted, answer) : answer;
  }

  /** The key is not in a set that is fresh: perhaps it is newer than the set (rotation). Fetch once more, within the cool-down. */
  async function lookAgain(wanted: KeyWanted, answer: KeyAnswer): Promise<KeyFound> {
    if (isMissed(wanted.kid)) return answer;
    if (inFlight !== undefined) {
      await refetch();
    } else if (Math.abs(now() - lastUnknownFetch) >= options.cooldownMs && pauseLeft() === 0) {
      lastUnknownFetch = now();
      await refetch();
    } else if (failure === undefined) {
      return answer; // not remembered as missing: it was not looked for
    }
    const again = kept?.set.find(wanted.kid, wanted.alg) ?? answer;
    return again.kind === 'unknown' ? notThere(wanted, again) : again;
  }

  /** After a failed fetch it may be a new key that could not be had; after a good one it is no key of this issuer. */
  function notThere(wanted: KeyWanted, answer: KeyAnswer): KeyFound {
    if (failure !== undefined) return unavailable(failure.finding);
    remember(wanted.kid);
    return answer;
  }

  function isMissed(kid = ''): boolean {
    const at = missed.get(kid);
    return at !== undefined && Math.abs(now() - at) < missing.forMs;
  }

  function remember(kid = ''): void {
    missed.delete(kid); // to the end of the map: the first is the oldest
    missed.set(kid, now());
    for (const oldest of missed.keys()) {
      if (missed.size <= missing.most) break;
      missed.delete(oldest);
    }
  }

  return find;
}
