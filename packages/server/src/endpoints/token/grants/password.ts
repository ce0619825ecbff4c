// The password grants (RFC 6749 §4.3, auth0-behaviour §13): a first-party client that holds a user's password gets the user's
// tokens. `password` logs in at the tenant's default directory, `password-realm` at the connection that the request names.

import type { AudienceVerdict } from '../../../domain/issuing/audience.ts';
import { decideUser } from '../../../domain/issuing/decide-user.ts';
import { passwordScopes } from '../../../domain/issuing/password-scopes.ts';
import type { UserFacts } from '../../../domain/issuing/user-authorization.ts';
import type { Judged, Refused } from '../../../domain/limits/password-door.ts';
import type { TraceEntry } from '../../../domain/logs/event.ts';
import { type Refusal, refuse } from '../../../oauth/errors.ts';
import { parseScope } from '../../../oauth/scope.ts';
import { printable } from '../../../web/params.ts';
import type { Realm } from '../facts.ts';
import { closed, type Grant, type GrantContext, type GrantDecision } from '../grant.ts';

export interface Asked {
  readonly username: string;
  readonly password: string;
  /** `undefined`: the tenant's default directory. */
  readonly realm: string | undefined;
  readonly audience: string | undefined;
  readonly resource: string | undefined;
  readonly scopes: readonly string[];
}

export interface Found {
  /** Where the user is looked for. */
  readonly realm: Realm | undefined;
  readonly target: AudienceVerdict | undefined;
  /** Asked only when nothing else is in the way. */
  readonly judged: Judged | undefined;
  readonly facts: UserFacts | undefined;
}

type Refusing = GrantDecision & { readonly kind: 'refused' };
const refused = (refusal: Refusal, about: Partial<Refusing> = {}): Refusing => ({
  kind: 'refused',
  refusal,
  trace: [],
  ...about,
});

/** What is wrong with the client, before anybody's password is looked at. */
function judgeClient({ client }: GrantContext, type: string): Refusal | undefined {
  if (!client.firstParty) {
    return refuse(
      'grant_not_allowed',
      `Grant type '${type}' not allowed for the client.`,
      'the client belongs to somebody else: no third party may ask people for their passwords',
    );
  }
  if (client.authorization.organizationUsage !== 'require') return undefined;
  return refuse(
    'policy',
    'parameter organization is required for this client',
    "the client's organization_usage is require, and passwords cannot be exchanged within an organization (ORG-3)",
  );
}

/** What is wrong with where the user is looked for. */
function judgeRealm({ realm: name }: Asked, realm: Realm | undefined): Refusal | undefined {
  if (realm?.kind === 'usable') return undefined;
  if (name === undefined) {
    const because =
      realm === undefined
        ? "the tenant's default_directory is empty; set it with PATCH /api/v2/tenants/settings, or name a realm"
        : `the tenant's default_directory cannot be used: ${realm.because}`;
    return refuse('no_directory', 'Authorization server not configured with default connection.', because);
  }
  if (realm?.kind === 'unsupported')
    return refuse('malformed', 'specified strategy does not support requested operation', realm.because);
  const because = realm?.because ?? 'no connection has this name';
  return refuse('malformed', `Unknown realm ${printable(name)}.`, because);
}

const accountClosed =
  "Your account has been blocked after multiple consecutive login attempts. We've sent you a notification via your preferred contact method with instructions on how to unblock it.";
const addressClosed =
  'We have detected suspicious login behavior and further attempts will be blocked. Please contact the administrator.';

/** The door is closed, for an account as for one that nobody has. */
function closedRefusal({ why, seconds }: Refused): Refusal {
  const told = {
    account: [accountClosed, 'too many failed logins; lift it with DELETE /api/v2/user-blocks/{id}'],
    address: [
      addressClosed,
      'too many failed logins from this address; lift it with DELETE /api/v2/anomaly/blocks/ips/{ip}',
    ],
    pace: ['Too many logins of this user from this address', 'more than 20 logins a minute of one user at one address'],
  } as const;
  const [description, because] = told[why];
  const refusal = refuse(why === 'pace' ? 'too_many_logins' : 'too_many_attempts', description, because);
  return { ...refusal, headers: { 'retry-after': String(seconds) } };
}

