// Sends the messages that transactions decided on: a job each. Everything is looked up here, when the mail leaves: who the user is
// now, what the operator's template says now, and by what it can leave.

import { type EmailTemplate, emailTemplates } from '../../resources/index.ts';
import type { TenantId } from '../../schema/brand.ts';
import { tableOf } from '../../schema/collection.ts';
import { nameOf } from '../accounts/name.ts';
import { type User, users } from '../accounts/user.ts';
import { findClient } from '../clients/find.ts';
import { type AnyJobHandler, type Job, jobHandler, type Outcome } from '../jobs/job.ts';
import type { LogEvent } from '../logs/event.ts';
import { lookOf } from '../tenants/look.ts';
import { settingsOf } from '../tenants/settings.ts';
import type { Snapshot } from '../tenants/snapshot.ts';
import { type Composed, composeMessage } from './compose.ts';
import { type LeavingDeps, letLeave } from './leave.ts';
import { type Message, messageJob } from './message.ts';

export const emailTemplateTable = tableOf(emailTemplates);

export interface SendingDeps extends LeavingDeps {
  readonly snapshot: Snapshot;
  readonly record: (event: LogEvent) => void;
}

/** Whether a mail of this name is sent where nobody wrote a template: all are, except the welcome. Pure. */
export function isSent(name: Message['template'], template: Pick<EmailTemplate, 'enabled'> | undefined): boolean {
  return template ? template.enabled === true : name !== 'welcome_email';
}

/** The handler of message jobs. Failures that end a mail are told in the tenant's log as `fn`. */
export function messageSender(deps: SendingDeps): AnyJobHandler {
  return jobHandler({
    kind: messageJob,
    run: (job) => send(deps, job),
    gaveUp({ tenant, payload }, because) {
      deps.record({
        ...about(tenant, payload),
        type: 'fn',
        description: because,
        details: detailsOf(payload, because),
      });
    },
  });
}

async function send(deps: SendingDeps, job: Job<Message>): Promise<Outcome> {
  const { database, snapshot } = deps;
  const { tenant, payload: message } = job;
  const store = database.store(tenant);
  const user = await store.get(users, message.user_id);
  if (!user || user.email !== message.to) {
    const because = user ? 'the user has another address by now' : 'the user is gone';
    deps.record({
      ...about(tenant, message, user),
      type: 'fn',
      description: because,
      details: detailsOf(message, because),
    });
    return { kind: 'done' };
  }
  const template = await store.get(emailTemplateTable, message.template);
  if (!isSent(message.template, template)) return { kind: 'done' };
  const client = message.client_id ? await findClient(database, snapshot, tenant, message.client_id) : undefined;
  const look = await lookOf(database, snapshot, tenant);
  const settings = await settingsOf(database, snapshot, tenant);
  const { mail, faults } = composeMessage({ message, user, client, look, settings, template });
  if (job.attempt === 1) {
    for (const fault of faults)
      deps.record({
        ...about(tenant, message, user),
        type: 'w',
        description: fault,
        details: detailsOf(message, fault),
      });
  }
  return leave(deps, job, mail, look.tenantName);
}

/** Lets it leave, and says what that means for the job. */
async function leave(deps: SendingDeps, job: Job<Message>, mail: Composed, tenantName: string): Promise<Outcome> {
  const { tenant, payload, signal } = job;
  const letter = { id: job.id, template: payload.template, mail, tenantName };
  const left = await letLeave(deps, tenant, letter, signal);
  switch (left.kind) {
    case 'sent':
    case 'caught':
      return { kind: 'done' };
    case 'failed':
      return { kind: 'retry', because: left.because };
    case 'refused':
    case 'none':
      return { kind: 'give-up', because: left.because };
  }
}

function about(tenant: TenantId, message: Message, user?: User) {
  return {
    tenant,
    user_id: message.user_id,
    user_name: user ? nameOf(user) : message.to,
    client_id: message.client_id,
    connection: user?.connection,
    ip: message.ip,
  };
}

/** Never the link: it is a secret. */
function detailsOf(message: Message, because: string): object {
  return { email: message.to, template: message.template, error: { message: because } };
}
