// The log event of a family that ended because something else did (`srrt`): so the history of each family is whole, whoever
// ended it. To be recorded once the transaction is committed.

import type { TenantId } from '../../schema/brand.ts';
import type { LogEvent } from '../logs/event.ts';
import type { EndReason, RefreshFamily } from './refresh-family.ts';

export interface EndedBy {
  readonly tenant: TenantId;
  readonly why: EndReason;
  /** Who asked for it: an administrator, a page, or nobody. */
  readonly ip?: string | undefined;
  readonly user_agent?: string | undefined;
  readonly hostname?: string | undefined;
  /** Client whose token the administrator used. */
  readonly by?: string | undefined;
}

/** One event a family, as it was when it ended. */
export function endedFamilyEvents(families: readonly RefreshFamily[], at: EndedBy): LogEvent[] {
  const { tenant, why, ip, user_agent, hostname, by } = at;
  return families.map((family) => ({
    tenant,
    type: 'srrt',
    description: 'Successfully revoked a Refresh Token',
    client_id: family.client_id,
    user_id: family.user_id,
    ip,
    user_agent,
    hostname,
    details: {
      refresh_token: { familyId: family.id, latestCounter: family.counter },
      reason: why,
      ...(by === undefined ? {} : { requested_by: by }),
      session_id: family.session_id,
    },
  }));
}
