// In development: hands a refused token to its issuer on this machine, which finds out why, and gives the refusal the address
// where the answer can be read, once. The address holds a random reference and never the token.

import { randomBytes } from 'node:crypto';
import { isLoopback } from './addresses.ts';
import type { CheckedRequirement } from './scopes.ts';

/** A refusal is answered at once; what cannot be handed over in this time is not explained. */
const patienceMs = 2000;
const mostAtOnce = 20;

/** The address of the explanation of a refused token; `undefined` when too many are being handed over. Never throws, never waits. */
export type Explain = (token: string, needed: CheckedRequirement) => string | undefined;

/** Why this issuer cannot be asked, as the end of a sentence; `undefined` if it can. */
export function unexplained(issuer: string): string | undefined {
  const url = URL.parse(issuer);
  return url && isLoopback(url.hostname)
    ? undefined
    : `is for development: it hands refused tokens to the issuer, which must be on this machine, and is "${issuer}"`;
}

/** Asks the issuer at its `dev/refusals`; the answer is shown below its `dev/explain/`. */
export function explainAt(issuer: string, audience: string, fetch: typeof globalThis.fetch): Explain {
  let busy = 0;
  return (token, { scopes }) => {
    if (busy >= mostAtOnce) return undefined;
    const reference = randomBytes(18).toString('base64url');
    busy++;
    fetch(new URL('dev/refusals', issuer), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reference, token, audience, scope: scopes.join(' ') }),
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    })
      .then((answer) => answer.body?.cancel())
      .catch(() => undefined)
      .finally(() => {
        busy--;
      });
    return new URL(`dev/explain/${reference}`, issuer).href;
  };
}
