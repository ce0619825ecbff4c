// What a step of a login is: it gathers what it needs, judges, and says what should happen. Showing a page, writing down
// what was proved, cookies, CSRF and answers belong to the endpoint, so that no step can forget them.

import type { UserDraft } from '../../domain/accounts/create.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { ConnectionFacts } from '../../domain/connections/facts.ts';
import type { UserDecision } from '../../domain/issuing/user-authorization.ts';
import type { Judged, PasswordDoor, Right } from '../../domain/limits/password-door.ts';
import type { PendingAuthorization } from '../../domain/pending/pending.ts';
import type { PageName } from '../../domain/pending/steps.ts';
import type { TenantSettings } from '../../domain/tenants/settings.ts';
import type { Place, Shown } from '../../web/form.ts';
import type { Params } from '../../web/params.ts';

/** A request to a page of a login, after everything that holds for all of them was checked. */
export interface StepAsk {
  readonly place: Place;
  readonly pending: PendingAuthorization;
  readonly client: ClientFacts;
  readonly settings: TenantSettings;
  /** Who is logged in in this browser; `undefined` if nobody. */
  readonly user: User | undefined;
  /** The pages of this login. */
  readonly pages: Readonly<Record<PageName, string>>;
  /** Where a new password can be asked for. */
  readonly forgot: string;
  /** The fields of the form; `undefined` when the page is only looked at. Its CSRF token was right. */
  readonly fields: Params | undefined;
}

/** What steps may ask. Reads and hashes; writes nothing. Each may throw StoreUnavailable. */
export interface Sources {
  /** Connections of the client, the default first. */
  connections(): Promise<readonly ConnectionFacts[]>;
  /** Whether people say first who they are, and prove it on a second page. */
  identifierFirst(): Promise<boolean>;
  /** Whose the identifier is, and whether the password is theirs; as slow for nobody. The door may be closed. */
  verify(connection: ConnectionFacts, identifier: string, password: string): Promise<Judged>;
  /** Takes one of the sign-ups that the browser's address may make. */
  enterSignup(): ReturnType<PasswordDoor['signup']>;
  hash(password: string): Promise<string>;
  /** What the client may have on behalf of the user, and whether the user must be asked. */
  decision(user: User): Promise<UserDecision>;
}

/** What a step proved, to be written down in one transaction. */
export type Proof =
  | { readonly kind: 'login'; readonly right: Right }
  | { readonly kind: 'signup'; readonly draft: UserDraft }
  /** About these scopes, and no others. */
  | { readonly kind: 'consent'; readonly user: User; readonly given: boolean; readonly scopes: readonly string[] }
  | { readonly kind: 'confirmed'; readonly confirmed: boolean }
  | { readonly kind: 'selected'; readonly user: User };

/** Why a proof could not be written down, although the step found it good. */
export type Lost = 'email' | 'username' | 'phone_number' | 'user';

/** For the tenant's log (auth0-behaviour §40.2). Never a password. */
export interface StepEvent {
  readonly type: 'f' | 'fp' | 'fu' | 'fs' | 'ss';
  readonly description: string;
  readonly because: string;
  readonly connection?: string | undefined;
  readonly user_id?: string | undefined;
  readonly user_name?: string | undefined;
}

export type Show = {
  readonly kind: 'show';
  readonly shown: Shown;
  /** 200 to look at it, 400 when the form is to be sent again, 429 when not before `retryAfter` seconds. */
  readonly status: 200 | 400 | 403 | 429;
  readonly retryAfter?: number;
  readonly event?: StepEvent;
};

export type StepDecision =
  | Show
  | {
      readonly kind: 'proved';
      readonly proof: Proof;
      readonly event?: StepEvent;
      /** The page when it could not be written down. */
      readonly lost: (why: Lost) => Show;
    }
  /** Nothing to do on this page: the flow knows where to go. */
  | { readonly kind: 'resume' }
  | { readonly kind: 'page'; readonly page: PageName; readonly event?: StepEvent }
  /** No connection lets this client log anybody in. */
  | { readonly kind: 'unavailable' };

export interface Step<Facts> {
  readonly name: PageName;
  readonly load: (ask: StepAsk, sources: Sources) => Promise<Facts>;
  /** Pure. */
  readonly decide: (ask: StepAsk, facts: Facts) => StepDecision;
}

/** A step in the list, whatever its facts are. */
export interface AnyStep {
  readonly name: PageName;
  readonly judge: (ask: StepAsk, sources: Sources) => Promise<StepDecision>;
}

/** A step for the list: loads, then decides. */
export function step<Facts>(declared: Step<Facts>): AnyStep {
  return {
    name: declared.name,
    judge: async (ask, sources) => declared.decide(ask, await declared.load(ask, sources)),
  };
}

/** The connection of a login: the one that the request names, else the client's default. */
export function connectionFor(
  pending: PendingAuthorization,
  connections: readonly ConnectionFacts[],
): ConnectionFacts | undefined {
  const { connection } = pending.request;
  return connection === undefined ? connections[0] : connections.find(({ name }) => name === connection);
}
