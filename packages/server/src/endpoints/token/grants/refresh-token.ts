// The refresh token grant (RFC 6749 §6, auth0-behaviour §12): a client goes on without its user. Every binding is checked
// first, and user, permissions and consent are judged as they are now.

import type { User } from '../../../domain/accounts/user.ts';
import { decideUser } from '../../../domain/issuing/decide-user.ts';
import { offlineProblem } from '../../../domain/issuing/offline.ts';
import type { RefreshFamily } from '../../../domain/issuing/refresh-family.ts';
import { endedBecause, type FoundToken, standingOf } from '../../../domain/issuing/refresh-member.ts';
import {
  chooseRefresh,
  policyFor,
  type RefreshTargets,
  type RefreshWish,
} from '../../../domain/issuing/refresh-scopes.ts';
import { isPart } from '../../../domain/issuing/refresh-token.ts';
import type { TraceEntry } from '../../../domain/logs/event.ts';
import { identifierAt, storedIdentifier } from '../../../domain/tenants/system-apis.ts';
import { type Refusal, refuse } from '../../../oauth/errors.ts';
import { parseScope } from '../../../oauth/scope.ts';
import type { Grant, GrantContext, GrantDecision } from '../grant.ts';

export interface Asked {
  readonly refreshToken: string;
  readonly scopes: readonly string[] | undefined;
  readonly audience: string | undefined;
  readonly resource: string | undefined;
}

export interface Found {
  readonly found: FoundToken | undefined;
  /** `undefined` when the token is none, or the user is gone. */
  readonly user: User | undefined;
  readonly targets: RefreshTargets | undefined;
  readonly wish: RefreshWish;
  /** When the request came, in ms. */
  readonly arrived: number;
  /** The tenant's window for clients without a leeway, in seconds. */
  readonly raceWindow: number;
}

const invalid = (because: string) => refuse('invalid_grant', 'Unknown or invalid refresh token.', because);
const gone = (because: string) =>
  refuse('invalid_grant', "The refresh_token was generated for a user who doesn't exist anymore.", because);

function refused(refusal: Refusal, more: Partial<GrantDecision & { kind: 'refused' }> = {}): GrantDecision {
  return { kind: 'refused', refusal, trace: [], ...more };
}

/** A token whose family is not there: revoked, or never was. Only who holds a member of it learns that an account was deleted. */
function judgeGone({ token, ended }: FoundToken, { client }: GrantContext): Refusal {
  if (!ended || !isPart(token.proof, ended.proof_hash)) return invalid('there is no such family');
  if (ended.client_id !== client.clientId)
    return invalid(`the token was issued to client ${ended.client_id}, and ${client.clientId} presented it`);
  const because = `${endedBecause(ended)}; token ${token.counter} was presented, and ${ended.counter} was the last`;
  return ended.why === 'account-deleted' ? gone(because) : invalid(because);
}

/** Whether the token is this client's, at this host. Nothing is revoked for a stranger. */
function judgeBinding({ token }: FoundToken, family: RefreshFamily, context: GrantContext): Refusal | undefined {
  const { client, issuer } = context;
  if (!isPart(token.proof, family.proof_hash)) return invalid('the token has the name of a family and not its proof');
  if (family.client_id !== client.clientId)
    return invalid(`the token was issued to client ${family.client_id}, and ${client.clientId} presented it`);
  if (family.issuer !== issuer)
    return invalid(`the token was issued by ${family.issuer}, and it was presented to ${issuer}`);
  return undefined;
}

