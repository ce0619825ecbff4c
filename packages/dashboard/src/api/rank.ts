// Who outranks whom: nobody changes a user, a client or a role that holds more at the Management API than they do themselves, nor
// gives what they do not hold. The API refuses it; pages ask here, so that they show no button that would be refused.

import { useLacks, useLacksAny } from '../session/session.ts';
import { audience, requestedScopes } from '../session/sign-in.ts';
import type { Api, ClientGrant, Permission } from './kinds.ts';
import { useAll } from './queries.ts';

export interface Rank {
  /** Whether it may be changed, as far as the page knows. Not before it was found out; where it cannot be, the API decides. */
  readonly may: boolean;
  /** Why not, to follow its name: "holds ...". */
  readonly because: string | undefined;
}

const everybody: Rank = { may: true, because: undefined };

/** `at`: the path of rows with what it holds; whoever holds everything needs not ask. `judge` finds what is too much. */
function useRank<T>(at: string, judge: (rows: readonly T[]) => string | undefined, known = true): Rank {
  const read = useAll<T>(useLacksAny() && known ? at : undefined);
  if (read.fetchStatus === 'idle' && read.data === undefined) return everybody;
  if (read.data === undefined) return { may: read.error !== null, because: undefined };
  const because = judge(read.data);
  return { may: because === undefined, because };
}

const holds = (name: string | undefined) => name && `holds ${name} of the Management API, and you do not`;

/** Of a user or a role, by its path; of none it says nothing. */
export function useRankOfHolder(owner: string | undefined): Rank {
  const lacks = useLacks();
  const judge = (rows: readonly Permission[]) =>
    holds(
      lacks(
        rows.filter((one) => one.resource_server_identifier === audience).map(({ permission_name }) => permission_name),
      ),
    );
  return useRank(`${owner}/permissions`, judge, owner !== undefined);
}

/** Of a client, by its grants for the Management API; `known`: the user may read those. */
export function useRankOfClient(clientId: string, known: boolean): Rank {
  const judge = useJudgeOfGrants();
  const query = new URLSearchParams({ client_id: clientId, audience });
  return useRank<ClientGrant>(`/client-grants?${query}`, judge, known && clientId !== '');
}

/** What of grants is too much for the user to change them, to follow a name. */
export function useJudgeOfGrants(): (grants: readonly ClientGrant[]) => string | undefined {
  const lacks = useLacks();
  const less = useLacksAny();
  return (grants) => {
    const managing = grants.filter((grant) => grant.audience === audience);
    const machine = managing.some(
      ({ subject_type, allow_all_scopes, scope }) =>
        subject_type === 'client' && (allow_all_scopes || (scope?.length ?? 0) > 0),
    );
    if (machine && less) return 'lets a machine act at the Management API, which takes every permission there';
    return holds(
      lacks(
        managing.flatMap(({ allow_all_scopes, scope }) => (allow_all_scopes ? [...requestedScopes] : (scope ?? []))),
      ),
    );
  };
}

/** Which permissions of an API the user may give, as far as the page knows: to people, and to machines, which no rank binds. */
export function useGivable(): (api: Pick<Api, 'identifier'>, name: string, to?: 'machine') => boolean {
  const lacks = useLacks();
  const less = useLacksAny();
  return ({ identifier }, name, to) => identifier !== audience || !(to === 'machine' ? less : lacks([name]));
}
