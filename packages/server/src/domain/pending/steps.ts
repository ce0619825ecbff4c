// The steps of a pending authorization: begun, found again, advanced, taken. Each change is one write on its row, so that
// of racing tabs, double clicks and nodes one wins and the others see that it ended.

import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import type { TenantHost } from '../../schema/brand.ts';
import type { Reads, Store, Transaction } from '../../storage/store.ts';
import { type PendingAuthorization, pendingAuthorizations, pendingLifetimeMs } from './pending.ts';

/** The pages that a login may need. Each takes `?state=HANDLE`: GET shows it, POST answers it. */
export const pagePaths = {
  login: '/u/login',
  signup: '/u/signup',
  consent: '/u/consent',
  confirm: '/u/confirm',
  select_account: '/u/select-account',
} as const;
export type PageName = keyof typeof pagePaths;

/** Where every proved step goes (303), with `?state=HANDLE`. */
export const resumePath = '/authorize/resume';

/** What a page or a resumed authorization finds under its handle. */
export type FoundPending =
  | { readonly kind: 'found'; readonly pending: PendingAuthorization }
  /** Never there, finished or expired. */
  | { readonly kind: 'gone' }
  /** Another browser began it. */
  | { readonly kind: 'foreign' };

export type PendingPatch = Partial<
  Pick<PendingAuthorization, 'login' | 'consent' | 'confirmed' | 'selected' | 'interacted'>
>;

const random = () => randomBytes(32).toString('base64url');
const digest = (text: string) => hash('sha256', text, 'base64url');

/**
 * Keeps a request until the user has answered. `browser` is the value of the browser's cookie; its hash binds the login
 * to that browser. `now` in ms. The handle is in no store: it travels in our own URLs only.
 */
export async function beginPending(
  store: Store,
  about: { request: AuthorizationRequest; issuer: string; host: TenantHost; browser: string } & PendingPatch,
  now: number,
): Promise<{ handle: string; pending: PendingAuthorization }> {
  // The client's id is in the handle so that a login that is gone still knows its way back (`wayBack`).
  const handle = `${random()}.${Buffer.from(about.request.client_id).toString('base64url')}`;
  const pending: PendingAuthorization = {
    ...about,
    id: digest(handle),
    browser: digest(about.browser),
    csrf: random(),
    created_at: new Date(now).toISOString(),
    expires_at: new Date(now + pendingLifetimeMs).toISOString(),
  };
  await store.transact((tx) => tx.insert(pendingAuthorizations, pending));
  return { handle, pending };
}

/**
 * What is pending under this handle for the browser with this cookie. `now` in ms. Checks no CSRF token: that is for who
 * takes a form.
 */
export async function readPending(
  reads: Reads,
  handle: string,
  browser: string | undefined,
  now: number,
): Promise<FoundPending> {
  const pending = await reads.get(pendingAuthorizations, digest(handle));
  if (!pending || Date.parse(pending.expires_at) <= now) return { kind: 'gone' };
  const ours = browser !== undefined && timingSafeEqual(Buffer.from(digest(browser)), Buffer.from(pending.browser));
  return ours ? { kind: 'found', pending } : { kind: 'foreign' };
}

/**
 * Writes down what a page proved, over what is stored now rather than over what the page read. `undefined`: it ended
 * meanwhile, and nothing is written.
 */
export async function advancePending(
  tx: Transaction,
  pending: PendingAuthorization,
  patch: PendingPatch,
): Promise<PendingAuthorization | undefined> {
  const current = await tx.lock(pendingAuthorizations, pending.id);
  if (!current) return undefined;
  const next = { ...current, ...patch };
  return (await tx.replace(pendingAuthorizations, next)) ? next : undefined;
}

/** Ends it. Of any number of racers one gets `true`; only that one may issue. */
export function takePending(tx: Transaction, pending: PendingAuthorization): Promise<boolean> {
  return tx.remove(pendingAuthorizations, pending.id);
}
