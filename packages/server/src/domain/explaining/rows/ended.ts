// Causes: the signature holds, and yet the token was called back: it was revoked, or its client or user is no more. An API that
// only checks signatures cannot see it; our own endpoints and an API that introspects do.

import { apisPage, userPage } from '../../../resources/index.ts';
import { userinfoIdentifier } from '../../issuing/audience.ts';
import { whyEnded } from '../../issuing/refresh-member.ts';
import { MANAGEMENT_API } from '../../tenants/system-apis.ts';
import { claim, type Facts, type Found, type Row, time } from '../facts.ts';
import { askAgain, clientName, since, span } from '../words.ts';

/** Whether the asked endpoint is ours and looks into our records. */
function isOurs({ asked }: Facts): boolean {
  return asked?.kind === 'userinfo' || (asked?.kind === 'api' && asked.facts?.identifier === MANAGEMENT_API);
}

function found(
  facts: Facts,
  code: Found['code'],
  message: string,
  fix: Found['fix'],
  more: Found['evidence'] = {},
): Found {
  const { issuance, client: by, user: of } = facts;
  const evidence = { issued: issuance?.date, client: by?.id, user: of?.id, ...more };
  if (isOurs(facts)) return { code, certainty: 'certain', message, evidence, fix };
  const seen =
    'an API that introspects refuses it for that; one that only checks the signature takes it until it expires';
  return { code, certainty: 'likely', message: `${message}; ${seen}`, evidence, fix };
}

const revoked: Row = (facts) => {
  const { known } = facts;
  if (known.kind !== 'access_token' || !known.row.revoked) return undefined;
  const { ended } = facts;
  const why = ended
    ? `${span(since(facts, ended.at))} ago, with everything else that came of the same login. The family of its refresh tokens ended: ${whyEnded(ended)}`
    : 'with everything else that came of the same login';
  const fix = askAgain(facts, 'let the user sign in again; the log says who revoked it');
  return found(facts, 'revoked', `the token was revoked ${why}`, fix, { revoked: ended?.at, why: ended?.why });
};

/**
 * A token with openid is kept until its end; this one is not there any more. Whatever ends the access of a user, such as a changed
 * password, forgets the tokens of that user.
 */
const forgotten: Row = (facts) => {
  const { known, inspection, issuance, now, user, cause } = facts;
  if (inspection.form !== 'jwt' || known.kind !== 'nothing' || !issuance || !user?.row || user.row.blocked === true)
    return undefined;
  const exp = time(facts, 'exp') ?? 0;
  if (!facts.issuedHere || inspection.otherKind !== undefined || exp * 1000 <= now) return undefined;
  if (!inspection.audiences.includes(userinfoIdentifier(claim(facts, 'iss') ?? facts.issuer))) return undefined;
  if (cause !== undefined && cause.code !== 'missing_scope') return undefined;
  const message = `the access of the user ${user.id} was ended after the token was issued: a new password, a new e-mail address or username, or an administrator who revoked it`;
  const fix = askAgain(facts, 'let the user sign in again; the log of the user says what ended the access');
  return found(facts, 'revoked', message, { ...fix, dashboard: `${userPage(user.id)}/logs` });
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

/** Genuine, and for an API that is no more. */
const api: Row = (facts) => {
  const { inspection, named, asked, cause } = facts;
  if (inspection.form !== 'jwt' || !facts.issuedHere || named.size > 0 || asked?.kind === 'userinfo') return undefined;
  const audience = inspection.audiences.find((one) => one !== userinfoIdentifier(facts.issuer));
  if (audience === undefined || inspection.otherKind !== undefined) return undefined;
  if (cause !== undefined && cause.code !== 'missing_scope') return undefined;
  return {
    code: 'api_gone',
    certainty: 'likely',
    message: `the token is for "${audience}", and no API here has that identifier any more: it was deleted after the token was issued. One that only checks the signature takes the token until it expires`,
    evidence: { aud: audience, issued: facts.issuance?.date, client: facts.client?.id },
    fix: {
      text: 'make the API again with exactly this identifier, or let the client ask for the API that came in its place',
      dashboard: apisPage,
    },
  };
};

/** In this order. */
export const endedRows: readonly Row[] = [revoked, client, user, forgotten, api];
