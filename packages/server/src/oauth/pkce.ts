// Proof Key for Code Exchange (RFC 7636): the form of challenges and verifiers. Whether a verifier fits is asked in
// `domain/issuing/codes.ts`, which may hash.

/** Whether this has the form of a `code_verifier` (RFC 7636 §4.1): 43 to 128 unreserved characters. */
export function isVerifier(text: string): boolean {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(text);
}

/** Whether this has the form of a `code_challenge` of method S256 (RFC 7636 §4.2): a SHA-256 in base64url, without padding. */
export function isChallenge(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
