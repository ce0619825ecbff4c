// What a relying party does: it builds the authorization request, walks a browser through the pages, reads the answer in
// whatever response mode, exchanges the code and checks the ID token. Nothing here knows the server's modules.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { formsOf, tagsOf } from './forms.ts';
import type { Client, Person } from './people.ts';
import type { Reply, Site } from './running.ts';
import { type UserAgent, userAgent, type View } from './user-agent.ts';

export type Params = Readonly<Record<string, string>>;

/** How an authorization ended: with parameters at the client, or on a page of the server. */
export type Ending =
  | {
      readonly kind: 'client';
      readonly mode: 'query' | 'fragment' | 'form_post' | 'web_message';
      /** The redirect URI as it was addressed, without the parameters; of a web message the target origin. */
      readonly at: string;
      readonly params: Params;
      readonly view: View;
    }
  | { readonly kind: 'page'; readonly view: View };

export interface Answers {
  readonly person?: Person | undefined;
  /** What is pressed on the consent page; `accept` if absent. */
  readonly consent?: 'accept' | 'deny';
  /** Called with each page before it is answered; `stop` ends the walk there. */
  readonly onPage?: (view: View, kind: PageKind) => 'stop' | undefined;
}

export type PageKind = 'login' | 'signup' | 'consent' | 'confirm' | 'select_account' | 'error' | 'other';

export const random = (bytes = 16) => randomBytes(bytes).toString('base64url');

/** A verifier and its S256 challenge (RFC 7636 §4). */
export function pkce(verifier = random(32)): { verifier: string; challenge: string } {
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The URL of an authorization request; values of `undefined` are left out. */
export function authorizeUrl(
  site: Pick<Site, 'base'>,
  client: Client,
  more: Readonly<Record<string, string | undefined>> = {},
): string {
  const params = {
    client_id: client.id,
    redirect_uri: client.callback,
    response_type: 'code',
    scope: 'openid',
    ...more,
  };
  const given = Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return `${site.base}/authorize?${new URLSearchParams(given)}`;
}

/** Which of the server's pages a view is, by its address. */
export function pageKind(view: View): PageKind {
  if (view.status >= 400 && view.forms.every(({ method }) => method === 'GET')) return 'error';
  const path = new URL(view.url).pathname;
  const kinds: Readonly<Record<string, PageKind>> = {
    '/u/login': 'login',
    '/u/signup': 'signup',
    '/u/consent': 'consent',
    '/u/confirm': 'confirm',
    '/u/select-account': 'select_account',
  };
  return kinds[path] ?? 'other';
}

/** Reads an answer to the client out of a view, or `undefined` when it is none. */
export function answerIn(view: View): (Ending & { kind: 'client' }) | undefined {
  if (view.location !== undefined && new URL(view.location).host !== new URL(view.url).host) {
    const raw = view.location;
    const hash = raw.indexOf('#');
    if (hash >= 0) {
      const params = Object.fromEntries(new URLSearchParams(raw.slice(hash + 1)));
      return { kind: 'client', mode: 'fragment', at: raw.slice(0, hash), params, view };
    }
    const mark = raw.indexOf('?');
    const params = Object.fromEntries(new URLSearchParams(mark < 0 ? '' : raw.slice(mark + 1)));
    return { kind: 'client', mode: 'query', at: mark < 0 ? raw : raw.slice(0, mark), params, view };
  }
  if (view.status !== 200) return undefined;
  const out = formsOf(view.html, view.url).find(
    ({ method, action }) => method === 'POST' && new URL(action).host !== new URL(view.url).host,
  );
  if (out) {
    const params = Object.fromEntries(out.fields.map(({ name, value }) => [name, value]));
    return { kind: 'client', mode: 'form_post', at: out.action, params, view };
  }
  return webMessageIn(view);
}

/** The page of a web message: the message as JSON and the origin that gets it stand in attributes of one element. */
function webMessageIn(view: View): (Ending & { kind: 'client' }) | undefined {
  if (!view.html.includes('postMessage')) return undefined;
  for (const { attributes } of tagsOf(view.html)) {
    const values = Object.values(attributes);
    const message = values.find((value) => value.startsWith('{"type":"authorization_response"'));
    const origin = values.find((value) => /^https?:\/\/[^/]+$/.test(value));
    if (message === undefined || origin === undefined) continue;
    return { kind: 'client', mode: 'web_message', at: origin, params: JSON.parse(message).response, view };
  }
  return undefined;
}

/** Walks a browser from any URL of the server to the end, answering every page as a person would. */
export async function walk(browser: UserAgent, start: string | View, answers: Answers = {}): Promise<Ending> {
  let view = await browser.settle(typeof start === 'string' ? await browser.load(start) : start);
  const asked = new Map<string, number>();
  for (let pages = 0; pages < 12; pages++) {
    const answer = answerIn(view);
    if (answer) return answer;
    const kind = pageKind(view);
    if (kind === 'error' || kind === 'other' || answers.onPage?.(view, kind) === 'stop') return { kind: 'page', view };
    const times = (asked.get(kind) ?? 0) + 1;
    asked.set(kind, times);
    // The same page thrice is a person going round in circles.
    if (times > 3) return { kind: 'page', view };
    const next = await answerPage(browser, view, kind, answers);
    if (next === undefined) return { kind: 'page', view };
    view = await browser.settle(next);
  }
  throw new Error(`twelve pages and no end: ${view.url}`);
}

/** Sends one page as a person would; `undefined` when there is nothing that the person can do. */
export async function answerPage(
  browser: UserAgent,
  view: View,
  kind: PageKind,
  { person, consent = 'accept' }: Answers,
): Promise<View | undefined> {
  if (kind === 'consent') return browser.submit(view, {}, { press: consent });
  if (kind === 'confirm') return browser.submit(view, {}, { press: 'accept' });
  if (kind === 'select_account') return browser.submit(view);
  if (person === undefined) return undefined;
  const fields = view.forms.flatMap((form) => form.fields.map(({ name }) => name));
  const values = {
    ...(fields.includes('username') ? { username: person.email } : {}),
    ...(fields.includes('password') ? { password: person.password } : {}),
  };
  return browser.submit(view, values);
}

/** Signs a person in at a client in a browser; fails unless the client gets an answer. */
export async function login(
  site: Pick<Site, 'base'>,
  client: Client,
  params: Readonly<Record<string, string | undefined>>,
  answers: Answers & { browser?: UserAgent } = {},
): Promise<Ending & { kind: 'client' }> {
  const ending = await walk(answers.browser ?? userAgent(), authorizeUrl(site, client, params), answers);
  assert.equal(
    ending.kind,
    'client',
    `no answer for the client: ${ending.view.status} ${ending.view.url} ${ending.view.text.slice(0, 400)}`,
  );
  return ending as Ending & { kind: 'client' };
}

/** POST /oauth/token with a code, authenticated as the client is registered (`client_secret_post` or none). */
export function exchange(
  site: Pick<Site, 'token'>,
  client: Client,
  code: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return site.token({
    grant_type: 'authorization_code',
    client_id: client.id,
    ...(client.secret === undefined ? {} : { client_secret: client.secret }),
    code,
    redirect_uri: client.callback,
    ...more,
  });
}

/** POST /oauth/token with a refresh token, authenticated the same way. */
export function renew(
  site: Pick<Site, 'token'>,
  client: Client,
  refreshToken: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return site.token({
    grant_type: 'refresh_token',
    client_id: client.id,
    ...(client.secret === undefined ? {} : { client_secret: client.secret }),
    refresh_token: refreshToken,
    ...more,
  });
}

/** POST /oauth/revoke with a refresh token, authenticated the same way. */
export function revoke(
  site: Pick<Site, 'send'>,
  client: Client,
  token: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const secret = client.secret === undefined ? {} : { client_secret: client.secret };
  return site.send('POST', '/oauth/revoke', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: client.id, ...secret, token, ...more }).toString(),
  });
}