/** The decision. Pure; that one token has one successor is held where it is exchanged. */
export function decide(asked: Asked, found: Found, context: GrantContext): GrantDecision {
  const { client, issuer, host } = context;
  if (!found.found) return refused(invalid('the text is no refresh token of this server'));
  const { token, family } = found.found;
  if (!family)
    return refused(judgeGone(found.found, context), { member: { id: token.family, counter: token.counter } });
  const { user, targets, wish } = found;
  const about = {
    ...(user ? { user } : {}),
    ...(family.audience === undefined ? {} : { audience: identifierAt(family.audience, host) }),
    member: { id: family.id, counter: token.counter, family },
  };
  const unbound = judgeBinding(found.found, family, context);
  if (unbound) return refused(unbound, about);
  const seconds = client.refresh.leeway > 0 ? client.refresh.leeway : found.raceWindow;
  const window = { arrived: found.arrived, windowMs: seconds * 1000 };
  const standing = standingOf(family, token, window);
  if (standing.kind === 'reused') return refused(invalid(standing.because), { ...about, reused: family });
  if (standing.kind === 'ended') return refused(invalid(standing.because), about);
  if (!user || !targets) return refused(gone(`user ${family.user_id} does not exist any more`), about);
  if (isSessionTransfer(asked.audience)) {
    const description = 'Session transfer tokens are not offered by this server';
    return refused(refuse('unknown_api', description, 'native to web single sign-on is not built'), about);
  }

  const choice = chooseRefresh(client, family, wish, targets);
  const { target } = choice.facts;
  const audience = target?.kind === 'api' ? target.audience : undefined;
  const request = { scopes: choice.scopes, prompt: [], ...(audience === undefined ? {} : { audience }) };
  const decision = decideUser({ client, request, user, issuer, host }, choice.facts);
  const begun: TraceEntry[] = [
    { rule: 'refresh_token', because: describe(found.found, family, standing.kind) },
    ...choice.trace,
  ];
  if (decision.kind === 'refused') {
    const trace = [...begun, ...decision.trace];
    return refused(refusalNow(decision.refusal, choice.elsewhere), { ...about, trace });
  }
  const trace = [...begun, ...decision.trace];
  if (decision.consent.kind === 'needed') {
    const lacking = decision.consent.scopes.join(' ') || 'this client';
    return refused(invalid(`the user's consent is missing: ${lacking}`), { ...about, trace });
  }
  const offline = choice.elsewhere || !target ? undefined : offlineProblem({ client, target });
  if (offline !== undefined)
    return refused(invalid(`refresh tokens are not allowed any more: ${offline}`), { ...about, trace });
  return {
    kind: 'refreshed',
    exchange: { token, family, client, user, decision: { ...decision, trace }, window },
  };
}

/** The client can only begin anew, except where it asked for another API than that of the login: then its token is still good. */
function refusalNow(refusal: Refusal, elsewhere: boolean): Refusal {
  if (refusal.kind === 'user_denied') return refuse('invalid_grant', refusal.description, refusal.because);
  return elsewhere ? refusal : invalid(`since the login: ${refusal.because}`);
}

/** A normal token in its place would travel in an address (auth0-behaviour RT-26). */
function isSessionTransfer(audience: string | undefined): boolean {
  return audience !== undefined && /^urn:.+:session_transfer$/.test(audience);
}

function describe({ token }: FoundToken, family: RefreshFamily, standing: 'current' | 'repeated' | 'unknown'): string {
  const session = family.session_id === undefined ? '' : ` of session ${family.session_id}`;
  const again = standing === 'repeated' ? ', which was replaced a moment ago: the same successor again' : '';
  return `refresh token ${token.counter} of family ${family.id}${session}${again}`;
}

export const refreshToken: Grant<Asked, Found> = {
  type: 'refresh_token',
  events: { success: 'sertft', failure: 'fertft' },
  about: {
    success: 'Successful exchange of Refresh Token for Access Token',
    failure: 'Failed exchange of Refresh Token for Access Token',
  },
  parse(params) {
    const text = (name: string) => params.get(name) || undefined;
    const presented = text('refresh_token');
    if (presented === undefined)
      return { kind: 'refused', refusal: refuse('malformed', 'Missing required parameter: refresh_token') };
    const scope = text('scope');
    const scopes = scope === undefined ? undefined : parseScope(scope);
    if (scope !== undefined && !scopes)
      return { kind: 'refused', refusal: refuse('bad_scope', 'Scope must consist of printable characters') };
    return {
      kind: 'asked',
      asked: { refreshToken: presented, scopes, audience: text('audience'), resource: text('resource') },
    };
  },
  async load(asked, { client, host }, facts) {
    const found = await facts.refreshToken(asked.refreshToken);
    const family = found?.family;
    const user = family && (await facts.user(family.user_id));
    const { audience, resource } = asked;
    const named =
      audience === undefined && resource === undefined ? undefined : await facts.audience(audience, resource);
    // The tenant's default is for logins that name no API; this one was named by the login.
    const wanted = named === undefined || named.from === 'default_audience' ? undefined : named.value;
    const wish = { scopes: asked.scopes, audience: wanted === undefined ? undefined : storedIdentifier(wanted, host) };
    const at = (identifier: string | undefined) =>
      user && facts.userFacts(client, user, identifier === undefined ? undefined : identifierAt(identifier, host));
    const [original, other] = await Promise.all([
      family && at(family.audience),
      family && policyFor(client, family, wish.audience) ? at(wish.audience) : undefined,
    ]);
    return { found, user, targets: original && { original, other }, wish, ...facts.refreshWindow };
  },
  decide,
};
