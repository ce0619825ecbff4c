// Causes: a genuine token that is not good for this call.

import { howToAsk, invalidToken, quoted, row } from './row.ts';

export const claimCauses = {
  malformed_claim: invalidToken<{ claim: string; expected: string }>({
    description: () => 'A claim of the token has the wrong type.',
    message: (e) => `the claim ${e.claim} is not ${e.expected}`,
    fix: () => 'repair what sets this claim at the authorization server',
  }),
  missing_claim: invalidToken<{ claim: string }>({
    description: () => 'The token lacks a claim that every access token must have.',
    message: (e) => `the token has no ${e.claim}`,
    fix: () => 'let the authorization server put it in (RFC 9068 section 2.2), or set `dialect` to what it issues',
  }),
  no_audience: invalidToken<Record<never, never>>({
    description: (api) => `The token names no audience. This API takes tokens for ${api.audience}.`,
    message: (_, api) => `the token names no audience (no aud), and this API is "${api.audience}"`,
    fix: (_, api) => `ask with ${howToAsk(api)}`,
  }),
  wrong_audience: invalidToken<{ aud: readonly string[]; difference?: string }>({
    description: (api) => `The token is for another audience. This API takes tokens for ${api.audience}.`,
    message: (e, api) =>
      e.difference === undefined
        ? `the token is for another API: aud is ${quoted(e.aud)}, but this API is "${api.audience}"`
        : `aud is ${quoted(e.aud)}, but this API is "${api.audience}" (${e.difference})`,
    fix: (e, api) =>
      e.difference === undefined
        ? `ask with ${howToAsk(api)}; a client that calls two APIs needs a token for each`
        : `ask with ${howToAsk(api)}; if this is meant to be that API, use one spelling in three places: its identifier at the authorization server, the client's audience, and \`audience\` here`,
  }),
  userinfo_only: invalidToken<{ aud: string }>({
    description: (api) =>
      `The token is good for the userinfo endpoint only. This API takes tokens for ${api.audience}.`,
    message: (e) => `the token is for "${e.aud}" only: no API was requested`,
    fix: (_, api) => `ask with ${howToAsk(api)}; with scope openid the token then serves both`,
  }),
  expired: invalidToken<{ expiredForSeconds: number }>({
    description: () => 'The token has expired.',
    message: (e) => `the token expired ${e.expiredForSeconds} s ago`,
    fix: (e) =>
      e.expiredForSeconds < 60
        ? 'let the client renew a little before `expires_in` is over; if it did, compare the clocks'
        : 'let the client get a new token when `expires_in` is over',
  }),
  not_yet_valid: invalidToken<{ validInSeconds: number }>({
    description: () => 'The token is not valid yet.',
    message: (e) => `the token is valid only in ${e.validInSeconds} s (nbf)`,
    fix: () =>
      'compare the clocks of this machine and the authorization server (NTP); small differences: `clockToleranceSeconds`',
  }),
  issued_in_future: invalidToken<{ issuedInSeconds: number }>({
    description: () => 'The token is from the future.',
    message: (e) => `the token says it is issued ${e.issuedInSeconds} s from now (iat)`,
    fix: () =>
      'compare the clocks of this machine and the authorization server (NTP); small differences: `clockToleranceSeconds`',
  }),
  sender_constrained: invalidToken<{ binding: string }>({
    description: () => 'The token is bound to a key, and was sent without the proof.',
    message: (e) =>
      `the token is bound to a key (${e.binding}) and came as a plain Bearer token; this library does not check such proofs`,
    fix: () =>
      'switch DPoP or certificate binding off for this API; or check the proof in front, and set `dangerouslyIgnoreTokenBinding`',
  }),
  missing_scope: row<{ missing: readonly string[]; granted: readonly string[]; any: boolean; inPermissions: boolean }>({
    status: 403,
    error: 'insufficient_scope',
    description: () => 'The token lacks a scope that this call needs.',
    message: (e) =>
      `${e.any ? 'one of the scopes' : e.missing.length > 1 ? 'the scopes' : 'the scope'} ${quoted(e.missing)} ${
        e.any || e.missing.length === 1 ? 'is' : 'are'
      } missing (token has ${e.granted.length === 0 ? 'none' : quoted(e.granted)})${
        e.inPermissions ? '; the user holds it in `permissions`, but the client did not ask for it' : ''
      }`,
    fix: (e) =>
      e.inPermissions
        ? 'let the client ask for it in `scope`; or require it as `permissions` instead of `scopes` if the client does not matter here'
        : 'ask for it in `scope`; if it was asked for: the API must define it, and the client grant (machine) or the user must hold it',
  }),
  missing_permission: row<{ missing: readonly string[]; held: readonly string[] }>({
    status: 403,
    error: 'insufficient_scope',
    description: () => 'The token lacks a permission that this call needs.',
    message: (e) =>
      `the ${e.missing.length > 1 ? 'permissions' : 'permission'} ${quoted(e.missing)} ${e.missing.length > 1 ? 'are' : 'is'} missing (token has ${
        e.held.length === 0 ? 'none' : quoted(e.held)
      })`,
    fix: () =>
      'give it to the user by a role; if the token has no `permissions` at all, switch on role-based access control and "add permissions in the access token"',
  }),
};
