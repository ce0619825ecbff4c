// A site with an administrator, and users with a few permissions of the Management API: each calls with a token of the dashboard or of
// another client, by the login page and a code.

import assert from 'node:assert/strict';
import { type PeopledSite, type Person, peopled } from './people.ts';
import { pkce } from './relying-party.ts';
import { type Engine, type Reply, serveHere } from './running.ts';
import { userAgent } from './user-agent.ts';

export const dashboard = 'countersign-dashboard';
export const adminRole = 'rol_CountersignAdmin';
export const ada = { email: 'ada@example.com', password: 'Correct-Horse-7-Battery' };

export type Call = (method: string, path: string, body?: object) => Promise<Reply>;

export interface Administration {
  readonly site: PeopledSite;
  /** Calls as Ada, who holds everything. */
  readonly admin: Call;
  /** Another one who does. */
  readonly boss: Person;
  /** The Management API's identifier. */
  readonly api: string;
  /** The body that names permissions of the Management API. */
  permissions(...names: string[]): object;
  /** Calls with this access token. */
  with(accessToken: string): Call;
  /** Calls with a token of this user by this client. */
  as(
    user: Pick<Person, 'email' | 'password'>,
    scopes: readonly string[],
    client?: string,
    callback?: string,
  ): Promise<Call>;
  /** Calls as a new user with these permissions and no more. */
  lesser(...scopes: string[]): Promise<Call>;
  stop(): Promise<void>;
}

/** Starts a server with the dashboard. */
export async function administration(engine: Engine = 'sqlite'): Promise<Administration> {
  const running = await serveHere(engine, {
    flags: ['--dashboard'],
    env: { COUNTERSIGN_ADMIN_EMAIL: ada.email, COUNTERSIGN_ADMIN_PASSWORD: ada.password },
    say: () => {},
  });
  const site = peopled(running);
  const api = `https://${site.host}/api/v2/`;

  const permissions = (...names: string[]) => ({
    permissions: names.map((permission_name) => ({ resource_server_identifier: api, permission_name })),
  });

  const withToken =
    (token: string): Call =>
    (method, path, body) =>
      site.send(method, `/api/v2${path}`, {
        headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });

  const as: Administration['as'] = async (
    user,
    scopes,
    client_id = dashboard,
    redirect_uri = `${site.base}/dashboard/callback`,
  ) => {
    const { verifier, challenge } = pkce();
    const browser = userAgent();
    const query = new URLSearchParams({
      client_id,
      redirect_uri,
      response_type: 'code',
      scope: ['openid', ...scopes].join(' '),
      audience: api,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    let view = await browser.settle(await browser.load(`${site.base}/authorize?${query}`));
    view = await browser.settle(await browser.submit(view, { username: user.email, password: user.password }));
    const code = new URL(view.location ?? view.url).searchParams.get('code') ?? '';
    assert.ok(code, `${view.status} ${view.url}`);
    const form = { grant_type: 'authorization_code', client_id, redirect_uri, code, code_verifier: verifier };
    return withToken((await site.token(form)).body.access_token);
  };

  const lesser: Administration['lesser'] = async (...scopes) => {
    const person = await site.user();
    const given = await site.manage('POST', `/users/${person.userId}/permissions`, permissions(...scopes));
    assert.equal(given.status, 201, given.text);
    return as(person, scopes);
  };

  const systemApi = (await site.manage('GET', '/resource-servers')).body.find(
    ({ identifier }: { identifier: string }) => identifier === api,
  );
  const all: string[] = systemApi.scopes.map(({ value }: { value: string }) => value);
  const admin = await as(ada, all);
  const boss = await site.user();
  assert.equal((await site.manage('POST', `/users/${boss.userId}/roles`, { roles: [adminRole] })).status, 204);
  return { site, admin, boss, api, permissions, with: withToken, as, lesser, stop: () => running.stop() };
}
