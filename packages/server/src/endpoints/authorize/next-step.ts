// What happens next in a login: refuse it, ask the user for something, or issue. One pure function over everything that is
// known, asked anew at /authorize and after every page (auth0-behaviour §4.4 to §4.6, §6, §7). The first row that has an
// answer gives it; when none has, there is nothing left to ask and the response is issued.

import { withConsent } from '../../domain/issuing/decide-user.ts';
import type { GrantedToUser, UserDecision } from '../../domain/issuing/user-authorization.ts';
import type { TraceEntry } from '../../domain/logs/event.ts';
import type { PendingAuthorization } from '../../domain/pending/pending.ts';
import type { PageName } from '../../domain/pending/steps.ts';
import { type AuthorizationRefusal, refuseAuthorization } from '../../oauth/authorization-error.ts';
import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import { type AnswerDialect, errorCode } from '../../web/answers.ts';

/** Everything that is known of a login at one moment. Times in ms. */
export interface Standing {
  readonly now: number;
  readonly dialect: AnswerDialect;
  readonly request: AuthorizationRequest;
  /** The client ignores sessions that exist. */
  readonly ssoDisabled: boolean;
  /** The redirect URI is one that other programs can claim, and nobody switched the question about it off (§7.4). */
  readonly confirmsCallback: boolean;
  /** Names of the connections that the client may use. */
  readonly connections: ReadonlySet<string>;
  /** The living session of the browser. */
  readonly session:
    | {
        readonly id: string;
        readonly user_id: string;
        readonly connection: string;
        readonly authenticatedAt: number;
      }
    | undefined;
  /** What the client may have on behalf of the session's user; `undefined` when nobody is signed in or the user is gone. */
  readonly decision: UserDecision | undefined;
  /** What the pages of this login have proved so far. */
  readonly proved: Pick<PendingAuthorization, 'login' | 'consent' | 'confirmed' | 'selected' | 'interacted'>;
}

export type NextStep =
  | { readonly kind: 'refuse'; readonly refusal: AuthorizationRefusal; readonly trace: readonly TraceEntry[] }
  | { readonly kind: 'ask'; readonly page: PageName; readonly because: string }
  | { readonly kind: 'issue'; readonly decision: GrantedToUser };

type Row = (standing: Standing) => NextStep | undefined;

/** The order of the questions. Who it is comes first: nothing is said about a user who did not prove to be there. */
const rows: readonly Row[] = [signIn, selectAccount, hintedUser, decide, consent, confirmCallback];

/** Decides the next step. Never asks with `prompt=none`, and never issues what a row still has to ask about. */
export function nextStep(standing: Standing): NextStep {
  for (const row of rows) {
    const step = row(standing);
    if (step) return step;
  }
  const granted = settled(standing);
  if (!granted || granted.consent.kind === 'needed') throw new Error('a login without a decision reached its end');
  return { kind: 'issue', decision: granted };
}

const isSilent = ({ request }: Standing) => request.prompt.includes('none');

function refused(refusal: AuthorizationRefusal, trace: readonly TraceEntry[] = []): NextStep {
  return { kind: 'refuse', refusal, trace };
}

/** Shows a page, or says why it would be needed when no page may be shown (§6). */
function ask(standing: Standing, page: PageName, because: string): NextStep {
  if (!isSilent(standing)) return { kind: 'ask', page, because };
  switch (page) {
    case 'login':
    case 'signup':
      return refused(refuseAuthorization('login_required', 'Login required', because));
    case 'consent':
      return refused(refuseAuthorization('consent_required', 'Consent required', because));
    case 'confirm':
    case 'select_account':
      return refused(refuseAuthorization('interaction_required', 'Interaction required', because));
  }
}

/** Whether the user proved who it is in this very login, and is the one whose session the browser still has. */
function isFresh({ session, proved: { login } }: Standing): boolean {
  return login?.fresh === true && login.session_id === session?.id && login.user_id === session?.user_id;
}

