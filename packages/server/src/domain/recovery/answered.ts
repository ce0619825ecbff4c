// What comes of a request for a link: found out by a job. Makes the ticket and decides on the mail in one transaction, and says
// in the log what happened and why, since the person who asked was told nothing.

import type { EmailTemplate, TemplateName } from '../../resources/index.ts';
import type { TenantId } from '../../schema/brand.ts';
import type { Database, Limits } from '../../storage/store.ts';
import { findUserByIdentifier } from '../accounts/find.ts';
import { canonicalEmail } from '../accounts/identifiers.ts';
import { nameOf } from '../accounts/name.ts';
import { makeTicket } from '../accounts/tickets.ts';
import { type User, users } from '../accounts/user.ts';
import { findClient } from '../clients/find.ts';
import { findConnection } from '../connections/find.ts';
import { type AnyJobHandler, jobHandler, type Outcome } from '../jobs/job.ts';
import type { LogEvent } from '../logs/event.ts';
import { sendMessage } from '../messages/message.ts';
import { emailTemplateTable, isSent } from '../messages/send.ts';
import { lookOf } from '../tenants/look.ts';
import { settingsOf } from '../tenants/settings.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import {
  type AskedFrom,
  askedEvent,
  type ResetAsked,
  resetAskedJob,
  type SignupRefused,
  signupRefusedJob,
  type VerificationAsked,
  verificationAskedJob,
} from './asked.ts';
import { lifetimeOf, resultOf, ticketLink } from './links.ts';
import { finishJob } from './management-job.ts';

export interface RecoveryDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly record: (event: LogEvent) => void;
  readonly now: () => number;
  readonly originOf: (tenant: TenantId, preferred?: string) => string;
}

/** The handlers of all kinds of requests. */
export function recoveryHandlers(deps: RecoveryDeps): readonly AnyJobHandler[] {
  return [
    jobHandler({ kind: resetAskedJob, run: (job) => answerReset(deps, job.tenant, job.payload) }),
    jobHandler({ kind: verificationAskedJob, run: (job) => answerVerification(deps, job.tenant, job.payload) }),
    jobHandler({ kind: signupRefusedJob, run: (job) => answerTaken(deps, job.tenant, job.payload) }),
  ];
}

async function answerReset(deps: RecoveryDeps, tenant: TenantId, asked: ResetAsked): Promise<Outcome> {
  const { database, snapshot } = deps;
  const about = { type: 'fcpr', description: 'Failed Change Password Request', connection: asked.connection } as const;
  // People type passwords where the address belongs: only what can be an address may stand in a log.
  const typed = canonicalEmail(asked.identifier);
  const failed = (because: string, user?: User): Outcome => {
    const who = user ? { user_id: user.user_id, user_name: nameOf(user) } : { user_name: typed };
    deps.record(askedEvent(tenant, asked, { ...about, ...who, because }));
    return { kind: 'done' };
  };
  const connection = await findConnection(database, snapshot, tenant, asked.connection);
  if (!connection) return failed('there is no database connection of this name');
  const user = await findUserByIdentifier(database.store(tenant), connection.name, asked.identifier);
  if (!user) return failed('no user of the connection has this identifier');
  if (user.blocked === true) return failed('the user is blocked; unblock with PATCH /api/v2/users/{id}', user);
  const sent = await mailLink(deps, tenant, asked, user, 'reset_email');
  if (sent !== undefined) return failed(sent, user);
  const event = { ...about, type: 'scpr', description: 'Success Change Password Request' };
  const because = 'a link to choose a new password was made; the mail is on its way';
  deps.record(askedEvent(tenant, asked, { ...event, user_id: user.user_id, user_name: nameOf(user), because }));
  return { kind: 'done' };
}

async function answerVerification(deps: RecoveryDeps, tenant: TenantId, asked: VerificationAsked): Promise<Outcome> {
  const store = deps.database.store(tenant);
  const user = await store.get(users, asked.user_id);
  const known = user && { user_id: user.user_id, user_name: nameOf(user), connection: user.connection };
  const because = !user
    ? 'the user is gone'
    : user.email_verified === true
      ? 'the address is confirmed already'
      : await mailLink(deps, tenant, asked, user, 'verify_email');
  const event =
    because === undefined
      ? { type: 'svr', description: 'Success Verification Email Request', because: 'the mail is on its way' }
      : { type: 'fvr', description: 'Failed Verification Email Request', because };
  deps.record(askedEvent(tenant, asked, { user_id: asked.user_id, ...known, ...event }));
  const { job_id } = asked;
  if (job_id !== undefined) {
    const status = because === undefined ? 'completed' : 'failed';
    await store.transact((tx) => finishJob(tx, job_id, status, deps.now()));
  }
  return { kind: 'done' };
}

