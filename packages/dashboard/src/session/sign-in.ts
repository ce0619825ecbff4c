// Signing in as any single-page app does: code and PKCE at /authorize of this very server. Tokens live in memory only; a reload
// or an old token asks the session for a new one, silently, in a frame.

import {
  collections,
  dashboardClientId,
  handMadeCollections,
  managementScopes,
  singletons,
} from 'countersign/resources';
import { challengeOf, randomText } from './pkce.ts';

export interface SignedIn {
  readonly accessToken: string;
  /** What this user may do at the Management API, as granted. */
  readonly scopes: ReadonlySet<string>;
  /** ms */
  readonly expiresAt: number;
  readonly user: { readonly id: string; readonly name: string; readonly email: string | undefined };
}

/** Why there is no token; `code` is OAuth's word for it. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Begun {
  readonly state: string;
  readonly verifier: string;
  /** Below /dashboard. */
  readonly back: string;
}

/** Scopes that pages use and no declaration names. What the server does not know, or the user does not hold, is dropped there. */
const further = [
  'read:client_keys',
  'update:client_keys',
  'read:users_app_metadata',
  'update:users_app_metadata',
  'create:role_members',
  'read:role_members',
  'delete:role_members',
  'read:logs_users',
  'read:stats',
  'read:signing_keys',
  'create:signing_keys',
  'update:signing_keys',
  'read:refresh_tokens',
  'delete:refresh_tokens',
  'create:user_tickets',
  'read:email_provider',
  'create:email_provider',
  'update:email_provider',
  'delete:email_provider',
  'read:email_templates',
  'create:email_templates',
  'update:email_templates',
  'read:attack_protection',
  'update:attack_protection',
  'read:user_custom_blocks',
  'delete:user_custom_blocks',
  'read:anomaly_blocks',
  'delete:anomaly_blocks',
  'read:token_previews',
  'read:token_explanations',
];

/** What is asked for of the Management API. Only scopes that it has: what is not granted of them, the user does not hold. */
export const requestedScopes: ReadonlySet<string> = new Set(
  [
    ...[...collections, ...singletons, ...handMadeCollections].flatMap(({ scopes }) => Object.values(scopes).flat()),
    ...further,
  ].filter((name) => managementScopes.some(({ value }) => value === name)),
);

const scope = ['openid', 'profile', 'email', ...requestedScopes].join(' ');

const callback = `${location.origin}/dashboard/callback`;
const storedAt = 'countersign-sign-in';

/** The Management API's identifier at this host. */
export const audience = `https://${location.host}/api/v2/`;

async function request(more: Record<string, string>, begun: Begun): Promise<string> {
  const params = new URLSearchParams({
    client_id: dashboardClientId,
    redirect_uri: callback,
    response_type: 'code',
    audience,
    scope,
    state: begun.state,
    code_challenge: await challengeOf(begun.verifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return `/authorize?${params}`;
}

/** Leaves for the login page; comes back to this address. Does not return. */
export async function leaveToSignIn(back: string): Promise<never> {
  const begun: Begun = { state: randomText(16), verifier: randomText(), back };
  sessionStorage.setItem(storedAt, JSON.stringify(begun));
  location.replace(await request({}, begun));
  return new Promise<never>(() => undefined);
}

/** The end of a sign-in at /dashboard/callback. @throws SignInFailed */
export async function finishSignIn(query: URLSearchParams): Promise<{ signedIn: SignedIn; back: string }> {
  const stored = sessionStorage.getItem(storedAt);
  sessionStorage.removeItem(storedAt);
  const begun = stored === null ? undefined : (JSON.parse(stored) as Begun);
  const [code, error] = [query.get('code'), query.get('error')];
  // Before anything else of it is read: whatever a stranger's link says is shown to nobody.
  if (!begun || query.get('state') !== begun.state || (code === null && error === null))
    throw new SignInFailed('state_mismatch', 'This answer belongs to no sign-in that began in this tab.');
  if (error !== null || code === null)
    throw new SignInFailed(error ?? 'no_code', query.get('error_description') ?? error ?? 'There is no code.');
  return { signedIn: await redeem(code, begun.verifier), back: begun.back };
}

/** Asks the session of this browser for a token, in a hidden frame. @throws SignInFailed with `login_required` if there is none */
export async function signInSilently(): Promise<SignedIn> {
  const begun: Begun = { state: randomText(16), verifier: randomText(), back: '' };
  const address = await request({ prompt: 'none', response_mode: 'web_message' }, begun);
  const answer = await new Promise<Record<string, string>>((resolve, reject) => {
    const frame = document.createElement('iframe');
    frame.hidden = true;
    frame.title = 'Session';
    const end = (act: () => void) => {
      clearTimeout(timer);
      removeEventListener('message', heard);
      frame.remove();
      act();
    };
    const heard = (event: MessageEvent) => {
      if (event.origin !== location.origin || event.source !== frame.contentWindow) return;
      if (event.data?.type !== 'authorization_response') return;
      end(() => resolve(event.data.response));
    };
    const timer = setTimeout(() => {
      end(() => reject(new SignInFailed('timeout', 'The server did not answer in time.')));
    }, 20_000);
    addEventListener('message', heard);
    frame.src = address;
    document.body.append(frame);
  });
  if (answer.state !== begun.state || (!answer.code && !answer.error))
    throw new SignInFailed('state_mismatch', 'The answer was for another request.');
  if (answer.error || !answer.code)
    throw new SignInFailed(answer.error ?? 'no_code', answer.error_description ?? answer.error ?? 'There is no code.');
  return redeem(answer.code, begun.verifier);
}

async function redeem(code: string, verifier: string): Promise<SignedIn> {
  const response = await fetch('/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: dashboardClientId,
      redirect_uri: callback,
      code,
      code_verifier: verifier,
    }),
  });
  const body = (await response.json()) as Record<string, string | number>;
  if (!response.ok) throw new SignInFailed(String(body.error), String(body.error_description));
  // From the token endpoint itself, over its own connection: who it names needs no further proof here.
  const claims = payloadOf(String(body.id_token));
  return {
    accessToken: String(body.access_token),
    scopes: new Set(String(body.scope ?? scope).split(' ')),
    expiresAt: Date.now() + Number(body.expires_in) * 1000,
    user: {
      id: String(claims.sub),
      name: String(claims.name ?? claims.nickname ?? claims.email ?? claims.sub),
      email: typeof claims.email === 'string' ? claims.email : undefined,
    },
  };
}

/** The claims of a JWT, unverified. */
export function payloadOf(jwt: string): Record<string, unknown> {
  const part = (jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (char) => char.charCodeAt(0))));
}

/** Ends the session at the server. Does not return. */
export function leaveToSignOut(): void {
  localStorage.removeItem('countersign-used');
  const returnTo = `${location.origin}/dashboard/signed-out`;
  location.assign(`/v2/logout?${new URLSearchParams({ client_id: dashboardClientId, returnTo })}`);
}
