// How long a session lives (auth0-behaviour §33.1). Pure; times in ms.
// Its own ends were fixed when they were written; a tenant's settings can only shorten them afterwards (SES-2).

import type { TenantSettings } from '../tenants/settings.ts';
import type { Session } from './session.ts';

const hourMs = 3_600_000;

/** The lifetimes of new sessions, in ms, and whether their cookies outlive the browser. */
export function lifetimesOf(settings: TenantSettings): { persistent: boolean; whole: number; idle: number } {
  const persistent = settings.session_cookie?.mode !== 'non-persistent';
  return { persistent, ...limits(settings, persistent) };
}

function limits(settings: TenantSettings, persistent: boolean): { whole: number; idle: number } {
  const whole = persistent ? (settings.session_lifetime ?? 168) : (settings.ephemeral_session_lifetime ?? 72);
  const idle = persistent ? (settings.idle_session_lifetime ?? 72) : (settings.idle_ephemeral_session_lifetime ?? 24);
  return { whole: whole * hourMs, idle: idle * hourMs };
}

/** Whether a session still lives at `now` under these settings. */
export function isAlive(session: Session, settings: TenantSettings, now: number): boolean {
  const { whole, idle } = limits(settings, session.persistent);
  const end = Math.min(Date.parse(session.expires_at), Date.parse(session.authenticated_at) + whole);
  const idleEnd = Math.min(Date.parse(session.idle_expires_at), Date.parse(session.last_interacted_at) + idle);
  // A time that cannot be read gives NaN, and NaN is alive nowhere.
  return now < end && now < idleEnd;
}

/** The times of a session that is used at `now`: never beyond its absolute end. */
export function touchedTimes(
  session: Pick<Session, 'expires_at' | 'persistent'>,
  settings: TenantSettings,
  now: number,
): Pick<Session, 'updated_at' | 'last_interacted_at' | 'idle_expires_at'> {
  const { idle } = limits(settings, session.persistent);
  const at = new Date(now).toISOString();
  const idleEnd = Math.min(now + idle, Date.parse(session.expires_at));
  return { updated_at: at, last_interacted_at: at, idle_expires_at: new Date(idleEnd).toISOString() };
}

/** The age of the session's cookie, as `setCookie` takes it; none for one that ends with the browser (SES-5). */
export function cookieLifetime(session: Session, now: number): { maxAgeSeconds?: number } {
  if (!session.persistent) return {};
  return { maxAgeSeconds: Math.max(0, Math.floor((Date.parse(session.expires_at) - now) / 1000)) };
}
