// What a client registered for back-channel logout (auth0-behaviour BCL-1, BCL-2): where it is told, and of which endings.

import type { ClientRow } from './facts.ts';

/** Why a session ended, in the words of Auth0's initiators. */
export type SessionEnd =
  | 'rp-logout'
  | 'password-changed'
  | 'session-expired'
  | 'session-revoked'
  | 'account-deleted'
  | 'account-deactivated'
  | 'email-identifier-changed';

export interface Backchannel {
  /** As registered; what may be called is for egress to judge. Not empty. */
  readonly urls: readonly string[];
  /** Whether it wants to hear of a session that ended so. */
  hears(end: SessionEnd): boolean;
  /** Whether the session's metadata are told too. */
  readonly metadata: boolean;
}

/** Heard whatever a client selects. */
const always: readonly string[] = ['rp-logout', 'idp-logout'];

/** `undefined` for a client that wants to be told nothing. Pure. */
export function backchannelOf(row: Pick<ClientRow, 'oidc_logout'>): Backchannel | undefined {
  const { backchannel_logout_urls: urls = [], ...settings } = row.oidc_logout ?? {};
  if (urls.length === 0) return undefined;
  const { mode, selected_initiators: selected = [] } = settings.backchannel_logout_initiators ?? {};
  return {
    urls,
    hears: (end) => mode === 'all' || always.includes(end) || selected.includes(end),
    metadata: settings.backchannel_logout_session_metadata?.include === true,
  };
}
