// Causes: a genuine access token that was made for something else.

import { apiPage } from '../../../resources/index.ts';
import type { Row } from '../facts.ts';
import { apiName, askAgain, clientName } from '../words.ts';
import { fromLibrary } from './kind.ts';

const none: Row = (facts) => {
  const { code } = facts.cause ?? {};
  if (code !== 'no_audience' && code !== 'userinfo_only') return undefined;
  return { ...fromLibrary(facts), fix: askAgain(facts, 'name the API in the request (audience)') };
};

/** Almost the same identifier, which is another one. */
const nearMiss: Row = (facts) => {
  const { cause, asked, inspection } = facts;
  const difference = cause?.evidence.difference;
  if (cause?.code !== 'wrong_audience' || typeof difference !== 'string' || asked?.kind !== 'api') return undefined;
  const aud = inspection.form === 'jwt' ? inspection.audiences : [];
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
  const { cause, asked, inspection } = facts;
  if (cause?.code !== 'wrong_audience') return undefined;
  const aud = inspection.form === 'jwt' ? inspection.audiences : [];
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

/** In this order: no audience, almost the right one, another one. */
export const audienceRows: readonly Row[] = [none, nearMiss, otherApi];
