// A browser without a screen for tests of the login pages: cookies, pages, forms. The login is begun in the store, as /authorize
// begins it, so that these tests are about the pages alone.

import assert from 'node:assert/strict';
import { createUser, type UserDraft } from '../../src/domain/accounts/create.ts';
import type { User } from '../../src/domain/accounts/user.ts';
import { type PendingAuthorization, pendingAuthorizations } from '../../src/domain/pending/pending.ts';
import { beginPending, type PageName, type PendingPatch, pagePaths } from '../../src/domain/pending/steps.ts';
import { defaultTenant } from '../../src/domain/tenants/hosts.ts';
import type { AuthorizationRequest } from '../../src/oauth/authorization-request.ts';
import type { TenantHost } from '../../src/schema/brand.ts';
import type { House } from '../../src/server.ts';
import type { Reply, Site } from '../support/running.ts';

export type Here = Site & { house: House };

export const callback = 'https://app.example.com/callback';
export const connection = 'Username-Password-Authentication';
export const password = 'Correct horse 7';

/** The store that the server uses. */
export const storeOf = (here: Here) => here.house.database.store(defaultTenant);

/** A client that may log people in. */
export async function makeClient(here: Here, body: object = {}): Promise<string> {
  const reply = await here.manage('POST', '/clients', {
    name: 'Trip Planner',
    app_type: 'regular_web',
    callbacks: [callback],
    grant_types: ['authorization_code'],
    ...body,
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.body.client_id;
}

/** A user of the built-in database, with `password` unless the draft says otherwise. */
export async function makeUser(here: Here, draft: Partial<UserDraft> = {}): Promise<User> {
  const password_hash = draft.password_hash ?? (await here.house.passwords.hash(password, { tenant: 'default' }));
  const made = await storeOf(here).transact((tx) =>
    createUser(tx, { connection, password_hash, ...draft }, here.house.now()),
  );
  return made.kind === 'created' ? made.user : assert.fail(made.kind);
}

export interface Visitor {
  readonly handle: string;
  readonly pending: PendingAuthorization;
  readonly cookies: Map<string, string>;
  get(page: PageName, headers?: Record<string, string>): Promise<Reply>;
  /** Sends the form of a page, with the token that stands in it unless the fields name another. */
  post(page: PageName, fields: Record<string, string>, headers?: Record<string, string>): Promise<Reply>;
  /** The login as it is in the store now; `undefined` when it ended. */
  now(): Promise<PendingAuthorization | undefined>;
}

/** A browser with a login that has just begun, for this client. */
export async function begin(
  here: Here,
  clientId: string,
  request: Partial<AuthorizationRequest> = {},
  proved: PendingPatch = {},
  cookies = new Map<string, string>(),
): Promise<Visitor> {
  const browser = cookies.get('countersign_did') ?? 'browser-of-a-test';
  cookies.set('countersign_did', browser);
  const { handle, pending } = await beginPending(
    storeOf(here),
    {
      request: {
        client_id: clientId,
        redirect_uri: callback,
        redirect_uri_sent: true,
        response_type: ['code'],
        response_mode: 'query',
        scopes: ['openid'],
        prompt: [],
        ...request,
      },
      issuer: here.issuer,
      host: here.host as TenantHost,
      browser,
      ...proved,
    },
    here.house.now(),
  );
  const path = (page: PageName) => `${pagePaths[page]}?state=${handle}`;
  const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const keep = (reply: Reply) => {
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return reply;
  };
  return {
    handle,
    pending,
    cookies,
    async get(page, headers = {}) {
      return keep(await here.send('GET', path(page), { headers: { cookie: cookie(), ...headers } }));
    },
    async post(page, fields, headers = {}) {
      const shown = await here.send('GET', path(page), { headers: { cookie: cookie() } });
      const csrf = /name="csrf" value="([^"]*)"/.exec(shown.text)?.[1] ?? pending.csrf;
      const body = new URLSearchParams({ csrf, ...fields }).toString();
      return keep(
        await here.send('POST', path(page), {
          headers: { cookie: cookie(), 'content-type': 'application/x-www-form-urlencoded', ...headers },
          body,
        }),
      );
    },
    now: () => storeOf(here).get(pendingAuthorizations, pending.id),
  };
}

/** Where a proved step leads. */
export function assertResumes(reply: Reply, visitor: Visitor): void {
  assert.equal(reply.status, 303, reply.text);
  assert.equal(reply.headers.get('location'), `/authorize/resume?state=${visitor.handle}`);
  assert.match(reply.headers.get('cache-control') ?? '', /no-store/);
}

/** Texts of a page, entities read. */
export function textOf(reply: Reply): string {
  return reply.text
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}

/** Log events of a type, the newest first. */
export async function events(here: Here, type: string): Promise<Record<string, unknown>[]> {
  await here.house.logs.flush();
  const { records } = await storeOf(here).logs.page({
    filter: { equals: [{ column: 'type', anyOf: [type] }] },
    newestFirst: true,
    offset: 0,
    limit: 50,
  });
  return records.map((record) => JSON.parse(record));
}
