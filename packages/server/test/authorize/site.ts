// A site with an API, clients and a user for tests of /authorize, and browsers that keep cookies. Sessions are begun in the
// store as the login page does it, so that these tests need no page.

import { createUser } from '../../src/domain/accounts/create.ts';
import type { User } from '../../src/domain/accounts/user.ts';
import { startSession } from '../../src/domain/sessions/lifecycle.ts';
import type { Session } from '../../src/domain/sessions/session.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import type { House } from '../../src/server.ts';
import { type Engine, type Reply, type Site, serveHere } from '../support/running.ts';

export const cb = 'https://app.example.com/cb';
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
export const password = 'correct horse battery staple';
export const connection = 'Username-Password-Authentication';

/** What the authorization response said, wherever it stood; `undefined` if the reply is not one. */
export function responseOf(reply: Reply): URLSearchParams | undefined {
  const location = reply.headers.get('location');
  if (location === null || location.startsWith('/')) return undefined;
  const url = new URL(location);
  return new URLSearchParams(url.hash ? url.hash.slice(1) : url.search);
}

export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #site: Pick<Site, 'send'>;
  constructor(site: Pick<Site, 'send'>) {
    this.#site = site;
  }

  async send(method: string, path: string, body?: Record<string, string>): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await this.#site.send(method, path, {
      headers: {
        ...(cookie ? { cookie } : {}),
        ...(body ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(body ? { body: new URLSearchParams(body).toString() } : {}),
    });
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return reply;
  }
  get(path: string, params?: Record<string, string>): Promise<Reply> {
    return this.send('GET', params ? `${path}?${new URLSearchParams(params)}` : path);
  }
}

export interface People extends Site {
  readonly house: House;
  stop(): Promise<void>;
  browser(): Browser;
  /** A client that may use the connection. */
  client(more?: object): Promise<{ client_id: string; client_secret: string }>;
  user(more?: { blocked?: boolean; password_hash?: string }): Promise<User>;
  /** A user who can log in with `password`. */
  member(): Promise<User>;
  /** Gives the browser a session of the user, begun some seconds ago. */
  signIn(browser: Browser, user: User, secondsAgo?: number): Promise<Session>;
  /** The newest log events of these types. */
  events(type: string): Promise<Record<string, unknown>[]>;
}

/** Starts the site. */
export async function people(engine: Engine): Promise<People> {
  const site = await serveHere(engine);
  const store = site.house.database.store(defaultTenant);
  let made = 0;
  let hash: Promise<string> | undefined;
  const here: People = {
    ...site,
    browser: () => new Browser(site),
    async client(more = {}) {
      const reply = await site.manage('POST', '/clients', {
        name: `App ${++made}`,
        app_type: 'regular_web',
        callbacks: [cb],
        ...more,
      });
      if (reply.status !== 201) throw new Error(`no client: ${reply.status} ${reply.text}`);
      const { connections } = (await site.manage('GET', '/connections?include_totals=true')).body;
      const own = connections.find((one: { name: string }) => one.name === connection);
      const enabled = [...new Set([...own.enabled_clients, reply.body.client_id])];
      await site.manage('PATCH', `/connections/${own.id}`, { enabled_clients: enabled });
      return reply.body;
    },
    async user(more = {}) {
      const draft = { connection, email: `user${++made}@example.com`, ...more };
      const created = await store.transact((tx) => createUser(tx, draft, Date.now()));
      if (created.kind !== 'created') throw new Error(`no user: ${created.kind}`);
      return created.user;
    },
    async member() {
      hash ??= site.house.passwords.hash(password, { tenant: 'default' });
      return here.user({ password_hash: await hash });
    },
    async signIn(browser, user, secondsAgo = 0) {
      const proof = { user_id: user.user_id, connection, method: 'pwd', ip: '192.0.2.1', user_agent: 'test' } as const;
      const { session, handle } = await store.transact((tx) =>
        startSession(tx, proof, {}, Date.now() - secondsAgo * 1000),
      );
      browser.cookies.set('countersign', handle);
      return session;
    },
    async events(type) {
      await site.house.logs.flush();
      const reply = await site.manage('GET', `/logs?q=${encodeURIComponent(`type:${type}`)}&sort=date:-1`);
      return reply.body;
    },
  };
  return here;
}
