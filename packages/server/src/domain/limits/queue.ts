// Attempts at one account that are under way in this process. Each has taken one of few, and may yet give it back: who finds none
// left waits for those, so that a crowd of right passwords is not taken for a crowd of guesses.

/** Nobody waits longer than this for others, in ms. */
const patienceMs = 10_000;

/** The attempt is over. `givenBack`: another may have what it took. The first call counts. */
export type End = (givenBack: boolean) => void;

export interface Queue {
  /**
   * Makes an attempt; when `refused`, waits for those that are under way and tries again, until nobody is left to wait for.
   * Whoever got through is under way until `end` is called; for who did not it does nothing.
   */
  enter<T>(
    key: string,
    attempt: () => Promise<T>,
    refused: (outcome: T) => boolean,
  ): Promise<{ readonly outcome: T; readonly end: End }>;
}

interface UnderWay {
  count: number;
  /** First come, first served. */
  readonly waiting: Set<() => void>;
}

/** The queue of this process. */
export function createQueue(): Queue {
  const underWay = new Map<string, UnderWay>();

  function begin(key: string): End {
    const here = underWay.get(key) ?? { count: 0, waiting: new Set() };
    underWay.set(key, here);
    here.count++;
    let over = false;
    return (givenBack) => {
      if (over) return;
      over = true;
      here.count--;
      if (here.count === 0) {
        underWay.delete(key);
        for (const wake of [...here.waiting]) wake();
      } else if (givenBack) here.waiting.values().next().value?.();
    };
  }

  return {
    async enter(key, attempt, refused) {
      const until = performance.now() + patienceMs;
      for (;;) {
        const outcome = await attempt();
        if (!refused(outcome)) return { outcome, end: begin(key) };
        const others = underWay.get(key);
        const left = until - performance.now();
        if (!others || left <= 0) return { outcome, end: () => undefined };
        await woken(others, left);
      }
    },
  };
}

function woken({ waiting }: UnderWay, patience: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      waiting.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, patience);
    waiting.add(wake);
  });
}
