// `/api/v2/jobs`: work that is taken on now and done soon. Of Auth0's kinds there is the one that sends a verification mail.

import { users } from '../../../domain/accounts/user.ts';
import { findClient } from '../../../domain/clients/find.ts';
import { askVerification } from '../../../domain/recovery/asked.ts';
import { beginJob, type ManagementJob, managementJobs } from '../../../domain/recovery/management-job.ts';
import { clients } from '../../../resources/index.ts';
import { verificationJobFields } from '../../../resources/tickets.ts';
import { isSound } from '../../../schema/json.ts';
import { readDraft } from '../../../schema/validate.ts';
import { json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordWrite } from '../events.ts';
import { base62Text } from '../ids.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { isRefused } from '../query.ts';
import { userBeyondCaller } from './administrators.ts';
import { inexistentUser } from './user-roles.ts';

const missing = refused(404, 'The job does not exist.', 'inexistent_job');

/** Taking one on, and looking how it went. */
export function jobRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;

  const verification: Act = async (ask, here) => {
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readDraft({ fields: verificationJobFields }, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const { user_id, client_id, identity } = checked.value;
    const store = deps.database.store(ask.tenant);
    const user = isSound(user_id) ? await store.get(users, user_id) : undefined;
    if (!user || (identity && `${identity.provider}|${identity.user_id}` !== user.user_id)) return inexistentUser;
    const client =
      client_id === undefined ? undefined : await findClient(deps.database, deps.snapshot, ask.tenant, client_id);
    if (client_id !== undefined && !client)
      return refused(404, clients.errors.missing.message, clients.errors.missing.errorCode);
    const id = `job_${base62Text(16)}`;
    const asked = {
      user_id,
      job_id: id,
      client_id: client?.clientId,
      client_name: client?.name,
      ip: ask.ip,
      user_agent: ask.headers['user-agent'],
      hostname: ask.host,
    };
    const job = await store.transact(async (tx): Promise<ManagementJob | Refused> => {
      const beyond = await userBeyondCaller(tx, here, user.user_id);
      if (beyond) return beyond;
      await askVerification(tx, asked, here.now);
      return beginJob(tx, id, here.now);
    });
    if (isRefused(job)) return job;
    const answer = shown(job);
    recordWrite(deps, ask, here.caller, 'Send a verification email', body.value, { status: 201, body: answer });
    return json(201, answer, uncached);
  };

  const read: Act = async (ask) => {
    const id = ask.params.id ?? '';
    const job = isSound(id) ? await deps.database.store(ask.tenant).get(managementJobs, id) : undefined;
    return job ? json(200, shown(job), uncached) : missing;
  };

  const family = 'management' as const;
  return [
    {
      method: 'POST',
      path: '/api/v2/jobs/verification-email',
      family,
      handle: operation(machinery, [['update:users']], verification),
    },
    {
      method: 'GET',
      path: '/api/v2/jobs/:id',
      family,
      handle: operation(machinery, [['create:users', 'read:users']], read),
    },
  ];
}

function shown({ type, status, created_at, id }: ManagementJob): object {
  return { type, status, created_at, id };
}
