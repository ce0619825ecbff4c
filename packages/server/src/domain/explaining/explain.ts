// The one cause why an API refuses a token: the first row that finds something, in the order in which a developer would mend
// things. Pure. The checks are those of `@countersign/api`; what is added here is what only the issuer can know.

import { claim, type Facts, type Found, type Row, time } from './facts.ts';
import { audienceRows } from './rows/audience.ts';
import { endedRows } from './rows/ended.ts';
import { formRows, pasted, transportRows } from './rows/form.ts';
import { fromLibrary, kindRows } from './rows/kind.ts';
import { scopeRows } from './rows/scope.ts';
import { algorithmDiffers, otherAddress, signatureRows } from './rows/signature.ts';
import { timeRows } from './rows/time.ts';
import { span } from './words.ts';

const rows: readonly Row[] = [
  ...transportRows,
  ...kindRows,
  ...formRows,
  ...signatureRows,
  ...audienceRows,
  algorithmDiffers,
  ...timeRows,
  ...endedRows,
  ...scopeRows,
  // Only the API knows whether these are so; what is certain comes before them.
  otherAddress,
  pasted,
];

/** Whether the asked endpoint can do without a JWT: /userinfo knows its opaque tokens by their row. */
function takesOpaque({ asked, known, cause }: Facts): boolean {
  return asked?.kind === 'userinfo' && known.kind === 'access_token' && cause?.code === 'opaque_token';
}

/** The cause, or `undefined` when the API would take the token for this call. */
export function explain(facts: Facts): Found | undefined {
  for (const row of rows) {
    const found = row(facts);
    if (found) return found;
  }
  return facts.cause && !takesOpaque(facts) ? fromLibrary(facts) : undefined;
}

/** What else is worth knowing, whatever the cause. */
export function notesOf(facts: Facts, found: Found | undefined): string[] {
  return [
    ...aroundIt(facts, found),
    ...aboutApi(facts, found),
    ...aboutNewTokens(facts, found),
    ...whenGood(facts, found),
  ];
}

/** Of a token that was not sent alone or not as it was received: what comes next. */
function aroundIt(facts: Facts, found: Found | undefined): string[] {
  const { wrapping } = facts;
  if (!wrapping || found === undefined) return [];
  if (wrapping.pasted)
    return found.code === wrapping.code ? [] : [`${wrapping.message}: the token in it is what is explained here`];
  if (facts.inspection.form === 'malformed' || (facts.known.kind === 'nothing' && facts.inspection.form === 'opaque'))
    return [];
  const next = explain({ ...facts, wrapping: undefined });
  return [
    next
      ? `When that is mended, the token is refused for another reason: ${next.message}. Then: ${next.fix.text}`
      : 'When that is mended, this server would let the token pass',
  ];
}

function aboutApi({ asked }: Facts, found: Found | undefined): string[] {
  if (asked?.kind !== 'api' || asked.facts) return [];
  if (found?.code === 'near_miss_audience' || found?.code === 'wrong_api_setting') return [];
  const what = asked.instead ? `, which is ${asked.instead.what}` : '';
  const meant = asked.instead?.meant?.identifier ?? asked.similar[0];
  return [
    `No API of this tenant has the identifier ${asked.identifier}${what}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  ];
}

const mendedByAsking: ReadonlySet<string> = new Set([
  'missing_scope',
  'wrong_audience',
  'near_miss_audience',
  'no_audience_requested',
  'id_token',
]);

function aboutNewTokens(facts: Facts, found: Found | undefined): string[] {
  const { anew, wanted } = facts;
  if (!anew || (found !== undefined && !mendedByAsking.has(found.code))) return [];
  if (anew.refused !== undefined) return [`A new token for this API would be refused: ${anew.refused}`];
  const asksFirst =
    found === undefined && anew.consent !== undefined
      ? [`Before a new token the user would be asked for consent: ${anew.consent}`]
      : [];
  const granted = new Set(anew.granted);
  const lacking = wanted.filter((scope) => !granted.has(scope));
  if (lacking.length === 0 && found?.code !== 'missing_scope') return asksFirst;
  return [
    ...asksFirst,
    lacking.length === 0
      ? 'A new token that asks for these scopes would have them all'
      : `A new token that asks for these scopes would ${found?.code === 'missing_scope' ? 'still ' : ''}lack ${lacking.join(' ')}`,
  ];
}

function whenGood(facts: Facts, found: Found | undefined): string[] {
  const { issuance, inspection, asked, named, now } = facts;
  if (found !== undefined) return [];
  const exp = time(facts, 'exp');
  const age = issuance ? (now - Date.parse(issuance.date)) / 1000 : undefined;
  const api = asked?.kind === 'api' ? asked.facts : [...named.values()][0];
  return [
    ...(inspection.form === 'jwt' && asked?.kind !== 'userinfo'
      ? [
          `This server would let the token pass. If the API refuses it all the same, compare its settings with the token: the issuer "${claim(facts, 'iss')}", the audience "${inspection.audiences[0] ?? ''}"${inspection.audiences.length > 1 ? ' (aud is a list, and the API has to look for it in there)' : ''}, the algorithm ${String(inspection.header.alg)}; and look whether the Authorization header reaches it`,
        ]
      : []),
    ...(api?.algorithm === 'HS256' && inspection.form === 'jwt'
      ? [
          "The API's tokens are signed with HS256, its own secret: a library that is set to RS256 and the public keys refuses them. Give it the secret, or switch the API to RS256 and get a new token",
        ]
      : []),
    ...(exp !== undefined && exp * 1000 <= now
      ? [
          `The token expired ${span(now / 1000 - exp)} ago: an API that allows some seconds takes it, any other refuses it`,
        ]
      : []),
    ...(age !== undefined && age < 5
      ? ['The token is only seconds old: an API whose clock is behind refuses it for being from the future']
      : []),
  ];
}
