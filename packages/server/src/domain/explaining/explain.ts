// The one cause why an API refuses a token: the first row that finds something, in the order in which a developer would mend
// things. Pure. The checks are those of `@countersign/api`; what is added here is what only the issuer can know.

import type { Facts, Found, Row } from './facts.ts';
import { audienceRows } from './rows/audience.ts';
import { endedRows } from './rows/ended.ts';
import { formRows, transportRows } from './rows/form.ts';
import { fromLibrary, kindRows } from './rows/kind.ts';
import { scopeRows } from './rows/scope.ts';
import { algorithmDiffers, otherAddress, signatureRows } from './rows/signature.ts';
import { timeRows } from './rows/time.ts';

const rows: readonly Row[] = [
  ...transportRows,
  ...kindRows,
  ...formRows,
  ...signatureRows,
  ...audienceRows,
  otherAddress,
  algorithmDiffers,
  ...timeRows,
  ...endedRows,
  ...scopeRows,
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
  const { asked, anew, issuance, inspection } = facts;
  const unknown = asked?.kind === 'api' && !asked.facts && found?.code !== 'near_miss_audience';
  const similar = asked?.kind === 'api' && !asked.facts ? asked.similar[0] : undefined;
  const age = issuance ? (facts.now - Date.parse(issuance.date)) / 1000 : undefined;
  return [
    ...(unknown
      ? [
          `No API of this tenant has the identifier ${asked.identifier}${similar === undefined ? '' : `; did you mean ${similar}?`}`,
        ]
      : []),
    ...(found?.code === 'missing_scope' && anew?.refused !== undefined
      ? [`A new token would be refused: ${anew.refused}`]
      : []),
    ...(found?.code === 'missing_scope' && anew && anew.refused === undefined ? [wouldHave(facts, anew)] : []),
    ...(found === undefined && inspection.form === 'jwt'
      ? [
          'This server would let the token pass. If the API refuses it all the same, compare its issuer, audience and algorithm with those of the token, and look whether the Authorization header reaches it',
        ]
      : []),
    ...(found === undefined && age !== undefined && age < 5
      ? ['The token is only seconds old: an API whose clock is behind refuses it for being from the future']
      : []),
  ];
}

function wouldHave(facts: Facts, anew: NonNullable<Facts['anew']>): string {
  const granted = new Set(anew.granted);
  const lacking = facts.wanted.filter((scope) => !granted.has(scope));
  return lacking.length === 0
    ? 'A new token that asks for these scopes would have them all'
    : `A new token that asks for these scopes would still lack ${lacking.join(' ')}`;
}
