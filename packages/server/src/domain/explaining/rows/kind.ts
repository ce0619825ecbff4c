// Causes: this is no access token, or none that an API can read. What our records know comes first, then what the library sees.

import { endedBecause } from '../../issuing/refresh-member.ts';
import type { Facts, Found, Row } from '../facts.ts';
import { apiName, askAgain, clientName, pageOf, since, span } from '../words.ts';

/** An authorization code was sent instead of what it buys. */
const code: Row = ({ known }) => {
  if (known.kind !== 'authorization_code') return undefined;
  const state = { good: 'still good', spent: 'spent already', ended: 'past its end' }[known.state];
  return {
    code: 'authorization_code',
    certainty: 'certain',
    message: `this is an authorization code of client ${known.code.client_id} (${state}), not a token`,
    evidence: { client: known.code.client_id, state },
    fix: {
      text: 'exchange it at /oauth/token (grant_type=authorization_code) and send the access_token of the answer; an SDK does this in its callback handler',
    },
  };
};

/** A refresh token, told by its family. */
const refresh: Row = (facts) => {
  const { known } = facts;
  if (known.kind !== 'refresh_token') return facts.cause?.code === 'refresh_token' ? fromLibrary(facts) : undefined;
  const { family, ended } = known;
  const whose = family?.client_id ?? ended?.client_id;
  const state = family
    ? 'it is still good at the token endpoint'
    : ended
      ? `and ${endedBecause(ended)}, ${span(since(facts, ended.at))} ago`
      : 'of a family that nobody remembers';
  return {
    code: 'refresh_token',
    certainty: 'certain',
    message: `this is a refresh token${whose === undefined ? '' : ` of client ${whose}`}; ${state}. An API takes access tokens only`,
    evidence: { client: whose, revoked: ended?.why },
    fix: {
      text: ended
        ? 'let the user sign in again, and send the access_token of the answer to the API'
        : 'exchange it at /oauth/token (grant_type=refresh_token) and send the access_token of the answer to the API',
      ...pageOf(facts),
    },
  };
};

const clientId: Row = ({ known }) => {
  if (known.kind !== 'client_id') return undefined;
  const { client } = known;
  return {
    code: 'client_id',
    certainty: 'certain',
    message: `this is the client id of the application ${client.name}, not a token`,
    evidence: { client: client.clientId },
    fix: { text: 'get a token with it at /oauth/token, or by a login at /authorize, and send the access_token' },
  };
};

/** An opaque access token of ours: no API was requested, so it is good at /userinfo only. */
const ownOpaque: Row = (facts) => {
  const { known, issuance, asked } = facts;
  const isOurs = known.kind === 'access_token' ? known.row.opaque : issuance !== undefined;
  if (facts.inspection.form !== 'opaque' || !isOurs || asked?.kind === 'userinfo') return undefined;
  const age = issuance ? ` ${span(since(facts, issuance.date))} ago` : '';
  return {
    code: 'no_audience_requested',
    certainty: 'certain',
    message: `this opaque token was issued${age} to ${clientName(facts)}, whose request named no audience: it is good at /userinfo only, and ${apiName(asked)} cannot read it`,
    evidence: { issued: issuance?.date, client: facts.client?.id, user: facts.user?.id },
    fix: askAgain(
      facts,
      'name the API in the request (audience); the answer then is a JWT for it. A default_audience of the tenant does the same for clients that cannot',
    ),
  };
};

/** Opaque, and nobody here knows it. */
const opaque: Row = (facts) => {
  if (facts.cause?.code !== 'opaque_token' || facts.asked?.kind === 'userinfo') return undefined;
  return {
    ...fromLibrary(facts),
    certainty: 'likely',
    message: `this is an opaque text of ${facts.length} characters that this tenant does not know: an opaque token of another issuer, one that ended long ago, or no token at all`,
    fix: askAgain(
      facts,
      'compare it with the access_token that the client received, and name the API in the request (audience)',
    ),
  };
};

const idToken: Row = (facts) => {
  if (facts.cause?.code !== 'id_token') return undefined;
  const found = fromLibrary(facts);
  return {
    ...found,
    message: `this is an ID token: it tells ${clientName(facts)} who signed in, and says nothing about ${apiName(facts.asked)}`,
    fix: askAgain(
      facts,
      'send the access_token of the answer instead of the id_token, and name the API in the request (audience), so that the access token is one for it',
    ),
  };
};

const otherKinds = new Set([
  'logout_token',
  'client_assertion',
  'other_token_kind',
  'no_client',
  'wrong_dialect',
  'encrypted_token',
]);

const other: Row = (facts) => (facts.cause && otherKinds.has(facts.cause.code) ? fromLibrary(facts) : undefined);

/** The library's own words for its cause. */
export function fromLibrary({ cause }: Facts, certainty: Found['certainty'] = 'certain'): Found {
  if (!cause) throw new Error('a cause was to be worded that is none');
  return { code: cause.code, certainty, message: cause.message, fix: { text: cause.fix } };
}

/** In this order: what our own records recognise cannot be anything else. */
export const kindRows: readonly Row[] = [code, refresh, clientId, ownOpaque, opaque, idToken, other];
