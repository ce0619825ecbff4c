// Causes: this is no access token, or none that an API can read. What our records know comes first, then what the library sees.

import { nearMiss } from '@countersign/api/inspect';
import { apiPage, applicationPage } from '../../../resources/index.ts';
import { endedBecause } from '../../issuing/refresh-member.ts';
import { audiencesOf, claim, type Facts, type Found, type Row } from '../facts.ts';
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
      text:
        known.state === 'good'
          ? 'exchange it at /oauth/token (grant_type=authorization_code) and send the access_token of the answer; an SDK does this in its callback handler'
          : 'a code works once, for five minutes: let the user sign in again, exchange the new code at /oauth/token, and send the access_token of the answer; an SDK does this in its callback handler',
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

const clientSecret: Row = (facts) => {
  const { known } = facts;
  if (known.kind !== 'client_secret') return undefined;
  const { client } = known;
  return {
    code: 'client_secret',
    certainty: 'certain',
    message: `this is the secret of the application ${client.name} (${client.clientId}), and no token: it was sent to an API that must not know it`,
    evidence: { client: client.clientId },
    fix: {
      ...askAgain(facts, 'exchange it for a token at /oauth/token and send the access_token; and rotate the secret'),
      dashboard: `${applicationPage(client.clientId)}/credentials`,
    },
  };
};

const session: Row = (facts) => {
  const { known } = facts;
  if (known.kind !== 'session') return undefined;
  return {
    code: 'not_a_token',
    certainty: 'certain',
    message:
      known.by === 'cookie'
        ? 'this is the session cookie of this server: it is between the browser and the login pages, and no API takes it'
        : 'this is the id of a session (the `sid` of tokens), and no token',
    fix: askAgain(facts, 'send the access_token that the application got when the user signed in'),
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
    message: `this opaque token was issued${age} to ${clientName(facts)}, whose request named no API (audience): it is good at /userinfo only, and ${apiName(asked)} cannot read it`,
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
    message:
      facts.length < 20
        ? `this is a text of ${facts.length} characters: too short for any token`
        : `this is an opaque text of ${facts.length} characters that this tenant does not know: an opaque token of another issuer, one that ended long ago, the secret or key of something else, or no token at all`,
    fix: askAgain(
      facts,
      'compare it with the access_token that the client received, and name the API in the request (audience)',
    ),
  };
};

const idToken: Row = (facts) => {
  if (facts.cause?.code !== 'id_token') return undefined;
  const found = fromLibrary(facts);
  const instead = facts.asked?.kind === 'api' ? facts.asked.instead?.what : undefined;
  const wrongSetting =
    instead === undefined ? '' : `. And set the audience in the API to its own identifier: it is ${instead} now`;
  return {
    ...found,
    evidence: { aud: audiencesOf(facts).join(' '), sign: String(facts.cause.evidence.sign) },
    message: `this is an ID token: it tells ${clientName(facts)} who signed in, and says nothing about ${apiName(facts.asked)}`,
    fix: askAgain(
      facts,
      `send the access_token of the answer instead of the id_token, and name the API in the request (audience), so that the access token is one for it; an answer without an access_token is that of response_type=id_token: ask for code${wrongSetting}`,
    ),
  };
};

/** Whatever kind it is, an issuer that is not this one comes first: no token of it opens anything here. */
const foreign: Row = (facts) => {
  const { cause, otherName } = facts;
  const iss = claim(facts, 'iss') ?? facts.encrypted?.iss;
  if (facts.issuedHere || otherName || iss === undefined || iss === facts.issuer) return undefined;
  if (!cause || !mayBeForeign.has(cause.code) || nearMiss(iss, facts.issuer) !== undefined) return undefined;
  const what = cause.code === 'id_token' && claim(facts, 'nonce') !== undefined ? 'an ID token' : 'a token';
  const hidden = facts.encrypted
    ? ', which alone can read it: an opaque token, as Auth0 issues where no API is requested'
    : '';
  return {
    code: 'wrong_issuer',
    certainty: 'certain',
    message: `this is ${what} of "${iss}"${hidden}, and ${apiName(facts.asked)} takes access tokens of "${facts.issuer}"`,
    evidence: { iss, issuer: facts.issuer },
    fix: askAgain(
      facts,
      `let the client get an access token from this server (${facts.issuer}): it runs with the settings of another environment, or signs in somewhere else`,
    ),
  };
};

const mayBeForeign = new Set(['id_token', 'no_client', 'wrong_dialect', 'encrypted_token']);

/** It says neither who issued it nor for what, as tokens that were made by hand or for a test. */
const nobodys: Row = (facts) => {
  const { cause, inspection } = facts;
  if (inspection.form !== 'jwt' || inspection.payload.iss !== undefined) return undefined;
  if (cause?.code !== 'id_token' && cause?.code !== 'no_client') return undefined;
  return {
    code: 'no_issuer',
    certainty: 'certain',
    message:
      'the token does not say who issued it (no iss): it was made by hand, by a test or by a library, and not by this server',
    evidence: { alg: String(inspection.header.alg) },
    fix: askAgain(facts, `get the token from this server (${facts.issuer})`),
  };
};

const encrypted: Row = (facts) => {
  const { cause, issuance, encrypted: header, named } = facts;
  if (cause?.code !== 'encrypted_token') return undefined;
  const found = fromLibrary(facts, 'likely');
  if (!issuance)
    return {
      ...found,
      message:
        'this is an encrypted text (JWE) that this server did not issue: only its maker can read it. Session cookies of SDKs look like this, and opaque tokens of Auth0',
      evidence: { alg: header?.alg, kid: header?.kid },
      fix: askAgain(
        facts,
        'send an access token of this server: out of a session of an SDK it comes by its function (getAccessToken), not by the cookie',
      ),
    };
  const [api] = named.values();
  const key = header?.kid === undefined ? 'its key' : `its key "${header.kid}"`;
  return {
    ...found,
    message: `the token is good in itself, and encrypted for ${api ? `the API ${api.name}` : 'its API'} with ${key} (${header?.alg}): an API that does not decrypt it first cannot read it`,
    evidence: { issued: issuance.date, aud: issuance.audience, alg: header?.alg, kid: header?.kid },
    fix: {
      text: 'let the API decrypt the token with its private key (RFC 7516), and check the JWT that is inside; or switch token encryption off at the API and get a new token',
      code: 'const { plaintext } = await compactDecrypt(token, privateKey); // jose; then check the JWT in plaintext',
      ...(api ? { dashboard: apiPage(api.id, 'settings') } : {}),
    },
  };
};

const otherKinds = new Set(['logout_token', 'client_assertion', 'other_token_kind', 'no_client', 'wrong_dialect']);

const other: Row = (facts) => (facts.cause && otherKinds.has(facts.cause.code) ? fromLibrary(facts) : undefined);

/** The library's own words for its cause. */
export function fromLibrary({ cause }: Facts, certainty: Found['certainty'] = 'certain'): Found {
  if (!cause) throw new Error('a cause was to be worded that is none');
  return { code: cause.code, certainty, message: cause.message, fix: { text: cause.fix } };
}

/** In this order: what our own records recognise cannot be anything else. */
export const kindRows: readonly Row[] = [
  code,
  refresh,
  clientId,
  clientSecret,
  session,
  ownOpaque,
  opaque,
  foreign,
  nobodys,
  idToken,
  encrypted,
  other,
];
