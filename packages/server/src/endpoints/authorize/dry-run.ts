// A login without its pages and without its commit beat: the request is judged, the user decided about and the next step asked for
// as /authorize does it, with a user who has just signed in and agrees to what consent is asked for.

import { hash, randomBytes } from 'node:crypto';
import { connectionsOf } from '../../domain/connections/find.ts';
import {
  codeContent,
  type ResponseAsk,
  responseMinting,
  responseParams,
} from '../../domain/issuing/authorization-response.ts';
import type { AuthorizationCode } from '../../domain/issuing/codes.ts';
import { decideUser } from '../../domain/issuing/decide-user.ts';
import { type DryConsent, type DryRun, type DryRunAsk, dryUserTokens, staged } from '../../domain/issuing/dry-run.ts';
import type { GrantedToUser } from '../../domain/issuing/user-authorization.ts';
import { loadUserFacts } from '../../domain/issuing/user-facts.ts';
import type { TraceEntry } from '../../domain/logs/event.ts';
import { settingsOf } from '../../domain/tenants/settings.ts';
import { type AuthorizationRefusal, refuseAuthorization } from '../../oauth/authorization-error.ts';
import type { AuthorizationRequest } from '../../oauth/authorization-request.ts';
import type { AuthorizeDeps } from './endpoint.ts';
import { factsOf } from './load.ts';
import { type NextStep, nextStep, type Standing } from './next-step.ts';
import { judgeRequest } from './request.ts';
import { bringsTokens, readRequest, wordsOf } from './target.ts';

export interface AuthorizeDryRunDeps extends Pick<AuthorizeDeps, 'database' | 'snapshot' | 'keyring' | 'now'> {
  /** What the code of the login would buy: the token endpoint's own dry run. */
  readonly redeem: (
    ask: DryRunAsk,
    login: {
      readonly content: AuthorizationCode;
      readonly verifier: string;
      readonly consented: readonly string[] | undefined;
    },
  ) => Promise<DryRun>;
}

/** What is sent where a client without callbacks would have to register one first. */
const noCallback = 'https://client.invalid/callback';

/** The dry run of a login. Writes nothing, signs nothing, spends nothing. @throws StoreUnavailable */
export function createAuthorizeDryRun(deps: AuthorizeDryRunDeps): (ask: DryRunAsk) => Promise<DryRun> {
  return async (ask) => {
    const { client, user, tenant, now, host, issuer } = ask;
    if (!user) throw new Error('a login is of a user');
    if (client.builtIn)
      return refused(refuseAuthorization('invalid_request', `Unknown client: ${client.clientId}`), []);
    const settings = await settingsOf(deps.database, deps.snapshot, tenant);
    const dialect = client.answerDialect ?? settings.answer_dialect ?? 'auth0';
    const { read, verifier } = completed(ask);
    if (read.kind === 'malformed') return refused(refuseAuthorization('invalid_request', read.description), []);
    const { params } = read;
    const words = wordsOf(params.get('response_type'));
    const target = {
      redirect: params.get('redirect_uri') ?? noCallback,
      redirectSent: true,
      mode: bringsTokens(words) ? 'fragment' : 'query',
      state: undefined,
    } as const;
    const verdict = judgeRequest(params, client, target, await factsOf(deps, ask, params, client, settings, dialect));
    if (verdict.kind === 'refused') return refused(verdict.refusal, []);

    const { request } = verdict;
    const facts = await loadUserFacts(deps, tenant, { client, request, user, host });
    const usable = await connectionsOf(deps.database, deps.snapshot, tenant, client);
    const session = { id: 'dry run', user_id: user.user_id, connection: user.connection, authenticatedAt: now };
    const login = { user_id: user.user_id, session_id: session.id, authenticated_at: now, fresh: true };
    const standing: Standing = {
      now,
      dialect,
      request,
      ssoDisabled: client.authorization.ssoDisabled,
      confirmsCallback: false,
      connections: new Set(usable.map(({ name }) => name)),
      session,
      decision: decideUser({ client, request, user, issuer, host }, facts),
      proved: { login },
    };
    const { step, consent } = agreeing(standing);
    switch (step.kind) {
      case 'refuse':
        return { ...refused(step.refusal, step.trace), ...(consent ? { consent } : {}) };
      case 'ask':
        return refused(cannotSignIn(step.because), []);
      case 'issue': {
        const { decision } = step;
        const issuing = { tenant, client, request, user, session, authenticatedAt: now, decision };
        const run = await issue(deps, ask, issuing, verifier, consent);
        return { ...run, consent: consent ?? settledConsent(decision) };
      }
    }
  };
}

