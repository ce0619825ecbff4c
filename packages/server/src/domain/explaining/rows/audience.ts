// Causes: a genuine access token that was made for something else.

import { apiPage, apisPage } from '../../../resources/index.ts';
import { audiencesOf, claim, type Facts, type Row } from '../facts.ts';
import { apiName, askAgain, clientName, isMachine, pageOf } from '../words.ts';
import { fromLibrary } from './kind.ts';

const none: Row = (facts) => {
  const { code } = facts.cause ?? {};
  if (code !== 'no_audience' && code !== 'userinfo_only') return undefined;
  return { ...fromLibrary(facts), fix: askAgain(facts, 'name the API in the request (audience)') };
};

/** The library does not even start with white space around its audience; others do, and refuse every token. */
function paddedFor(facts: Facts): string | undefined {
  const { asked } = facts;
  if (asked?.kind !== 'api' || asked.identifier === asked.identifier.trim()) return undefined;
  return audiencesOf(facts).includes(asked.identifier.trim()) ? 'white space around it' : undefined;
}

/** The API is set up with something that is no identifier here. */
const setting: Row = (facts) => {
  const { cause, asked } = facts;
  if (cause?.code !== 'wrong_audience' || asked?.kind !== 'api' || asked.facts) return undefined;
  const [aud] = audiencesOf(facts).filter((one) => facts.named.has(one));
  const meant = asked.instead?.meant?.identifier ?? aud ?? asked.similar[0];
  const text = asked.instead
    ? 'set the audience in the API to its identifier'
    : 'if it is the API that the token is for, set the audience in the API to that identifier; if it is a new API, make it here with exactly the identifier that it is set to';
  return {
    code: 'wrong_api_setting',
    certainty: 'certain',
    message: asked.instead
      ? `the API checks for the audience "${asked.identifier}", which is ${asked.instead.what} and not an identifier; the token that ${clientName(facts)} got is for "${audiencesOf(facts).join('", "')}"`
      : `the API checks for the audience "${asked.identifier}", and no API here has that identifier; the token that ${clientName(facts)} got is for "${audiencesOf(facts).join('", "')}"`,
    evidence: { aud: audiencesOf(facts).join(' '), api: asked.identifier },
    fix: {
      text,
      ...(meant === undefined ? {} : { code: `audience: ${JSON.stringify(meant)}` }),
      dashboard: apisPage,
      ...(asked.instead ? pageOf(facts) : {}),
    },
  };
};

/** Almost the same identifier, which is another one. */
const nearMiss: Row = (facts) => {
  const { cause, asked } = facts;
  const difference = paddedFor(facts) ?? cause?.evidence.difference;
  if (typeof difference !== 'string' || asked?.kind !== 'api') return undefined;
  if (cause?.code !== 'wrong_audience' && paddedFor(facts) === undefined) return undefined;
  const aud = audiencesOf(facts);
  const registered = aud.find((one) => facts.named.has(one));
  const said = registered ?? aud[0] ?? '';
  const message = `the token is for "${said}", and the API calls itself "${asked.identifier}": they differ by ${difference}`;
  const evidence = { aud: aud.join(' '), api: asked.identifier, difference };
  const found = { code: 'near_miss_audience', certainty: 'certain', evidence } as const;
  const named = registered === undefined ? undefined : facts.named.get(registered);
  if (!asked.facts && named) {
    return {
      ...found,
      message: `${message}. Identifiers are compared character by character, and the one of the token is registered`,
      fix: {
        text: 'correct the audience in the settings of the API itself: it must be the identifier that is registered here',
        code: `audience: ${JSON.stringify(registered)}`,
        dashboard: apiPage(named.id, 'settings'),
      },
    };
  }
  return {
    ...found,
    message: `${message}. Identifiers are compared character by character`,
    fix: askAgain(
      facts,
      named
        ? 'both are registered as APIs of their own: use one identifier in the client and in the API, and delete the other'
        : 'let the client ask with exactly this audience',
    ),
  };
};

const otherApi: Row = (facts) => {
  const { cause, asked } = facts;
  if (cause?.code !== 'wrong_audience') return undefined;
  const aud = audiencesOf(facts);
  const names = aud.flatMap((one) => facts.named.get(one)?.name ?? []);
  const forWhat = names.length > 0 ? `the API ${names.join(', ')} ("${aud[0]}")` : `"${aud.join('", "')}"`;
  return {
    code: 'wrong_audience',
    certainty: 'certain',
    message: `the token that ${clientName(facts)} got is for ${forWhat}, not for ${apiName(asked)}`,
    evidence: { aud: aud.join(' '), api: asked?.identifier },
    fix: askAgain(facts, 'ask with the audience of this API; a client that calls two APIs needs a token for each'),
  };
};

/** /userinfo takes tokens of users that were issued with openid, whatever API they are for besides. */
const userinfo: Row = (facts) => {
  if (facts.cause?.code !== 'wrong_audience' || facts.asked?.kind !== 'userinfo') return undefined;
  if (isMachine(facts))
    return {
      code: 'wrong_audience',
      certainty: 'certain',
      message: `this is a token of a machine (${clientName(facts)}): no user signed in, so /userinfo has nobody to tell about`,
      evidence: { aud: audiencesOf(facts).join(' '), sub: claim(facts, 'sub') },
      fix: askAgain(facts, 'call /userinfo with the access token of a user who signed in'),
    };
  return {
    code: 'missing_scope',
    certainty: 'certain',
    message: 'the token was issued without the scope openid: it is for its API alone, and /userinfo is not in its aud',
    evidence: { missing: 'openid', aud: audiencesOf(facts).join(' '), granted: claim(facts, 'scope') ?? '' },
    fix: askAgain(facts, 'ask for openid beside the scopes of the API; the token then is for both', [
      'openid',
      'profile',
    ]),
  };
};

/** In this order: no audience, almost the right one, an API that is set up wrongly, another one. */
export const audienceRows: readonly Row[] = [none, nearMiss, setting, userinfo, otherApi];