const noticeEveryMs = 3_600_000;

/** Tells who has the address, once an hour at most: so the page need tell nobody. */
async function answerTaken(deps: RecoveryDeps, tenant: TenantId, asked: SignupRefused): Promise<Outcome> {
  const store = deps.database.store(tenant);
  const user = await findUserByIdentifier(store, asked.connection, asked.email);
  const { email } = user ?? {};
  if (!user || email === undefined || user.blocked === true) return { kind: 'done' };
  const { client_id, language, ip } = asked;
  await store.transact(async (tx) => {
    const now = deps.now();
    if (!(await tx.count(`signup notice ${user.user_id}`, 1, now, now + noticeEveryMs)).added) return;
    const message = { template: 'signup_attempt', user_id: user.user_id, to: email, client_id, language, ip } as const;
    await sendMessage(tx, message, now);
  });
  return { kind: 'done' };
}

/** Makes the ticket and decides on its mail. Why not, if it cannot be. */
async function mailLink(
  deps: RecoveryDeps,
  tenant: TenantId,
  asked: AskedFrom,
  user: User,
  name: 'reset_email' | 'verify_email',
): Promise<string | undefined> {
  const { email } = user;
  if (email === undefined) return 'the user has no e-mail address';
  const template = await deps.database.store(tenant).get(emailTemplateTable, name satisfies TemplateName);
  if (!isSent(name, template)) return `the email template ${name} is switched off`;
  const message = {
    template: name,
    user_id: user.user_id,
    to: email,
    lifetime: lifetimeOf(template),
    client_id: asked.client_id,
    language: asked.language,
    ip: asked.ip,
  } as const;
  const { origin, details } = await around(deps, tenant, asked, user, template, message);
  const reset = name === 'reset_email';
  return deps.database.store(tenant).transact(async (tx) => {
    const now = deps.now();
    const current = await tx.lock(users, user.user_id);
    if (!current || current.email !== email) return 'the user was changed while the link was made';
    const full = reset ? await tooManyLinks(tx, user.user_id, now) : undefined;
    if (full !== undefined) return full;
    const purpose = reset ? 'reset-password' : 'verify-email';
    const ticket = await makeTicket(tx, user.user_id, purpose, message.lifetime * 1000, details, now);
    if (ticket === undefined) return 'the user is gone';
    const url = ticketLink(origin, reset ? 'reset' : 'verify', ticket);
    await sendMessage(tx, { ...message, url }, now);
    return undefined;
  });
}

/** Links of one account, whoever asks, from wherever and by which identifier: five an hour, and a minute for each to be used in. */
const linksAnHour = { capacity: 5, everyMs: 720_000 };
const linksAtOnce = { capacity: 1, everyMs: 60_000 };

/** Each link ends the one before, so whoever asks again and again would keep the user out. Takes one, or says why there is none. */
async function tooManyLinks(tx: Pick<Limits, 'draw' | 'putBack'>, userId: string, now: number) {
  const hourly = { name: `reset links of ${userId} in an hour`, ...linksAnHour };
  if (!(await tx.draw(hourly, now)).drawn)
    return 'this account was sent as many links as it may get: 5, and another every 12 minutes';
  if ((await tx.draw({ name: `reset links of ${userId} at once`, ...linksAtOnce }, now)).drawn) return undefined;
  await tx.putBack(hourly);
  return 'a link was sent within the last minute, and is still good';
}

/** What a ticket needs beside the user: the address of its link, and where people go afterwards. */
async function around(
  { database, snapshot, originOf }: RecoveryDeps,
  tenant: TenantId,
  asked: AskedFrom,
  user: User,
  template: EmailTemplate | undefined,
  message: Parameters<typeof sendMessage>[1],
) {
  const settings = await settingsOf(database, snapshot, tenant);
  const client = asked.client_id ? await findClient(database, snapshot, tenant, asked.client_id) : undefined;
  const look = await lookOf(database, snapshot, tenant);
  return {
    origin: originOf(tenant, settings.flags?.enable_custom_domain_in_emails === true ? asked.hostname : undefined),
    details: {
      ...(client ? { client_id: client.clientId } : {}),
      ...resultOf(template, { message, user, client, look, settings }),
      proves_email: true,
    },
  };
}
