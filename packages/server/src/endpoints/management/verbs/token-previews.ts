// Our addition: `POST /api/v2/tokens/preview`, the dry run of a grant for a client, a user, an API and scopes. The endpoints that
// issue run dry themselves and are handed in; here the question is read and the answer put together.

import { findUser } from '../../../domain/accounts/find.ts';
import { findClient } from '../../../domain/clients/find.ts';
import {
  type DryRun,
  type DryRunAsk,
  drawnClaims,
  drawnLater,
  scopeVerdicts,
} from '../../../domain/issuing/dry-run.ts';
import { clients, type TokenPreview, type TokenPreviewAsk, tokenPreviewAsk, users } from '../../../resources/index.ts';
import { readDraft } from '../../../schema/validate.ts';
import { type Ask, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { badBody, type Refused, refused, uncached } from '../problem.ts';
import { isRefused, readQuery } from '../query.ts';

/** The dry runs, as the server hands them over. Each rejects with StoreUnavailable when the store is away. */
export interface DryRuns {
  readonly machine: (ask: DryRunAsk) => Promise<DryRun>;
  readonly login: (ask: DryRunAsk) => Promise<DryRun>;
  /** What /userinfo would answer to the access token of a run. */
  readonly userinfo: (ask: DryRunAsk, run: DryRun) => Promise<NonNullable<TokenPreview['userinfo']>>;
}

/** The route of `/api/v2/tokens/preview`; none where the program talks to itself. */
export function tokenPreviewRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const { dryRuns } = deps;
  if (!dryRuns) return [];

  const preview: Act = async (ask) => {
    const query = readQuery(ask.query, []);
    if (isRefused(query)) return query;
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const read = readDraft(tokenPreviewAsk, body.value);
    if (read.kind === 'invalid') return badBody(read.message);
    const asked = read.value;
    const misfit = judgeAsk(asked);
    if (misfit) return misfit;

    const [client, user] = await Promise.all([
      findClient(deps.database, deps.snapshot, ask.tenant, asked.client_id, ask.host),
      asked.user_id === undefined ? undefined : findUser(deps.database.store(ask.tenant), asked.user_id),
    ]);
    if (!client) return refused(404, clients.errors.missing.message, clients.errors.missing.errorCode);
    if (asked.user_id !== undefined && !user)
      return refused(404, users.errors.missing.message, users.errors.missing.errorCode);
    const { tenant, host, issuer } = ask;
    const dry: DryRunAsk = { tenant, host, issuer, now: deps.now(), client, user, params: paramsOf(asked) };
    const run = await (asked.grant_type === 'client_credentials' ? dryRuns.machine(dry) : dryRuns.login(dry));
    const userinfo = user && run.kind === 'issued' ? await dryRuns.userinfo(dry, run) : undefined;
    return json(200, answerOf(ask, asked, dry, run, userinfo), uncached);
  };

  const handle = operation(machinery, [['read:token_previews']], preview);
  return [{ method: 'POST', path: '/api/v2/tokens/preview', handle, family: 'management' }];
}

/** What a field alone cannot tell. */
function judgeAsk({ grant_type, response_type, user_id }: TokenPreviewAsk): Refused | undefined {
  if (grant_type === 'client_credentials') {
    if (user_id !== undefined) return badBody('A machine has no user: leave user_id out of client_credentials');
    return response_type === undefined ? undefined : badBody('client_credentials has no response_type');
  }
  if (user_id === undefined) return badBody(`user_id says who would sign in; ${grant_type} needs it`);
  const hasCode = response_type?.split(' ').includes('code');
  if (grant_type === 'implicit' && hasCode)
    return badBody('A response_type with code is previewed as grant_type authorization_code');
  if (grant_type === 'authorization_code' && hasCode === false)
    return badBody('A response_type without code is previewed as grant_type implicit');
  return undefined;
}

/** The parameters as the client would send them. */
function paramsOf({ client_id, grant_type, user_id, ...sent }: TokenPreviewAsk): ReadonlyMap<string, string> {
  const usual = { client_credentials: undefined, authorization_code: 'code', implicit: 'id_token token' }[grant_type];
  const params = { ...sent, response_type: sent.response_type ?? usual };
  return new Map(Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function answerOf(
  ask: Ask,
  asked: TokenPreviewAsk,
  dry: DryRunAsk,
  run: DryRun,
  userinfo: TokenPreview['userinfo'],
): TokenPreview {
  const consent = run.consent ? { consent: { ...run.consent, scopes: [...run.consent.scopes] } } : {};
  const trace = [...run.trace];
  const assumes = assumptions(asked, dry);
  if (run.kind === 'refused') {
    const { error, description, because } = run.refusal;
    const refusal = { error, error_description: description, because };
    const outcome = 'refused' as const;
    return { outcome, refusal, issuer: ask.issuer, ...consent, scopes: [], trace, assumes, unknown: [] };
  }
  const { tokens, refresh, frontChannel, response } = run;
  const shown = [tokens, frontChannel].flatMap((set) => [set?.accessToken?.claims, set?.idToken?.claims]);
  return {
    outcome: 'issued',
    issuer: ask.issuer,
    scope: run.granted.join(' '),
    ...(tokens.accessToken ? { expires_in: tokens.accessToken.expires_in, access_token: tokens.accessToken } : {}),
    ...(tokens.idToken ? { id_token: tokens.idToken } : {}),
    ...(refresh ? { refresh_token: lifeOf(refresh) } : {}),
    ...(frontChannel
      ? {
          front_channel: {
            ...(frontChannel.accessToken ? { access_token: frontChannel.accessToken } : {}),
            ...(frontChannel.idToken ? { id_token: frontChannel.idToken } : {}),
          },
        }
      : {}),
    response: { ...response },
    ...(userinfo ? { userinfo } : {}),
    ...consent,
    scopes: scopeVerdicts(run.requested, run.granted, run.trace),
    trace,
    assumes,
    unknown: drawnClaims.filter((name) => shown.some((claims) => claims?.[name] === drawnLater)),
  };
}

function lifeOf({
  rotating,
  expires_at,
  idle_expires_at,
}: NonNullable<(DryRun & { kind: 'issued' })['refresh']>): NonNullable<TokenPreview['refresh_token']> {
  return {
    rotating,
    ...(expires_at === undefined ? {} : { expires_at }),
    ...(idle_expires_at === undefined ? {} : { idle_expires_at }),
  };
}

function assumptions({ grant_type }: TokenPreviewAsk, { client, user }: DryRunAsk): string[] {
  const proves = client.method.kind === 'none' ? [] : ['the client proves who it is'];
  if (grant_type === 'client_credentials') return [...proves, 'no token quota is used up'];
  return [
    ...(grant_type === 'authorization_code' ? proves : []),
    `the user has just signed in by connection ${user?.connection ?? ''}, and agrees where consent is asked for`,
    ...(client.callbacks.length === 0 ? ['the client has a callback; it has none yet, and a login needs one'] : []),
  ];
}
