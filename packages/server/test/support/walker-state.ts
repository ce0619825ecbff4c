// What a random walk remembers: the browsers and their tabs, what was asked for, every page that was seen, and the oracles that
// know what may be.

import { type Asked, loginOracle, type Oracle, type Window } from './login-oracle.ts';
import type { Api, Client, PeopledSite, Person } from './people.ts';
import { type Chance, chance } from './random.ts';
import { userAgent, type View } from './user-agent.ts';
import { type Recovery, recoveryOracle } from './walker-recovery.ts';

export interface Ground {
  readonly site: PeopledSite;
  readonly people: readonly Person[];
  readonly clients: readonly Client[];
  /** Undefined: no API, the token is for /userinfo. */
  readonly apis: readonly (Api | undefined)[];
  /** Whether a client of an API needs consent for its scopes. */
  needsConsent(client: Client, api: Api | undefined): boolean;
  /** Whether the callback is one that must be confirmed. */
  confirms(client: Client): boolean;
  /** Moves the server's clock, in seconds. */
  forward(seconds: number): void;
}

/** A page in a browser. */
export interface Tab {
  view: View;
  readonly shownTo: string | undefined;
}

export type Figures = Oracle['figures'] &
  Recovery['figures'] & { logouts: number; steps: number; requests: number; errors: number };

export interface Walk {
  readonly ground: Ground;
  readonly site: PeopledSite;
  readonly seed: number;
  readonly by: Chance;
  /** What was done, for whoever looks into a failure. */
  readonly diary: string[];
  /** Ends the walk, with seed and last steps. */
  readonly fail: (what: string) => never;
  readonly oracle: Oracle;
  readonly recovery: Recovery;
  /** Those who have an account; grows with each sign-up. */
  readonly people: Person[];
  readonly figures: Figures;
  /** ID tokens of the walk, for logouts that say whose session they are about. */
  readonly hints: string[];
  /** Authorization requests by their `state`. */
  readonly asked: Map<string, Asked>;
  /** The same by the handles of their pages. */
  readonly byHandle: Map<string, Asked>;
  /** The scopes that were asked for, by `state`. */
  readonly scopesByState: Map<string, string>;
  /** Addresses by `sub`. */
  readonly subs: Map<string, string>;
  readonly windows: readonly Window[];
  readonly tabs: Map<Window, Tab[]>;
  /** Every page that was ever seen, with the browser that saw it: old forms are replayed from here. */
  readonly past: { window: Window; tab: Tab }[];
}

/** A walk of which nothing has been walked yet. */
export async function beginWalk(ground: Ground, seed: number): Promise<Walk> {
  const by: Chance = chance(seed);
  const { site } = ground;
  const diary: string[] = [];
  const fail = (what: string): never => {
    throw new Error(
      `${what}\nseed ${seed}, step ${figures?.steps}; the last steps:\n${diary.slice(-Number(process.env.COUNTERSIGN_DIARY ?? 25)).join('\n')}`,
    );
  };
  const oracle = loginOracle(fail);
  const people = [...ground.people];
  const recovery = await recoveryOracle(site, people, fail, (email) => {
    for (const window of windows) if (window.session?.email === email) window.session = undefined;
  });
  const figures: Figures = Object.assign(oracle.figures, recovery.figures, {
    steps: 0,
    requests: 0,
    errors: 0,
    logouts: 0,
  });
  const windows: Window[] = ['left', 'right'].map((name) => ({
    name,
    agent: userAgent({ judge: judgeView }),
    session: undefined,
  }));

  function judgeView(view: View): void {
    figures.requests++;
    if (view.status >= 500) fail(`${view.status} from ${view.url}: ${view.text}`);
    const page = view.status < 300 && view.headers.get('content-type')?.startsWith('text/html');
    if (page && !/frame-ancestors/.test(view.headers.get('content-security-policy') ?? ''))
      fail(`a page without a policy: ${view.url}`);
  }

  return {
    ground,
    site,
    seed,
    by,
    diary,
    fail,
    oracle,
    recovery,
    people,
    figures,
    hints: [],
    asked: new Map(),
    byHandle: new Map(),
    scopesByState: new Map(),
    subs: new Map(ground.people.map(({ userId, email }) => [userId, email])),
    windows,
    tabs: new Map(windows.map((window) => [window, []])),
    past: [],
  };
}
