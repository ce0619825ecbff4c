// Nodes that are killed at random moments and started again, while actors go on asking them (security-cases.md §6). The
// supervisor only breaks things and keeps the history; what the actors do stands in crash-actors.ts.

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Deed, type Outcome, type Recorder, recorder } from './history.ts';
import { type PeopledSite, peopled } from './people.ts';
import { startPostgres } from './postgres.ts';
import type { Chance } from './random.ts';
import { authorizeUrl, type Params } from './relying-party.ts';
import { type Engine, freshPlace, type Spawned, spawnServer } from './running.ts';
import { ask, type UserAgent, userAgent } from './user-agent.ts';

/** What became of one request or one walk through pages, as its client saw it. */
export interface Result<T> {
  readonly outcome: Outcome;
  readonly value?: T;
  readonly makes?: readonly string[];
  readonly because?: string;
}

export interface Reply {
  readonly status: number;
  readonly html: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's JSON
  readonly body: any;
}

/** Somebody who asks. Each request goes to any node that is up. */
export interface Actor {
  readonly name: string;
  readonly by: Chance;
  /** Records an operation, does it, and records what became of it. What throws or takes too long is unknown. */
  attempt<T>(deed: Omit<Deed, 'by'>, send: () => Promise<Result<T>>): Promise<Result<T>>;
  /** A POST of a form to the node that was chosen last. */
  post(path: string, form: Params, headers?: Params): Promise<Reply>;
  get(path: string, headers?: Params): Promise<Reply>;
  /** A browser that asks the node that was chosen last. */
  browser(): UserAgent;
  url(client: Parameters<typeof authorizeUrl>[1], params?: Readonly<Record<string, string | undefined>>): string;
}

export interface CrashRig {
  readonly history: Recorder;
  /** False once the last kill is over: actors then look at what they hold and end. */
  going(): boolean;
  /** The administrator's calls, to a node that is up; throws when it is killed meanwhile. */
  site(): Promise<PeopledSite>;
  actor(name: string, by: Chance): Actor;
  /**
   * Lets the actors act, kills this many times, each at a random moment after everything was up, and resolves when the
   * actors have had their last look. Throws what an actor threw; nothing is under way then.
   */
  run(actors: readonly (() => Promise<void>)[], kills: number, by: Chance): Promise<void>;
  stop(): Promise<void>;
}

/** The same issuer in every life of a node, whatever its port; and of a development server, so that mail is caught. */
const host = 'localhost:1';
const patienceMs = 20_000;
/** The most that passes between everything being up and the next blow. */
const calmMs = 1_200;

/** The database of a rig; PostgreSQL is one of its own, so that it can be killed as well. */
async function placeOf(engine: Engine) {
  const at = await freshPlace('sqlite');
  if (engine === 'sqlite') return { at, database: undefined, clear: at.clear };
  const database = await startPostgres();
  const clear = async () => {
    await database.remove();
    await at.clear();
  };
  return { at: { ...at, url: database.url }, database, clear };
}