/** Why there is nobody to go on with, or why the session does not count for this request (§4.4, row 2). */
function unusable(standing: Standing): string | undefined {
  const { session, request, decision, connections, now } = standing;
  if (!session) return 'nobody is signed in in this browser, or the session has ended';
  if (!decision) return 'the user of the session does not exist any more';
  if (!connections.has(session.connection))
    return `the session is of connection ${session.connection}, which is not enabled for the client`;
  if (request.connection !== undefined && request.connection !== session.connection)
    return `the request is for connection ${request.connection}, the session is of ${session.connection}`;
  if (isFresh(standing)) return undefined;
  if (request.prompt.includes('login')) return 'the request asks for a new login (prompt=login)';
  if (request.prompt.includes('create')) return 'the request asks for a new account (prompt=create)';
  if (standing.ssoDisabled) return 'the client ignores sessions (sso_disabled)';
  const age = now - session.authenticatedAt;
  if (request.max_age !== undefined && !(age <= request.max_age * 1000))
    return `the user signed in ${Math.floor(age / 1000)} s ago, and the request allows ${request.max_age} s (max_age)`;
  if (request.hinted_user !== undefined && request.hinted_user !== session.user_id)
    return 'somebody else is signed in than id_token_hint is about';
  return undefined;
}

function signIn(standing: Standing): NextStep | undefined {
  const because = unusable(standing);
  if (because === undefined) return undefined;
  const { request } = standing;
  const signup = request.prompt.includes('create') || request.screen_hint === 'signup';
  return ask(standing, signup ? 'signup' : 'login', because);
}

function selectAccount(standing: Standing): NextStep | undefined {
  const { request, proved, session } = standing;
  if (!request.prompt.includes('select_account') || isFresh(standing)) return undefined;
  if (proved.selected !== undefined && proved.selected === session?.user_id) return undefined;
  return ask(standing, 'select_account', 'the request asks which account to use (prompt=select_account)');
}

/** Only after a login in this request: an older session of somebody else was passed over before (OpenID Connect Core §3.1.2.1). */
function hintedUser({ request, session }: Standing): NextStep | undefined {
  if (request.hinted_user === undefined || request.hinted_user === session?.user_id) return undefined;
  return refused(
    refuseAuthorization('login_required', 'Login required', 'somebody else signed in than id_token_hint is about'),
  );
}

/** Whether this user may have anything for this client at all: blocked users, policies of the API, client grants. */
function decide({ decision, dialect }: Standing): NextStep | undefined {
  if (decision?.kind !== 'refused') return undefined;
  const { refusal, trace } = decision;
  // Auth0 has a code of its own for a user who is blocked; OpenID Connect does not know it.
  const blocked = refusal.kind === 'user_denied' && dialect === 'auth0';
  const error = blocked ? 'unauthorized' : errorCode(refusal, dialect);
  return refused({ error, description: refusal.description, because: refusal.because }, trace);
}

/** The answer on the consent page, if it is that of the user who is signed in by now. */
function answered({ proved, session }: Standing): PendingAuthorization['consent'] {
  return proved.consent?.user_id === session?.user_id ? proved.consent : undefined;
}

/** The decision with the consent that was given in this login. */
function settled(standing: Standing): GrantedToUser | undefined {
  const { decision } = standing;
  if (decision?.kind !== 'granted') return undefined;
  const answer = answered(standing);
  return answer?.given ? withConsent(decision, answer.scopes) : decision;
}

const declined = (because: string) =>
  refuseAuthorization('access_denied', 'User did not authorize the request', because);

function consent(standing: Standing): NextStep | undefined {
  const decision = settled(standing);
  if (answered(standing)?.given === false)
    return refused(declined('the user declined on the consent page'), decision?.trace);
  if (decision?.consent.kind !== 'needed') return undefined;
  return ask(
    standing,
    'consent',
    decision.trace.find(({ rule }) => rule === 'consent')?.because ?? 'consent is needed',
  );
}

/** Asked only if no other page was shown in this login: a pure single sign-on hit (CNF-2). */
function confirmCallback(standing: Standing): NextStep | undefined {
  const { proved, session } = standing;
  if (!standing.confirmsCallback || proved.confirmed === true) return undefined;
  if (proved.confirmed === false)
    return refused(declined('the user did not confirm the callback'), settled(standing)?.trace);
  // Pages that another user saw in this login don't count.
  if (isFresh(standing) || answered(standing) || (session && proved.selected === session.user_id)) return undefined;
  return ask(
    standing,
    'confirm',
    'the redirect URI is a loopback address or a custom scheme, which other programs can claim too; skip_non_verifiable_callback_uri_confirmation_prompt switches the question off',
  );
}
