// Issues what the `response_type` asks for (RFC 6749 §4.1.2, OpenID Connect Core §3): a code, tokens, or both, kept in the
// one transaction that ends the login. Nothing goes out of a login that was ended by somebody else meanwhile.

import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import type { TenantId } from '../../schema/brand.ts';
import type { Transaction } from '../../storage/store.ts';
import type { User } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { TraceEntry } from '../logs/event.ts';
import { type AuthorizationCode, keepCode, newCode } from './codes.ts';
import { keepIssued } from './issued.ts';
import { newFamily } from './refresh-token.ts';
import type { GrantedToUser } from './user-authorization.ts';
import type { Minting } from './user-token-content.ts';
import { type MintDeps, type Minted, mintUserTokens } from './user-tokens.ts';

export interface ResponseAsk {
  readonly tenant: TenantId;
  readonly client: ClientFacts;
  readonly request: AuthorizationRequest;
  readonly user: User;
  readonly session: { readonly id: string };
  /** When the user last proved who it is, in ms. */
  readonly authenticatedAt: number;
  /** Its consent is settled. */
  readonly decision: GrantedToUser;
}

/** What a log event says about an issuance; tokens by their SHA-256 (base64url). */
export interface IssuedFacts {
  readonly audience: string | undefined;
  readonly scope: string | undefined;
  readonly trace: readonly TraceEntry[];
  readonly issued: readonly { readonly kind: 'code' | 'access_token' | 'id_token'; readonly sha256?: string }[];
}

export type AuthorizationResponse =
  /** Members in the order of the wire; `state` is among them, `iss` (RFC 9207) is not. */
  | { readonly kind: 'issued'; readonly params: Record<string, string>; readonly facts: IssuedFacts }
  /** `inTransaction` said no: nothing was kept and nothing goes out. */
  | { readonly kind: 'lost' };

const lost = Symbol('lost');

/**
 * Issues the response. `inTransaction` does what must happen with it or not at all (takes the pending login, touches the
 * session); its `false` keeps nothing. It may run more than once. @throws StoreUnavailable
 */
export async function issueAuthorizationResponse(
  deps: MintDeps & { readonly now: () => number },
  ask: ResponseAsk,
  inTransaction: (tx: Transaction) => Promise<boolean>,
): Promise<AuthorizationResponse> {
  const { request, decision } = ask;
  if (decision.consent.kind === 'needed') throw new Error('a response was to be issued without the consent it needs');
  const now = deps.now();
  const code = request.response_type.includes('code') ? newCode() : undefined;
  const content = code === undefined ? undefined : codeContent(ask);
  const minted = await mintUserTokens(deps, responseMinting(ask, code), now);
  try {
    await deps.database.store(ask.tenant).transact(async (tx) => {
      if (!(await inTransaction(tx))) throw lost;
      if (code !== undefined && content) await keepCode(tx, code, content, now);
      await keepIssued(tx, minted.rows);
    });
  } catch (error) {
    if (error === lost) return { kind: 'lost' };
    throw error;
  }
  return { kind: 'issued', params: responseParams(ask, code, minted), facts: factsOf(decision, code, minted) };
}

/** Whether the ID token tells when the user signed in (§21.1). */
function tellsAuthTime(request: AuthorizationRequest): boolean {
  return request.max_age !== undefined || request.prompt.includes('login');
}

/** What the tokens of a response are made of; `code` is the one that comes along. */
export function responseMinting(ask: ResponseAsk, code: string | undefined): Minting {
  const { request, decision, authenticatedAt } = ask;
  const { response_type: types } = request;
  return {
    tenant: ask.tenant,
    client: ask.client,
    user: ask.user,
    authorization: decision.authorization,
    channel: 'front',
    wants: { accessToken: types.includes('token'), idToken: types.includes('id_token') },
    opaqueLifetime: code === undefined ? 7200 : 86_400,
    family: newFamily(),
    about: {
      sid: ask.session.id,
      nonce: request.nonce,
      authTime: tellsAuthTime(request) ? Math.floor(authenticatedAt / 1000) : undefined,
      code,
    },
  };
}

/** What a code of this response stands for. */
export function codeContent({ request, decision, user, session, authenticatedAt }: ResponseAsk): AuthorizationCode {
  const { code_challenge, code_challenge_method, nonce, audience } = request;
  const drops = decision.trace.filter(({ dropped }) => dropped !== undefined);
  return {
    client_id: request.client_id,
    redirect_uri: request.redirect_uri,
    redirect_uri_sent: request.redirect_uri_sent,
    ...(code_challenge === undefined
      ? {}
      : { code_challenge, code_challenge_method: code_challenge_method ?? ('plain' as const) }),
    ...(nonce === undefined ? {} : { nonce }),
    requested: request.scopes,
    granted: decision.scopes,
    ...(drops.length > 0 ? { drops } : {}),
    ...(audience === undefined ? {} : { audience }),
    issuer: decision.authorization.issuer,
    user_id: user.user_id,
    session_id: session.id,
    authenticated_at: authenticatedAt,
    tells_auth_time: tellsAuthTime(request),
    family: newFamily(),
  };
}

/** Whether the client must be told which scopes it got (RFC 6749 §5.1): when they are not those that it asked for. */
export function scopesDiffer(requested: readonly string[], granted: readonly string[]): boolean {
  const wanted = new Set(requested);
  return wanted.size !== granted.length || granted.some((scope) => !wanted.has(scope));
}

/** The members of the response, in the order of the wire. */
export function responseParams(
  { request, decision }: Pick<ResponseAsk, 'request' | 'decision'>,
  code: string | undefined,
  minted: Omit<Minted, 'rows'>,
): Record<string, string> {
  const { accessToken, idToken } = minted;
  return {
    ...(code === undefined ? {} : { code }),
    ...(accessToken
      ? {
          access_token: accessToken.token,
          ...(scopesDiffer(request.scopes, decision.scopes) ? { scope: decision.scopes.join(' ') } : {}),
          expires_in: String(accessToken.expiresIn),
          token_type: 'Bearer',
        }
      : {}),
    ...(request.state === undefined ? {} : { state: request.state }),
    ...(idToken ? { id_token: idToken.token } : {}),
  };
}

function factsOf(decision: GrantedToUser, code: string | undefined, { accessToken, idToken }: Minted): IssuedFacts {
  const { target } = decision.authorization;
  return {
    audience: target.kind === 'api' ? target.audience : undefined,
    scope: decision.scopes.join(' ') || undefined,
    trace: decision.trace,
    issued: [
      // A code buys tokens for five minutes more: the log does not even have its hash.
      ...(code === undefined ? [] : [{ kind: 'code' } as const]),
      ...(accessToken ? [{ kind: 'access_token', sha256: accessToken.digest } as const] : []),
      ...(idToken ? [{ kind: 'id_token', sha256: idToken.digest } as const] : []),
    ],
  };
}
