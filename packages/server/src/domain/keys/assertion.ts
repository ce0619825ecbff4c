// Checks the signature and the form of a client assertion (RFC 7523 §3, auth0-behaviour TOK-13).
// What the claims must say is judged here too; whether the `jti` was used before is not: spending it is a write.

import type { KeyObject } from 'node:crypto';
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';

/** A key that the assertion may be signed with, and the only algorithm that it may be used with. */
export interface CandidateKey {
  readonly kid: string | undefined;
  readonly alg: string;
  readonly key: KeyObject;
  readonly expiresAt: number | undefined;
}

export type AssertionVerdict =
  | { readonly kind: 'valid'; readonly jti: string /** ms */; readonly expiresAt: number }
  | { readonly kind: 'invalid'; readonly because: string };

const skewSeconds = 10;
const longestLifetimeSeconds = 300;
const longestText = 64;

const invalid = (because: string): AssertionVerdict => ({ kind: 'invalid', because });

/** Whom an assertion claims to be from: `iss`, unverified. Only good for finding the client's keys. */
export function claimedIssuer(assertion: string): string | undefined {
  try {
    const { iss } = decodeJwt(assertion);
    const nameable = typeof iss === 'string' && iss.length <= longestText && iss.isWellFormed() && !iss.includes('\0');
    return nameable ? iss : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `audience` is the issuer with its slash and must be the only one, as a string; `now` in ms.
 * The header chooses among the client's keys by `kid`, never the algorithm: each key has one.
 */
export async function verifyAssertion(
  assertion: string,
  keys: readonly CandidateKey[],
  expected: { readonly clientId: string; readonly audience: string; readonly now: number },
): Promise<AssertionVerdict> {
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(assertion);
  } catch {
    return invalid('the client assertion is not a signed JWT');
  }
  // No extension is understood, so none may be critical (RFC 7515 §4.1.11); `b64` would change what is signed (RFC 7797).
  if (header.crit !== undefined || 'b64' in header)
    return invalid('the client assertion has a crit or b64 header, which is not supported');
  const usable = keys.filter((key) => key.expiresAt === undefined || key.expiresAt > expected.now);
  if (usable.length === 0) return invalid('the client has no credential that has not expired');
  const candidates = usable.filter(
    (key) => key.alg === header.alg && (header.kid === undefined || key.kid === undefined || key.kid === header.kid),
  );
  if (candidates.length === 0) {
    return invalid(
      `no credential of the client has the kid and the alg of the assertion's header (alg ${shown(header.alg)}, kid ${shown(header.kid)})`,
    );
  }
  let payload: Uint8Array | undefined;
  for (const candidate of candidates) {
    try {
      payload = (await compactVerify(assertion, candidate.key, { algorithms: [candidate.alg] })).payload;
      break;
    } catch {
      // The next credential may fit: two exist while keys are rotated.
    }
  }
  if (payload === undefined)
    return invalid("the signature of the client assertion does not verify with the client's credentials");
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return invalid('the claims of the client assertion are not JSON');
  }
  if (typeof claims !== 'object' || claims === null)
    return invalid('the claims of the client assertion are not a JSON object');
  return judgeClaims(claims as Record<string, unknown>, expected);
}

/** RFC 7523 §3 rules 1-6, with Auth0's limits. */
function judgeClaims(
  claims: Record<string, unknown>,
  expected: { readonly clientId: string; readonly audience: string; readonly now: number },
): AssertionVerdict {
  const { iss, sub, aud, exp, nbf, iat, jti } = claims;
  const now = expected.now / 1000;
  if (iss !== expected.clientId || sub !== expected.clientId)
    return invalid('iss and sub of the client assertion must both be the client_id');
  if (aud !== expected.audience) {
    return invalid(`aud of the client assertion must be the string ${expected.audience} (it is ${shown(aud)})`);
  }
  if (typeof exp !== 'number' || !Number.isFinite(exp))
    return invalid('exp of the client assertion is missing or not a number');
  if (exp < now - skewSeconds) return invalid(`the client assertion expired ${Math.round(now - exp)} s ago`);
  if (exp > now + longestLifetimeSeconds + skewSeconds)
    return invalid(`the client assertion lives longer than ${longestLifetimeSeconds} s`);
  for (const [name, value] of [
    ['nbf', nbf],
    ['iat', iat],
  ] as const) {
    if (value === undefined) continue;
    if (typeof value !== 'number' || value > now + skewSeconds)
      return invalid(`${name} of the client assertion is in the future or not a number`);
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > longestText)
    return invalid(`jti of the client assertion must be a string of 1 to ${longestText} characters`);
  // NumericDate may have fractions (RFC 7519 §2); stored times have none.
  return { kind: 'valid', jti, expiresAt: Math.ceil((exp + skewSeconds) * 1000) };
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'absent');
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}
