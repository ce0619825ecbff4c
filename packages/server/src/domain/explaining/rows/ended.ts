// Causes: the signature holds, and yet the token was called back: it was revoked, or its client or user is no more. An API that
// only checks signatures cannot see it; our own endpoints and an API that introspects do.

import { userPage } from '../../../resources/index.ts';
import { MANAGEMENT_API } from '../../tenants/system-apis.ts';
import type { Facts, Found, Row } from '../facts.ts';
import { askAgain, clientName } from '../words.ts';

/** Whether the asked endpoint is ours and looks into our records. */
function isOurs({ asked }: Facts): boolean {
  return asked?.kind === 'userinfo' || (asked?.kind === 'api' && asked.facts?.identifier === MANAGEMENT_API);
}

function found(facts: Facts, code: Found['code'], message: string, fix: Found['fix']): Found {
  if (isOurs(facts)) return { code, certainty: 'certain', message, fix };
  const seen =
    'an API that introspects refuses it for that; one that only checks the signature takes it until it expires';
  return { code, certainty: 'likely', message: `${message}; ${seen}`, fix };
}

const revoked: Row = (facts) => {
  const { known } = facts;
  if (known.kind !== 'access_token' || !known.row.revoked) return undefined;
  const fix = askAgain(facts, 'let the user sign in again; the log says who revoked it and why');
  return found(facts, 'revoked', 'the token was revoked, with everything else that came of the same login', fix);
};

const client: Row = (facts) => {
  if (!facts.client || facts.client.facts || facts.issuance?.client_id === undefined) return undefined;
  const fix = { text: 'get a token with a client that exists' };
  return found(facts, 'client_gone', `${clientName(facts)} was deleted after it got this token`, fix);
};

const user: Row = (facts) => {
  if (!facts.user) return undefined;
  const { id, row } = facts.user;
  const page = { dashboard: userPage(id) };
  if (!row)
    return found(facts, 'user_gone', `the user ${id} of the token does not exist any more`, {
      text: 'let somebody sign in who has an account',
    });
  if (row.blocked !== true) return undefined;
  const fix = { text: 'unblock the user, or let somebody else sign in', ...page };
  return found(facts, 'user_blocked', `the user ${id} of the token is blocked`, fix);
};

/** In this order. */
export const endedRows: readonly Row[] = [revoked, client, user];