function decideFor(type: string) {
  return (asked: Asked, found: Found, context: GrantContext): GrantDecision => {
    const { judged, facts, target } = found;
    const early = judgeClient(context, type) ?? judgeRealm(asked, found.realm);
    if (early) return refused(early);
    if (target?.kind === 'refused')
      return refused(target.refusal, asked.audience === undefined ? {} : { audience: asked.audience });
    const audience = target?.kind === 'api' ? target.audience : undefined;
    const about = { ...(judged?.user ? { user: judged.user } : {}), ...(audience === undefined ? {} : { audience }) };
    if (judged?.kind === 'closed') return refused(closedRefusal(judged), about);
    if (judged?.kind !== 'right' || !facts) {
      const known = judged?.user && (judged.kind === 'right' || judged.hasPassword);
      const because = known
        ? 'the password is not that of the user'
        : judged?.user
          ? 'the user has no password'
          : 'no user of the connection has this identifier';
      return refused(refuse('invalid_grant', 'Wrong email or password.', because), about);
    }
    const { user } = judged;
    if (user.blocked === true) {
      const because = 'the password was right, but the user is blocked; unblock with PATCH /api/v2/users/{id}';
      return refused(refuse('blocked_user', 'user is blocked', because), about);
    }
    const api = target?.kind === 'api' ? target.api : undefined;
    const { scopes, trace } = passwordScopes(asked.scopes, api);
    const request = { scopes, prompt: [], ...(audience === undefined ? {} : { audience }) };
    const decision = decideUser({ ...context, request, user }, facts);
    if (decision.kind === 'refused') return refused(decision.refusal, { ...about, trace: decision.trace });
    const withoutConsent: TraceEntry = { rule: 'consent', because: 'whoever says the password is not asked (PW-7)' };
    const rest = decision.trace.filter(({ rule }) => rule !== 'consent');
    return {
      kind: 'logged_in',
      login: {
        right: judged,
        client: context.client,
        decision: { ...decision, consent: { kind: 'skipped' }, trace: [...trace, withoutConsent, ...rest] },
      },
    };
  };
}

function grant(type: string, realm: 'default' | 'named'): Grant<Asked, Found> {
  return {
    type,
    events: { success: 'sepft', failure: 'fepft' },
    about: {
      success: 'Successful exchange of Password for Access Token',
      failure: 'Failed exchange of Password for Access Token',
    },
    parse(params) {
      const text = (name: string) => params.get(name) || undefined;
      const missing = (realm === 'named' ? ['username', 'password', 'realm'] : ['username', 'password']).find(
        (name) => text(name) === undefined,
      );
      if (missing !== undefined)
        return { kind: 'refused', refusal: refuse('malformed', `Missing required parameter: ${missing}`) };
      const scopes = parseScope(params.get('scope') ?? '');
      if (!scopes)
        return { kind: 'refused', refusal: refuse('bad_scope', 'Scope has characters that are not allowed') };
      return {
        kind: 'asked',
        asked: {
          // A space before or after comes from copying; a password keeps its own.
          username: params.get('username')?.trim() ?? '',
          password: params.get('password') ?? '',
          realm: realm === 'named' ? text('realm') : undefined,
          audience: text('audience'),
          resource: text('resource'),
          scopes,
        },
      };
    },
    async load(asked, context, facts) {
      const { client } = context;
      const nothing = { realm: undefined, target: undefined, judged: undefined, facts: undefined };
      if (judgeClient(context, type)) return nothing;
      const place = asked.realm ?? facts.defaultDirectory;
      const found = { ...nothing, realm: place === undefined ? undefined : await facts.realm(client, place) };
      if (found.realm?.kind !== 'usable') return found;
      const target = await facts.target(client, asked.audience, asked.resource);
      if (target.kind === 'refused') return { ...found, target };
      const judged = await facts.password(client, found.realm.connection, asked.username, asked.password);
      const audience = target.kind === 'api' ? target.audience : undefined;
      const userFacts = judged.kind === 'right' ? await facts.userFacts(client, judged.user, audience) : undefined;
      return { ...found, target, judged, facts: userFacts };
    },
    decide: decideFor(type),
  };
}

export const password = closed(grant('password', 'default'));
export const passwordRealm = closed(grant('http://auth0.com/oauth/grant-type/password-realm', 'named'));
