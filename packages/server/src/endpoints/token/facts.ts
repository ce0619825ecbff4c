// What grants may look up while they load, bound to the tenant and host of the request.

import type { User } from '../../domain/accounts/user.ts';
import type { ClientFacts } from '../../domain/clients/facts.ts';
import type { ConnectionFacts } from '../../domain/connections/facts.ts';
import type { ApiFacts, GrantFacts } from '../../domain/issuing/api-facts.ts';
import type { AudienceVerdict } from '../../domain/issuing/audience.ts';
import type { FoundCode } from '../../domain/issuing/codes.ts';
import type { FoundToken } from '../../domain/issuing/refresh-member.ts';
import type { UserFacts } from '../../domain/issuing/user-authorization.ts';
import type { Judged } from '../../domain/limits/password-door.ts';
import type { OrganizationLookups } from './organization.ts';

/** Where a password may be looked for, by a name that the request or the tenant gives. */
export type Realm =
  | { readonly kind: 'usable'; readonly connection: ConnectionFacts }
  /** It is no directory of passwords; or the client may not use it, which is not told. */
  | { readonly kind: 'unsupported' | 'hidden'; readonly because: string };

export interface TokenFacts extends OrganizationLookups {
  /** Resolves the audience: `audience`, then `resource` where the tenant lets it, then the tenant's default (§23.1). */
  audience(
    audience: string | undefined,
    resource: string | undefined,
  ): Promise<{ readonly value: string; readonly from: 'audience' | 'resource' | 'default_audience' } | undefined>;
  /** The API with this identifier as sent on the wire. */
  api(identifier: string): Promise<ApiFacts | undefined>;
  machineGrant(client: ClientFacts, api: ApiFacts): Promise<GrantFacts | undefined>;
  /** An authorization code as it stands; looking does not spend it. */
  code(code: string): Promise<FoundCode | undefined>;
  /** Name of the connection of the `password` grant; `undefined` if the tenant has none. */
  readonly defaultDirectory: string | undefined;
  /** The connection of this name. `undefined`: there is none. */
  realm(client: ClientFacts, name: string): Promise<Realm | undefined>;
  /** What the tokens of a user would be for, and whether the client may have them. */
  target(client: ClientFacts, audience: string | undefined, resource: string | undefined): Promise<AudienceVerdict>;
  /** Whose the identifier is, and whether the password is theirs. The one look-up that counts: each costs an attempt. */
  password(client: ClientFacts, connection: ConnectionFacts, username: string, password: string): Promise<Judged>;
  /** A refresh token as it is known; looking does not use it. `undefined`: the text is none of ours. */
  refreshToken(text: string): Promise<FoundToken | undefined>;
  /** When the request came (ms), and for how many seconds a replaced refresh token brings its successor again. */
  readonly refreshWindow: { readonly arrived: number; readonly raceWindow: number };
  user(userId: string): Promise<User | undefined>;
  /** Whether a session has not ended, and is this user's. */
  sessionAlive(sessionId: string, userId: string): Promise<boolean>;
  /** What a user's tokens depend on, as it is now. No audience means /userinfo. */
  userFacts(client: ClientFacts, user: User, audience: string | undefined): Promise<UserFacts>;
  /** For explanations only. */
  similarIdentifiers(identifier: string): Promise<readonly string[]>;
}