/** Starts two nodes over one database. A history file is kept if one is named. */
export async function crashRig(engine: Engine, file?: string): Promise<CrashRig> {
  const { at, database, clear } = await placeOf(engine);
  const history = recorder(file);
  const nodes: (Spawned | undefined)[] = [undefined, undefined];
  let over = false;
  /** Called with the node at which something of several parts begins. */
  let strike: ((node: number) => void) | undefined;
  const start = async (node: number, tries = 3): Promise<void> => {
    try {
      nodes[node] = await spawnServer(at);
    } catch (error) {
      // The port that was free was taken by somebody else in the meantime, or the machine is busy.
      if (tries > 1 && /is taken|did not become ready/.test(String(error))) return start(node, tries - 1);
      throw error;
    }
    history.note('start', node);
  };
  await start(0);
  await start(1);

  /** Any node that is up; waits for one if none is. */
  async function anyNode(roll: number): Promise<number> {
    for (let waited = 0; waited < 3 * patienceMs; waited += 20) {
      const up = [0, 1].filter((node) => nodes[node] !== undefined);
      const node = up[Math.floor(roll * up.length)];
      if (node !== undefined) return node;
      await sleep(20);
    }
    throw new Error('no node came up again');
  }
  const portOf = (node: number) => Number(new URL(nodes[node]?.base ?? 'http://localhost:1').port);

  /** Ends connections of the nodes as a failing database does; some commits are then done and not acknowledged. */
  async function cutConnections(): Promise<void> {
    if (database === undefined) return;
    history.note('cut', -1);
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await admin.end();
  }

  /** Every second blow waits for something of several parts, and falls while it is done, at its node. */
  async function moment(by: Chance): Promise<number[]> {
    const roll = by.next();
    const any = roll < 0.35 ? [0] : roll < 0.7 ? [1] : [0, 1];
    await sleep(by.below(calmMs / 3));
    if (by.maybe(0.5)) {
      await sleep(by.below(calmMs));
      return any;
    }
    const waiting = new AbortController();
    const begun = new Promise<number[]>((resolve) => {
      strike = (node) => resolve(roll < 0.7 ? [node] : [0, 1]);
    });
    const victims = await Promise.race([begun, sleep(3 * calmMs, any, { signal: waiting.signal })]);
    waiting.abort();
    strike = undefined;
    await sleep(by.below(40));
    return victims;
  }

  async function blow(by: Chance, count: number, victims: readonly number[]): Promise<void> {
    if (by.maybe(0.3)) await cutConnections();
    const crash = database !== undefined && count % 25 === 12;
    const ended = victims.map((node) => {
      const victim = nodes[node];
      nodes[node] = undefined;
      history.note('kill', node);
      return victim?.end('SIGKILL');
    });
    if (crash) {
      history.note('cut', -1);
      await database.kill9();
      await database.start();
    }
    await Promise.all(ended);
    await Promise.all(victims.map((node) => start(node)));
  }

  return {
    history,
    going: () => !over,
    site: async () => {
      const node = nodes[await anyNode(Math.random())];
      if (node === undefined) throw new Error('the node went away');
      return peopled(node);
    },
    async run(actors, times, by) {
      const acting = actors.map(async (act) => {
        try {
          await act();
        } finally {
          // An actor that fails ends the run.
          over = true;
        }
      });
      try {
        for (let count = 0; count < times && !over; count++) {
          await blow(by, count, await moment(by));
        }
        // What was cut off is retried by everybody once more before they look.
        await sleep(calmMs);
      } finally {
        over = true;
        await Promise.allSettled(acting);
      }
      await Promise.all(acting);
    },
    actor(name, by) {
      let node = 0;
      const send = async (method: string, path: string, headers: Params, body?: string): Promise<Reply> => {
        const { status, html } = await ask(portOf(node), method, path, { host, ...headers }, body);
        let parsed: unknown;
        try {
          parsed = JSON.parse(html);
        } catch {}
        return { status, html, body: parsed };
      };
      return {
        name,
        by,
        async attempt(deed, perform) {
          node = await anyNode(by.next());
          const end = history.invoke(node, { by: name, ...deed });
          if (deed.redeems === undefined && (deed.ends?.length ?? 0) > 1) strike?.(node);
          const result = await withPatience(perform).catch(
            (error: unknown): Result<never> => ({
              outcome: 'unknown',
              because: error instanceof Error ? error.message.slice(0, 120) : 'nothing came',
            }),
          );
          const { outcome, makes, because } = result;
          end(outcome, { ...(makes ? { makes } : {}), ...(because ? { because } : {}) });
          return result;
        },
        post: (path, form, headers = {}) => {
          const body = new URLSearchParams(form).toString();
          const framed = {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': String(Buffer.byteLength(body)),
          };
          return send('POST', path, { ...framed, ...headers }, body);
        },
        get: (path, headers = {}) => send('GET', path, headers),
        browser: () => userAgent({ port: () => portOf(node) }),
        url: (client, params) => authorizeUrl({ base: `http://${host}` }, client, params),
      };
    },
    async stop() {
      await Promise.all(nodes.map((node) => node?.end()));
      await clear();
    },
  };
}

async function withPatience<T>(perform: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), patienceMs);
  });
  try {
    return await Promise.race([perform(), late]);
  } finally {
    clearTimeout(timer);
  }
}
