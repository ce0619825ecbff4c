// People at our own server: a user who logs in through the pages as a browser would, and the codes and tokens that follow.

import { createHash } from 'node:crypto';
import type { Countersign } from './countersign.ts';
import { scope } from './countersign.ts';

export const password = 'bench Password of 30 characters 1';
export const connection = 'Username-Password-Authentication';
const identityScope = 'openid profile email';
const redirectUri = 'https://web.example.com/callback';
const verifier = 'bench-verifier-of-43-characters-0123456789abcdefg';

export interface WebClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly audience: string;
  /** Whether its logins buy refresh tokens. */
  readonly offline: boolean;
}

/** How long a refresh token may be repeated, in s: what a bench did not keep it can ask for again. */
const leeway = 600;
const rotating = {
  rotation_type: 'rotating',
  expiration_type: 'expiring',
  leeway,
  token_lifetime: 2_592_000,
  idle_token_lifetime: 1_296_000,
  infinite_token_lifetime: false,
  infinite_idle_token_lifetime: false,
};

/** A web application whose users may have tokens for an API, without being asked for consent. */
export async function webClient(server: Countersign, offline = false): Promise<WebClient> {
  const audience = offline ? 'https://refreshing.example.com/' : 'https://people.example.com/';
  const made = await server.manage('POST', '/resource-servers', {
    identifier: audience,
    signing_alg: 'RS256',
    scopes: scope.split(' ').map((value) => ({ value, description: value })),
    skip_consent_for_verifiable_first_party_clients: true,
    allow_offline_access: offline,
    subject_type_authorization: { user: { policy: 'allow_all' }, client: { policy: 'require_client_grant' } },
  });
  if (made.status !== 201) throw new Error(`no API: ${made.text}`);
  const { status, body, text } = await server.manage('POST', '/clients', {
    name: 'Bench web application',
    app_type: 'regular_web',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: offline ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
    callbacks: [redirectUri],
    oidc_conformant: true,
    jwt_configuration: { alg: 'RS256' },
    ...(offline ? { refresh_token: rotating } : {}),
  });
  if (status !== 201) throw new Error(`no client: ${text}`);
  return { clientId: body.client_id, clientSecret: body.client_secret, audience, offline };
}

/** A user of the database connection, with the password above. */
export async function addUser(server: Countersign, email: string): Promise<string> {
  const { status, body, text } = await server.manage('POST', '/users', { connection, email, password });
  if (status !== 201) throw new Error(`no user: ${text}`);
  return body.user_id;
}

/** A browser: cookies, and redirects that it reports instead of following them. */
export interface Browser {
  ask(
    method: 'GET' | 'POST',
    url: string,
    form?: URLSearchParams,
  ): Promise<{ status: number; location: string; html: string }>;
}

/** Opens a browser without cookies. */
export function browser(server: Countersign): Browser {
  const cookies = new Map<string, string>();
  return {
    async ask(method, url, form) {
      const reply = await fetch(new URL(url, server.base), {
        method,
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(form ? { body: form } : {}),
      });
      for (const cookie of reply.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        cookies.set(name, value);
      }
      return { status: reply.status, location: reply.headers.get('location') ?? '', html: await reply.text() };
    },
  };
}

function authorizeUrl({ clientId, audience, offline }: WebClient, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: `${identityScope}${offline ? ' offline_access' : ''} ${scope}`,
    audience,
    state: 'bench-state',
    nonce: 'bench-nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  });
  return `/authorize?${query}`;
}

function codeOf(location: string): string {
  const code = location.startsWith(redirectUri) ? new URL(location).searchParams.get('code') : undefined;
  if (!code) throw new Error(`no code in ${location}`);
  return code;
}

/** The login page of a new login: where its form goes, and the hidden fields. */
export async function loginForm(at: Browser, client: WebClient): Promise<{ action: string; fields: URLSearchParams }> {
  const { location } = await at.ask('GET', authorizeUrl(client));
  const { html } = await at.ask('GET', location);
  const fields = new URLSearchParams();
  for (const [tag] of html.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)) {
    fields.set(/\bname="([^"]*)"/.exec(tag)?.[1] ?? '', /\bvalue="([^"]*)"/.exec(tag)?.[1] ?? '');
  }
  const action = /<form\b[^>]*\baction="([^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
  return { action: action ?? location, fields };
}

/** Logs a user in through the page; the code at the end. */
export async function logIn(at: Browser, client: WebClient, email: string): Promise<string> {
  const { action, fields } = await loginForm(at, client);
  fields.set('username', email);
  fields.set('password', password);
  let { location, html } = await at.ask('POST', action, fields);
  for (let hops = 0; hops < 5 && location !== '' && !location.startsWith(redirectUri); hops++) {
    ({ location, html } = await at.ask('GET', location));
  }
  if (location === '') throw new Error(`the login ended on a page: ${html.slice(0, 500)}`);
  return codeOf(location);
}

/** A code by the session that the browser has, without a page. */
export async function silentCode(at: Browser, client: WebClient): Promise<string> {
  return codeOf((await at.ask('GET', authorizeUrl(client, { prompt: 'none' }))).location);
}

/** The parameters of the exchange of a code, beside `grant_type`. */
export function exchangeParams(client: WebClient, code: string): Record<string, string> {
  return {
    grant_type: 'authorization_code',
    client_id: client.clientId,
    client_secret: client.clientSecret,
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
}

/** An opaque access token for /userinfo alone. */
export async function userinfoToken(server: Countersign, at: Browser, client: WebClient): Promise<string> {
  const query = authorizeUrl(
    { ...client, audience: `${server.issuer}userinfo` },
    { prompt: 'none', scope: identityScope },
  );
  const { body, text } = await server.token(exchangeParams(client, codeOf((await at.ask('GET', query)).location)));
  if (!body.access_token) throw new Error(`no token: ${text}`);
  return body.access_token;
}
