// How long requests take, as a Prometheus histogram. Its own file since each request passes through it: a map and an
// addition, where a general library looks labels up for each observation.

/** Upper bounds in seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

interface Tally {
  readonly labels: string;
  /** By bound, not yet summed up; the last is for what is longer than every bound. */
  readonly counts: number[];
  sum: number;
  count: number;
}

export interface Durations {
  /** `route` is a declared path, never one as sent: the number of series must not follow what callers send. */
  observe(method: string, route: string, status: number, seconds: number): void;
  /** In the text format of Prometheus. */
  text(): string;
}

/** A histogram of this name. */
export function createDurations(name: string, help: string): Durations {
  const tallies = new Map<string, Tally>();
  return {
    observe(method, route, status, seconds) {
      const key = `${method} ${status} ${route}`;
      let tally = tallies.get(key);
      if (!tally) {
        const labels = `method="${method}",route="${route}",status="${status}"`;
        tally = { labels, counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0, count: 0 };
        tallies.set(key, tally);
      }
      let index = 0;
      while (index < bounds.length && seconds > (bounds[index] as number)) index++;
      tally.counts[index] = (tally.counts[index] as number) + 1;
      tally.sum += seconds;
      tally.count++;
    },
    text() {
      const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
      for (const { labels, counts, sum, count } of tallies.values()) {
        let below = 0;
        for (const [index, bound] of bounds.entries()) {
          below += counts[index] as number;
          lines.push(`${name}_bucket{le="${bound}",${labels}} ${below}`);
        }
        lines.push(`${name}_bucket{le="+Inf",${labels}} ${count}`);
        lines.push(`${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
}
