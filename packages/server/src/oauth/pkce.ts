// Proof Key for Code Exchange (RFC 7636): the form of challenges and verifiers. Whether a verifier fits is asked in
// `domain/issuing/codes.ts`, which may hash.

export const challengeMethods = ['S256', 'plain'] as const;
export type ChallengeMethod = (typeof challengeMethods)[number];

const unreserved = /^[A-Za-z0-9._~-]{43,128}$/;

/** Whether this has the form of a `code_verifier` (RFC 7636 §4.1): 43 to 128 unreserved characters. */
export function isVerifier(text: string): boolean {
  return unreserved.test(text);
}

/** Whether this has the form of a `code_challenge` (RFC 7636 §4.2). Of S256: the 43 characters of a base64url SHA-256. */
export function isChallenge(text: string, method: ChallengeMethod): boolean {
  return method === 'S256' ? /^[A-Za-z0-9_-]{43}$/.test(text) : unreserved.test(text);
}
