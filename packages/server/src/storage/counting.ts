// Counters that limit what may be tried, as the rest of the house sees them: tallies of failures, and buckets of tokens.

/** A counter of failures that is found by whom it is about, and that a success forgives. */
export interface Tally {
  /** Which counter it is. Only its hash is kept. */
  readonly name: string;
  /** Whom it is about, to find it by: `user auth0|123`. */
  readonly subject: string;
  /** What is told of it when it is found; as it was at the last addition. */
  readonly about: object;
}
/** A tally as it stands. */
export interface Counted<About> {
  readonly about: About;
  readonly count: number;
  /** ms */
  readonly endsAt: number;
}

/** A bucket of tokens that fills up by itself: `capacity` tokens at most, a new one every `everyMs`. */
export interface Bucket {
  readonly name: string;
  readonly capacity: number;
  readonly everyMs: number;
}
export interface Drawn {
  readonly drawn: boolean;
  /** Whole tokens that are left. */
  readonly left: number;
  /** When the bucket is full again, and when there is a token (ms); the second is not after `now` if there is one. */
  readonly fullAt: number;
  readonly nextAt: number;
}

/** Counters that hold across nodes and restarts. Each takes or refuses by one conditional write, however many race. */
export interface Limits {
  /**
   * Adds one to a tally if it is below `limit`. It ends `keptMs` after its last addition, or some seconds after a success, and
   * then starts anew. A clock that is set back makes it last no longer than `keptMs` from then.
   */
  tally(tally: Tally, limit: number, now: number, keptMs: number): Promise<{ added: boolean; count: number }>;
  /** Takes back one addition. */
  untally(name: string): Promise<void>;
  /**
   * Takes back one addition, and forgives the others `TALLY_FORGIVEN_MS` later: attempts that race with a success are
   * counted as if there had been none, so that no more than `limit` of a burst are ever let through.
   */
  forgive(name: string, now: number): Promise<void>;
  /** Removes all tallies about this subject; how many. */
  removeTallies(subject: string): Promise<number>;
  /** Takes a token, if there is one. A clock that is set back never leaves a bucket worse than empty. */
  draw(bucket: Bucket, now: number): Promise<Drawn>;
  /** Puts a token back. */
  putBack(bucket: Bucket): Promise<void>;
  /** Fills the bucket of this name. `true` if anything had been taken from it. */
  fill(name: string): Promise<boolean>;
}
