// The logout token (OpenID Connect Back-Channel Logout 1.0 §2.4, auth0-behaviour BCL-5): tells one client that one session ended.

import { hash, randomUUID } from 'node:crypto';
import type { TokenType } from '../keys/signature.ts';
import type { LogoutCall } from './logout-calls.ts';

/** How long a client may take it, in seconds. */
const lifetime = 120;

/** Auth0 says `JWT`; the specification recommends a type of its own, by which it can pass for nothing else. */
export function logoutTokenType(dialect: 'auth0' | 'oidc'): TokenType {
  return dialect === 'oidc' ? 'logout+jwt' : 'JWT';
}

/**
 * Its claims: never a `nonce`, so that it cannot pass for an ID token. The `jti` is new with each attempt, since a client that
 * heard us and whose answer was lost would refuse the same one again; `trace_id` is the call's. `now` in ms.
 */
export function logoutTokenClaims(call: LogoutCall, callId: string, now: number): Record<string, unknown> {
  const iat = Math.floor(now / 1000);
  return {
    iss: call.issuer,
    sub: call.user_id,
    aud: call.client_id,
    iat,
    exp: iat + lifetime,
    jti: randomUUID(),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    trace_id: hash('sha256', callId, 'hex').slice(0, 16),
    sid: call.session_id,
    ...(call.session_metadata ? { session_metadata: call.session_metadata } : {}),
  };
}
