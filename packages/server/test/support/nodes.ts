// Two nodes of one installation: two processes over one data folder (SQLite) or one database (PostgreSQL). Both answer
// to the same public name, as behind a load balancer without sticky sessions.

import { type PeopledSite, peopled } from './people.ts';
import { authorizeUrl, type Params } from './relying-party.ts';
import { type Engine, freshPlace, type Spawned, spawnServer } from './running.ts';
import { request } from './sockets.ts';
import { ask, type UserAgent, userAgent } from './user-agent.ts';

const host = 'auth.example.test';

export interface Nodes {
  /** The first node, for the administrator's calls. */
  readonly first: Spawned & PeopledSite;
  readonly second: Spawned & PeopledSite;
  readonly ports: readonly number[];
  /** What browsers and clients see: the public name, without a port. */
  readonly base: string;
  readonly issuer: string;
  /** A browser whose every request goes to the other node than the one before. */
  browser(): UserAgent;
  /** A browser of one node only. */
  browserOf(node: 0 | 1): UserAgent;
  url(client: Parameters<typeof authorizeUrl>[1], params?: Readonly<Record<string, string | undefined>>): string;
  /** A request to one node under the public name; forms are sent as POST. */
  call(node: number, path: string, form?: Params, headers?: Params): ReturnType<typeof ask>;
  /** The bytes of a token request, for a race. */
  tokenRequest(form: Params): string;
  stop(): Promise<void>;
}

/** Starts both, with these flags more. */
export async function twoNodes(engine: Engine, more: readonly string[] = []): Promise<Nodes> {
  const at = await freshPlace(engine);
  const flags = ['--domain', `localhost,${host}`, ...more];
  // One after the other: the first makes the database.
  const one = await spawnServer(at, { flags });
  const two = await spawnServer(at, { flags }).catch(async (error: unknown) => {
    await one.end();
    throw error;
  });
  const ports = [one, two].map(({ base }) => Number(new URL(base).port));
  const base = `http://${host}`;
  return {
    first: peopled(one),
    second: peopled(two),
    ports,
    base,
    issuer: `${base}/`,
    browser: () => userAgent({ port: (number) => ports[number % 2] ?? 0 }),
    browserOf: (node) => userAgent({ port: () => ports[node] ?? 0 }),
    url: (client, params) => authorizeUrl({ base }, client, params),
    call(node, path, form, headers = {}) {
      const body = form === undefined ? undefined : new URLSearchParams(form).toString();
      const framed =
        body === undefined
          ? {}
          : {
              'content-type': 'application/x-www-form-urlencoded',
              'content-length': String(Buffer.byteLength(body)),
            };
      return ask(ports[node] ?? 0, body === undefined ? 'GET' : 'POST', path, { host, ...framed, ...headers }, body);
    },
    tokenRequest: (form) =>
      request(
        'POST /oauth/token HTTP/1.1',
        [`Host: ${host}`, 'Content-Type: application/x-www-form-urlencoded'],
        new URLSearchParams(form).toString(),
      ),
    async stop() {
      await Promise.all([one.end(), two.end()]);
      await at.clear();
    },
  };
}
