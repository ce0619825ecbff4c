// What a grant is: three beats (parse, load, decide). The endpoint owns commit and answer and every shared check,
// so a grant can't forget one, and can't write while it judges.

import type { User } from '../../domain/accounts/user.ts';
import type { AuthenticatedClient } from '../../domain/clients/authenticate.ts';
import type { Authorization } from '../../domain/issuing/authorization.ts';
import type { OrganizationFacts } from '../../domain/issuing/organizations.ts';
import type { PasswordLogin } from '../../domain/issuing/password-login.ts';
import type { Redemption } from '../../domain/issuing/redeem.ts';
import type { RefreshExchange } from '../../domain/issuing/refresh-exchange.ts';
import type { RefreshFamily } from '../../domain/issuing/refresh-family.ts';
import type { TraceEntry } from '../../domain/logs/event.ts';
import type { Refusal } from '../../oauth/errors.ts';
import type { Ask } from '../../web/exchange.ts';
import type { Params } from '../../web/params.ts';
import type { TokenFacts } from './facts.ts';

/** A refresh token by its family and its number there; `family` if it is alive. */
export interface Member {
  readonly id: string;
  readonly counter: number;
  readonly family?: RefreshFamily;
}

/** A grant's decision. A refusal carries the trace too: it explains as much as a token does. */
export type GrantDecision =
  /** An access token and nothing else: a machine's. */
  | { readonly kind: 'authorized'; readonly authorization: Authorization }
  /** A user's tokens, for a code that is spent in the transaction that issues them. */
  | { readonly kind: 'redeemed'; readonly redemption: Redemption }
  /** A user's tokens, for a password. */
  | { readonly kind: 'logged_in'; readonly login: PasswordLogin }
  /** A user's tokens, for a refresh token that is replaced in the transaction that issues them. */
  | { readonly kind: 'refreshed'; readonly exchange: RefreshExchange }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      readonly trace: readonly TraceEntry[];
      /** The organization that was meant, for the log. */
      readonly organization?: OrganizationFacts;
      /** The user and the API that were meant, for the log. */
      readonly user?: User;
      readonly audience?: string;
      /** A replay: the family of tokens that must be revoked. */
      readonly revoke?: string;
      /** The refresh token that was meant, for the log. */
      readonly member?: Member;
      /** A refresh token that was replaced came back: this must be revoked. */
      readonly reused?: RefreshFamily;
    };

/** The decision of a grant by which machines get tokens as themselves. */
export type MachineDecision = Exclude<GrantDecision, { readonly kind: 'redeemed' | 'logged_in' | 'refreshed' }>;

/** What the decision is about, besides what `load` found. */
export interface GrantContext {
  readonly client: AuthenticatedClient;
  readonly host: Ask['host'];
  readonly issuer: string;
}

export interface Grant<Asked, Found, Decision extends GrantDecision = GrantDecision> {
  /** The `grant_type` that asks for it. */
  readonly type: string;
  /** Log event types of success and failure (auth0-behaviour §40.2). */
  readonly events: { readonly success: string; readonly failure: string };
  /** For log descriptions. */
  readonly about: { readonly success: string; readonly failure: string };
  /** The API that is asked for, as far as the request says, for the log of a refusal. */
  parse(
    params: Params,
  ): { readonly kind: 'asked'; readonly asked: Asked } | { readonly kind: 'refused'; readonly refusal: Refusal };
  /** Gathers what the decision needs; reads only. */
  load(asked: Asked, context: GrantContext, facts: TokenFacts): Promise<Found>;
  /** Pure. */
  decide(asked: Asked, found: Found, context: GrantContext): Decision;
}

/** A grant with its own types closed over, so that grants of all kinds fit one list. */
export interface AnyGrant {
  readonly type: string;
  readonly events: { readonly success: string; readonly failure: string };
  readonly about: { readonly success: string; readonly failure: string };
  /** The three beats in order. Rejects only when the store is away. */
  judge(params: Params, context: GrantContext, facts: TokenFacts): Promise<GrantDecision>;
}

/** Closes a grant over its types. */
export function closed<Asked, Found>(grant: Grant<Asked, Found>): AnyGrant {
  return {
    type: grant.type,
    events: grant.events,
    about: grant.about,
    async judge(params, context, facts) {
      const parsed = grant.parse(params);
      if (parsed.kind === 'refused') return { kind: 'refused', refusal: parsed.refusal, trace: [] };
      return grant.decide(parsed.asked, await grant.load(parsed.asked, context, facts), context);
    },
  };
}