/** The request as a client that does everything right would send it, read as it would arrive: what the ask leaves open is filled in. */
function completed({ params: asked, client }: DryRunAsk) {
  const words = wordsOf(asked.get('response_type'));
  const verifier = randomBytes(32).toString('base64url');
  const params = new Map([...asked, ['client_id', client.clientId]]);
  params.set('redirect_uri', client.callbacks.find((callback) => !callback.includes('*')) ?? noCallback);
  if (words.includes('id_token')) params.set('nonce', '(nonce of the request)');
  if (words.includes('code')) {
    params.set('code_challenge', hash('sha256', verifier, 'base64url'));
    params.set('code_challenge_method', 'S256');
  }
  const query = String(new URLSearchParams([...params]));
  return { read: readRequest({ method: 'GET', query, body: Buffer.alloc(0), headers: {} }), verifier };
}

/** The next step, and the one after the user has agreed if it is asked for consent. */
function agreeing(standing: Standing): { readonly step: NextStep; readonly consent?: DryConsent } {
  const step = nextStep(standing);
  const { decision, proved, session } = standing;
  if (step.kind !== 'ask' || step.page !== 'consent' || decision?.kind !== 'granted' || !session) return { step };
  if (decision.consent.kind !== 'needed') return { step };
  const { scopes } = decision.consent;
  const agreed = { given: true, scopes, user_id: session.user_id };
  return {
    step: nextStep({ ...standing, proved: { ...proved, consent: agreed } }),
    consent: { needed: true, because: step.because, scopes },
  };
}

function settledConsent({ trace }: GrantedToUser): DryConsent {
  return { needed: false, because: trace.find(({ rule }) => rule === 'consent')?.because ?? '', scopes: [] };
}

async function issue(
  deps: AuthorizeDryRunDeps,
  ask: DryRunAsk,
  issuing: ResponseAsk,
  verifier: string,
  consent: DryConsent | undefined,
): Promise<DryRun> {
  const { request, decision } = issuing;
  const code = request.response_type.includes('code') ? 'dry run' : undefined;
  const tokens = await dryUserTokens(deps.keyring, responseMinting(issuing, code), ask.now);
  const trace = staged('authorize', decision.trace);
  if (code === undefined) {
    return {
      kind: 'issued',
      requested: request.scopes,
      granted: decision.scopes,
      tokens,
      response: responseParams(issuing, undefined, tokens.standIn),
      trace,
    };
  }
  const consented = consent?.scopes;
  const bought = await deps.redeem(ask, { content: codeContent(issuing), verifier, consented });
  const frontChannel = isHybrid(request) ? { frontChannel: tokens } : {};
  return { ...bought, ...(bought.kind === 'issued' ? frontChannel : {}), trace: [...trace, ...bought.trace] };
}

function isHybrid({ response_type }: AuthorizationRequest): boolean {
  return response_type.length > 1 && response_type.includes('code');
}

function cannotSignIn(because: string): AuthorizationRefusal {
  return refuseAuthorization('login_required', 'The user cannot sign in to this client', because);
}

function refused(refusal: AuthorizationRefusal, trace: readonly TraceEntry[]): DryRun {
  const { error, description, because } = refusal;
  return {
    kind: 'refused',
    refusal: { error, description, because },
    trace: staged('authorize', [...trace, { rule: error, because }]),
  };
}