export interface Expected {
  readonly issuer?: string;
  readonly client: Client;
  readonly nonce?: string | undefined;
  readonly accessToken?: string;
  readonly code?: string;
  /** When it is checked, for a server whose clock was moved. */
  readonly now?: Date;
}

/** Checks an ID token as OpenID Connect Core §3.1.3.7 and §3.2.2.9 tell a client, and gives its claims. */
export async function idToken(site: Site, token: string, expected: Expected): Promise<JWTPayload> {
  const jwks = await site.send('GET', '/.well-known/jwks.json');
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(jwks.body), {
    issuer: expected.issuer ?? site.issuer,
    audience: expected.client.id,
    algorithms: ['RS256'],
    requiredClaims: ['sub', 'iat', 'exp'],
    maxTokenAge: '5m',
    clockTolerance: 5,
    currentDate: expected.now ?? new Date(),
  });
  assert.ok(protectedHeader.kid);
  assert.equal(payload.aud, expected.client.id, 'one audience, as a string');
  assert.equal(payload.nonce, expected.nonce);
  if (expected.accessToken !== undefined) assert.equal(payload.at_hash, leftHalf(expected.accessToken));
  if (expected.code !== undefined) assert.equal(payload.c_hash, leftHalf(expected.code));
  return payload;
}

/** `at_hash` and `c_hash` (OpenID Connect Core §3.1.3.6). */
export const leftHalf = (text: string) =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

/** The claims of a JWT, unchecked. */
export function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

/** GET /userinfo with a bearer token. */
export function userinfo(site: Pick<Site, 'send'>, accessToken: string): Promise<Reply> {
  return site.send('GET', '/userinfo', { headers: { authorization: `Bearer ${accessToken}` } });
}
