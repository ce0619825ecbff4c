// The signature algorithms an API can pin (RFC 7518 §3, RFC 8037, RFC 9864).

export type SymmetricAlgorithm = 'HS256' | 'HS384' | 'HS512';
export type AsymmetricAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519';
export type Algorithm = AsymmetricAlgorithm | SymmetricAlgorithm;
