// Who is signed in, for the whole page: one token, renewed before it ends, and what its scopes let the user do.

import { useSyncExternalStore } from 'react';
import {
  finishSignIn,
  leaveToSignIn,
  requestedScopes,
  type SignedIn,
  SignInFailed,
  signInSilently,
} from './sign-in.ts';

export type Session =
  | { readonly kind: 'starting' }
  | { readonly kind: 'in'; readonly signedIn: SignedIn }
  /** Was signed in, and the server wants a login: what is typed on the page stays. */
  | { readonly kind: 'ended'; readonly signedIn: SignedIn }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Set once somebody signed in with this browser. */
const usedAt = 'countersign-used';

let session: Session = { kind: 'starting' };
const listeners = new Set<() => void>();
let renewing: Promise<SignedIn> | undefined;

function set(next: Session): void {
  session = next;
  if (next.kind === 'in') localStorage.setItem(usedAt, '1');
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The session, as a hook. */
export function useSession(): Session {
  return useSyncExternalStore(subscribe, () => session);
}

/** Signs in by what is there: the answer in the address, the session of the browser, or the login page. */
export async function startSession(): Promise<void> {
  if (!crypto.subtle) {
    set({
      kind: 'failed',
      code: 'insecure',
      message: 'Browsers let this page sign in over https or at localhost only.',
    });
    return;
  }
  const { pathname, search } = location;
  try {
    if (pathname === '/dashboard/callback') {
      const { signedIn, back } = await finishSignIn(new URLSearchParams(search));
      history.replaceState(null, '', back);
      set({ kind: 'in', signedIn });
    } else if (localStorage.getItem(usedAt) === null) {
      // Nobody signed in here before: a silent try would only leave a failure in the log.
      await leaveToSignIn(`${pathname}${search}`);
    } else {
      set({ kind: 'in', signedIn: await signInSilently() });
    }
  } catch (error) {
    if (!(error instanceof SignInFailed)) throw error;
    const loginHelps = ['login_required', 'consent_required', 'interaction_required', 'state_mismatch'].includes(
      error.code,
    );
    if (!loginHelps) set({ kind: 'failed', code: error.code, message: error.message });
    else await leaveToSignIn(pathname === '/dashboard/callback' ? '/dashboard' : `${pathname}${search}`);
  }
}

/** A token that is good for a while yet. `anew`: the one that there is was refused. @throws SignInFailed */
export async function accessToken(anew = false): Promise<string> {
  if (session.kind !== 'in') throw new SignInFailed('login_required', 'You are signed out.');
  const { signedIn } = session;
  if (!anew && signedIn.expiresAt - Date.now() > 60_000) return signedIn.accessToken;
  renewing ??= signInSilently().finally(() => {
    renewing = undefined;
  });
  try {
    const next = await renewing;
    // Somebody else may have signed in beside us: the page begins anew as that user, and what waits for a token is not done as them.
    if (next.user.id !== signedIn.user.id) {
      location.reload();
      throw new SignInFailed('user_changed', 'Somebody else signed in with this browser: nothing was done.');
    }
    set({ kind: 'in', signedIn: next });
    return next.accessToken;
  } catch (error) {
    if (error instanceof SignInFailed && error.code === 'login_required') set({ kind: 'ended', signedIn });
    throw error;
  }
}

/** Whether the user holds one of these scopes, as a hook. What it says no to, pages do not show. */
export function useCan(): (...anyOf: readonly string[]) => boolean {
  const now = useSession();
  const scopes = now.kind === 'in' || now.kind === 'ended' ? now.signedIn.scopes : new Set<string>();
  return (...anyOf) => anyOf.some((scope) => scopes.has(scope));
}

/**
 * Whether the user surely lacks one of these permissions of the Management API, as a hook: it was asked for at sign-in and was not
 * granted. Of others the page does not know, and says nothing. Nobody changes who or what holds more than they do.
 */
export function useLacks(): (names: Iterable<string>) => string | undefined {
  const can = useCan();
  return (names) => [...names].find((name) => requestedScopes.has(name) && !can(name));
}

/** Whether the user surely does not hold all of the Management API. */
export function useLacksAny(): boolean {
  return useLacks()(requestedScopes) !== undefined;
}
