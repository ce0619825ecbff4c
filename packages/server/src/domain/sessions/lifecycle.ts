// The life of sessions: found by the cookie, started by a proof, touched by use. The cookie's value changes with every
// proof, so that a planted or leaked one is worth nothing afterwards (security-cases SES-01, SES-02).

import { randomBytes } from 'node:crypto';
import type { Reads, Transaction } from '../../storage/store.ts';
import type { TenantSettings } from '../tenants/settings.ts';
import { endSession } from './ending.ts';
import { watchSession } from './expiry.ts';
import { isAlive, lifetimesOf, touchedTimes } from './lifetime.ts';
import { handleDigest, type Session, sessions } from './session.ts';

export { cookieLifetime } from './lifetime.ts';

const iso = (ms: number) => new Date(ms).toISOString();

export interface Proof {
  readonly user_id: string;
  readonly connection: string;
  readonly method: 'pwd';
  readonly ip: string;
  readonly user_agent: string;
  /** The session that the browser had, alive or not judged; it goes on if it is the same user's, and ends otherwise. */
  readonly previous?: Session | undefined;
}

export interface Use {
  readonly client_id: string;
  /** Of what the client gets. */
  readonly issuer: string;
  /** Whether the client wants to be told when sessions end. */
  readonly hearsOfLogouts: boolean;
  readonly ip: string;
  readonly user_agent: string;
}

/** The living session that a cookie names. `now` in ms. Does not look whether the user still exists or is blocked. */
export async function findSession(
  reads: Reads,
  cookieValue: string | undefined,
  settings: TenantSettings,
  now: number,
): Promise<Session | undefined> {
  if (cookieValue === undefined) return undefined;
  const session = await reads.find(sessions, { handle_hash: handleDigest(cookieValue) });
  return session && isAlive(session, settings, now) ? session : undefined;
}

/** The living session with this `sid`. `now` in ms. */
export async function sessionOfId(
  reads: Reads,
  id: string,
  settings: TenantSettings,
  now: number,
): Promise<Session | undefined> {
  const session = await reads.get(sessions, id);
  return session && isAlive(session, settings, now) ? session : undefined;
}

/**
 * Starts the session of a user who proved who they are, with a new handle for the cookie. The same user in the same
 * browser keeps the `sid`, with new times (SES-3); a session of another user ends. `now` in ms.
 */
export async function startSession(
  tx: Transaction,
  proof: Proof,
  settings: TenantSettings,
  now: number,
): Promise<{ session: Session; handle: string }> {
  const handle = randomBytes(32).toString('base64url');
  const { persistent, whole } = lifetimesOf(settings);
  const before = proof.previous ? await tx.lock(sessions, proof.previous.id) : undefined;
  const same = before?.user_id === proof.user_id && isAlive(before, settings, now) ? before : undefined;
  if (before && !same) {
    // Either it was over and nobody had looked, or somebody else has taken the browser.
    const why = isAlive(before, settings, now) ? 'session-revoked' : 'session-expired';
    await endSession(tx, before.id, { why, now });
  }
  const times = { expires_at: iso(now + whole), authenticated_at: iso(now) };
  const session: Session = {
    id: same?.id ?? randomBytes(24).toString('base64url'),
    handle_hash: handleDigest(handle),
    user_id: proof.user_id,
    connection: proof.connection,
    created_at: same?.created_at ?? iso(now),
    ...times,
    ...touchedTimes({ ...times, persistent }, settings, now),
    persistent,
    clients: same?.clients ?? [],
    methods: [{ name: proof.method, timestamp: iso(now) }],
    device: {
      initial_ip: same?.device.initial_ip ?? proof.ip,
      initial_user_agent: same?.device.initial_user_agent ?? proof.user_agent,
      last_ip: proof.ip,
      last_user_agent: proof.user_agent,
    },
    ...(same?.session_metadata ? { session_metadata: same.session_metadata } : {}),
  };
  if (same) await tx.replace(sessions, session);
  else await tx.insert(sessions, session);
  return { session, handle };
}

/**
 * Notes that a client used the session, and restarts its idle time (SES-1). `now` in ms. `undefined`: it ended meanwhile,
 * so nothing may be issued from it.
 */
export async function touchSession(
  tx: Transaction,
  session: Session,
  use: Use,
  settings: TenantSettings,
  now: number,
): Promise<Session | undefined> {
  const current = await tx.lock(sessions, session.id);
  // One that another user took over has another sid; one that was re-authenticated is the same user's and goes on.
  if (!current || current.user_id !== session.user_id || !isAlive(current, settings, now)) return undefined;
  const { client_id, issuer } = use;
  const known = current.clients.some((client) => client.client_id === client_id);
  const others = known ? current.clients : [...current.clients, { client_id }];
  const touched: Session = {
    ...current,
    ...touchedTimes(current, settings, now),
    clients: others.map((client) => (client.client_id === client_id ? { client_id, issuer } : client)),
    device: { ...current.device, last_ip: use.ip, last_user_agent: use.user_agent },
  };
  if (!(await tx.replace(sessions, touched))) return undefined;
  if (!known && use.hearsOfLogouts) await watchSession(tx, touched);
  return touched;
}

/** The sessions of a user that have not ended at `now` (ms) by the times that they carry. */
export async function sessionsOf(reads: Reads, userId: string, now: number): Promise<Session[]> {
  const found = await reads.all(sessions, { user_id: userId });
  return found.filter((session) => now < Date.parse(session.expires_at) && now < Date.parse(session.idle_expires_at));
}
