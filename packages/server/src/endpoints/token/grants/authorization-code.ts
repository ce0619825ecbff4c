// The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.6, auth0-behaviour §9): a client that was given a code gets what
// the user agreed to. Every binding of the code is checked before it is spent, and what it buys is judged anew.

import type { User } from '../../../domain/accounts/user.ts';
import { type AuthorizationCode, type FoundCode, provesChallenge } from '../../../domain/issuing/codes.ts';
import { decideUser } from '../../../domain/issuing/decide-user.ts';
import type { UserFacts } from '../../../domain/issuing/user-authorization.ts';
import type { TraceEntry } from '../../../domain/logs/event.ts';
import { type Refusal, refuse } from '../../../oauth/errors.ts';
import { printable } from '../../../web/params.ts';
import type { Grant, GrantContext, GrantDecision } from '../grant.ts';

export interface Asked {
  readonly code: string;
  readonly redirectUri: string | undefined;
  readonly verifier: string | undefined;
}

export interface Found {
  readonly code: FoundCode | undefined;
  /** `undefined` when there is no code, or the user is gone. */
  readonly user: User | undefined;
  readonly facts: UserFacts | undefined;
  /** Whether the session that the code came from is still that of the user. */
  readonly sessionAlive: boolean;
}

const invalid = (because: string) => refuse('invalid_grant', 'Invalid authorization code', because);
const unproved = (because: string) => refuse('invalid_grant', 'Failed to verify code verifier', because);

/** What a redirect URI is called in an error: its origin, and no more of it (auth0-behaviour §9.3). */
function originOf(uri: string | undefined): string {
  if (uri === undefined) return 'none';
  const url = URL.parse(uri);
  return url ? `${url.protocol}//${url.host}` : printable(uri);
}

/** Whether the request is the code's own (RFC 6749 §4.1.3). A code that was spent is not told apart here. */
function judgeBinding(asked: Asked, code: AuthorizationCode, context: GrantContext): Refusal | undefined {
  const { client, issuer } = context;
  if (code.client_id !== client.clientId)
    return invalid(`the code was issued to client ${code.client_id}, and ${client.clientId} presented it`);
  if (code.issuer !== issuer)
    return invalid(`the code was issued by ${code.issuer}, and it was presented to ${issuer}`);
  const missing = code.redirect_uri_sent && asked.redirectUri === undefined;
  if (missing || (asked.redirectUri !== undefined && asked.redirectUri !== code.redirect_uri)) {
    return refuse(
      'wrong_redirect_uri',
      `The redirect URI is wrong. You sent ${originOf(asked.redirectUri)}, and we expected ${originOf(code.redirect_uri)}`,
      `redirect_uri must be the one of the authorization request, character by character: ${code.redirect_uri}`,
    );
  }
  return judgeProof(asked.verifier, code, context);
}

/** Proof Key for Code Exchange: what was begun with a challenge ends with its verifier, and only that does (RFC 9700 §4.8.2). */
function judgeProof(
  verifier: string | undefined,
  code: AuthorizationCode,
  { client }: GrantContext,
): Refusal | undefined {
  if (code.code_challenge === undefined) {
    if (verifier !== undefined)
      return unproved(
        'code_verifier was sent, but the authorization request had no code_challenge: it may have been stripped',
      );
    if (client.method.kind === 'none')
      return unproved('a public client proves itself by PKCE, and the authorization request had no code_challenge');
    return undefined;
  }
  if (verifier === undefined)
    return unproved('the authorization request had a code_challenge, so code_verifier is required');
  return provesChallenge(code, verifier)
    ? undefined
    : unproved(`code_verifier does not fit the code_challenge (${code.code_challenge_method})`);
}

function refused(refusal: Refusal, more: Partial<GrantDecision & { kind: 'refused' }> = {}): GrantDecision {
  return { kind: 'refused', refusal, trace: [], ...more };
}

/** The decision. Pure; that the code is spent once is held where it is spent. */
export function decide(asked: Asked, found: Found, context: GrantContext): GrantDecision {
  const { code, user, facts, sessionAlive } = found;
  if (!code) return refused(invalid('no code has this value, or it ended long ago'));
  const { content } = code;
  const about = {
    ...(user ? { user } : {}),
    ...(content.audience === undefined ? {} : { audience: content.audience }),
  };
  const unbound = judgeBinding(asked, content, context);
  if (unbound) return refused(unbound, about);
  if (code.state === 'ended') return refused(invalid('the code has ended; it is good for five minutes'), about);
  if (code.state === 'spent') {
    const because = 'the code was spent before: what it bought is revoked, since somebody else may have had it';
    return refused(invalid(because), { ...about, revoke: content.family });
  }
  if (!user || !facts) return refused(invalid(`user ${content.user_id} does not exist any more`), about);

  // Whoever ends a session (a changed password, a logout, an operator) ends what it was about to buy.
  if (!sessionAlive)
    return refused(invalid(`session ${content.session_id}, which the code came from, has ended`), about);

  const { client, issuer, host } = context;
  const { audience } = content;
  // What was granted then, judged by the rules of now; `prompt=consent` was answered before there was a code.
  const request = { scopes: content.granted, prompt: [], ...(audience === undefined ? {} : { audience }) };
  const decision = decideUser({ client, request, user, issuer, host }, facts);
  if (decision.kind === 'refused') {
    const { refusal, trace } = decision;
    // The user is not there to be told, and the client can do nothing but start again.
    return refused(invalid(`since the code was issued: ${refusal.because}`), { ...about, trace });
  }
  const { consent, trace } = decision;
  if (consent.kind === 'needed') {
    const lacking = consent.scopes.join(' ') || 'this client';
    return refused(invalid(`since the code was issued the user's consent was withdrawn: ${lacking}`), {
      ...about,
      trace,
    });
  }
  const entry: TraceEntry = { rule: 'code', because: describe(content) };
  return {
    kind: 'redeemed',
    redemption: {
      code: asked.code,
      content,
      client,
      user,
      decision: { ...decision, trace: [entry, ...(content.drops ?? []), ...trace] },
    },
  };
}

function describe(code: AuthorizationCode): string {
  const proof = code.code_challenge === undefined ? 'without PKCE' : `with PKCE (${code.code_challenge_method})`;
  return `an authorization code of session ${code.session_id}, ${proof}`;
}

export const authorizationCode: Grant<Asked, Found> = {
  type: 'authorization_code',
  events: { success: 'seacft', failure: 'feacft' },
  about: {
    success: 'Successful exchange of Authorization Code for Access Token',
    failure: 'Failed exchange of Authorization Code for Access Token',
  },
  parse(params) {
    const text = (name: string) => params.get(name) || undefined;
    const code = text('code');
    if (code === undefined)
      return { kind: 'refused', refusal: refuse('malformed', 'Missing required parameter: code') };
    return { kind: 'asked', asked: { code, redirectUri: text('redirect_uri'), verifier: text('code_verifier') } };
  },
  async load(asked, { client }, facts) {
    const code = await facts.code(asked.code);
    const user = code && (await facts.user(code.content.user_id));
    return {
      code,
      user,
      facts: code && user && (await facts.userFacts(client, user, code.content.audience)),
      sessionAlive: code !== undefined && (await facts.sessionAlive(code.content.session_id, code.content.user_id)),
    };
  },
  decide,
};
