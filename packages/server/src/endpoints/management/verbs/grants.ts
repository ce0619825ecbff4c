// What is special about consents: audiences that follow the host, and all of a user's at once (auth0-behaviour §2.5).

import { users } from '../../../domain/accounts/user.ts';
import { USERINFO } from '../../../domain/issuing/consent.ts';
import type { RefreshFamily } from '../../../domain/issuing/refresh-family.ts';
import { revokeRefreshFamilies } from '../../../domain/issuing/refresh-revoke.ts';
import { type UserGrant, userGrants } from '../../../domain/issuing/user-tables.ts';
import { identifierAt, storedIdentifier } from '../../../domain/tenants/system-apis.ts';
import type { grants } from '../../../resources/index.ts';
import type { Transaction } from '../../../storage/store.ts';
import { empty, type Route } from '../../../web/exchange.ts';
import type { At } from '../context.ts';
import { recordEndedFamilies, recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { uncached } from '../problem.ts';
import { badQuery, isRefused, readQuery } from '../query.ts';
import type { CollectionVerbs } from './verb.ts';

/** The audience of a consent as it travels: stored ones do not name the host. */
export function shownAudience(stored: string, { host }: At): string {
  return stored === USERINFO ? `https://${host}/userinfo` : identifierAt(stored, host);
}

export const grantVerbs: CollectionVerbs<typeof grants.fields> = {
  stored: (field, value, at) => {
    if (field !== 'audience') return value;
    return value === `https://${at.host}/userinfo` ? USERINFO : storedIdentifier(value, at.host);
  },
  lockFirst: async (tx, { user_id }) => {
    await tx.lock(users, user_id);
  },
  /** Refresh tokens under it end with it (auth0-behaviour §2.5). */
  remove: async (tx, grant, { now }) => {
    const { user_id, clientID, audience } = grant;
    const whose = { user_id, client_id: clientID, audience: audience === USERINFO ? null : audience };
    await revokeRefreshFamilies(tx, whose, 'grant-deleted', now);
    return undefined;
  },
  answer: (grant, { at }) => ({ ...grant, audience: shownAudience(grant.audience, at) }),
};

/** A client and an API as one word. */
function placeOf({ clientID, audience }: Pick<UserGrant, 'clientID' | 'audience'>): string {
  return `${clientID} ${audience}`;
}

/** Consents read at once: an API may have as many as it has users. */
const portion = 500;

/** Takes scopes that an API no longer defines from what users consented to there. */
export async function forgetConsents(tx: Transaction, audience: string, gone: ReadonlySet<string>): Promise<void> {
  let after: string | undefined;
  do {
    const read = { where: { audience }, limit: portion, ...(after === undefined ? {} : { after }) };
    const found = await tx.checkpoint(userGrants, read);
    const rows = found?.rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    for (const grant of rows ?? []) {
      if (!grant.scope.some((value) => gone.has(value))) continue;
      // Somebody may consent to more at this moment.
      const now = await tx.lock(userGrants, grant.id);
      if (now) await tx.replace(userGrants, { ...now, scope: now.scope.filter((value) => !gone.has(value)) });
    }
    after = found?.next;
  } while (after !== undefined);
}

/** `DELETE /api/v2/grants?user_id=`: the user is asked again by every client. */
export function grantRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const removeOf: Act = async (ask, here) => {
    const query = readQuery(ask.query, ['user_id']);
    if (isRefused(query)) return query;
    const user_id = query.one.get('user_id');
    if (!user_id) return badQuery('Missing required property: user_id');
    const families = await deps.database.store(ask.tenant).transact(async (tx) => {
      await tx.lock(users, user_id);
      const consents = new Set((await tx.all(userGrants, { user_id })).map(placeOf));
      await tx.removeAll(userGrants, { user_id });
      const under = ({ client_id, audience = USERINFO }: RefreshFamily) =>
        consents.has(placeOf({ clientID: client_id, audience }));
      return revokeRefreshFamilies(tx, { user_id }, 'grant-deleted', here.now, under);
    });
    recordEndedFamilies(deps, ask, here.caller, families, 'grant-deleted');
    recordWrite(deps, ask, here.caller, 'Delete the grants of a user', {}, { status: 204, body: {} });
    return empty(204, uncached);
  };
  const handle = operation(machinery, [['delete:grants']], removeOf);
  return [{ method: 'DELETE', path: '/api/v2/grants', handle, family: 'management' }];
}
