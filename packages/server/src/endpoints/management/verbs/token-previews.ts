// Our addition: `POST /api/v2/tokens/preview`, the dry run of a grant for a client, a user, an API and scopes. The endpoints that
// issue run dry themselves and are handed in; here the question is read and the answer put together.

import { findUser } from '../../../domain/accounts/find.ts';
import type { User } from '../../../domain/accounts/user.ts';
import { findClient } from '../../../domain/clients/find.ts';
import {
  type DryRun,
  type DryRunAsk,
  drawnClaims,
  drawnLater,
  scopeVerdicts,
} from '../../../domain/issuing/dry-run.ts';
import type { RefreshFamily } from '../../../domain/issuing/refresh-family.ts';
import { refreshFamilies } from '../../../domain/issuing/refresh-family.ts';
import {
  clients,
  previewNeeds,
  type TokenPreview,
  type TokenPreviewAsk,
  tokenPreviewAsk,
  users,
} from '../../../resources/index.ts';
import { readDraft } from '../../../schema/validate.ts';
import { type Ask, json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordSecretRead } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { badBody, lacksScope, type Refused, refused, uncached } from '../problem.ts';
import { isRefused, readQuery } from '../query.ts';

const passwordRealm = 'http://auth0.com/oauth/grant-type/password-realm';

/** The dry runs, as the server hands them over. Each rejects with StoreUnavailable when the store is away. */
export interface DryRuns {
  readonly machine: (ask: DryRunAsk) => Promise<DryRun>;
  readonly login: (ask: DryRunAsk) => Promise<DryRun>;
  readonly password: (ask: DryRunAsk, type: string) => Promise<DryRun>;
  readonly refresh: (
    ask: DryRunAsk,
    family: { readonly family: RefreshFamily; readonly consented: readonly string[] | undefined },
  ) => Promise<DryRun>;
  /** What /userinfo would answer to the access token of a run. */
  readonly userinfo: (ask: DryRunAsk, run: DryRun) => Promise<NonNullable<TokenPreview['userinfo']>>;
}

/** The route of `/api/v2/tokens/preview`; none where the program talks to itself. */
export function tokenPreviewRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const { dryRuns } = deps;
  if (!dryRuns) return [];

  const preview: Act = async (ask, { caller }) => {
    const query = readQuery(ask.query, []);
    if (isRefused(query)) return query;
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const read = readDraft(tokenPreviewAsk, body.value);
    if (read.kind === 'invalid') return badBody(read.message);
    const asked = read.value;
    const misfit = judgeAsk(asked);
    if (misfit) return misfit;
    const lacking = needsOf(asked).find((scope) => !caller.scopes.has(scope));
    if (lacking !== undefined) return lacksScope([lacking]);

    const store = deps.database.store(ask.tenant);
    const { refresh_token_id: id } = asked;
    const family = id === undefined ? undefined : await store.get(refreshFamilies, id);
    if (id !== undefined && !family)
      return refused(404, 'The refresh token does not exist', 'inexistent_refresh_token');
    const userId = family?.user_id ?? asked.user_id;
    const [client, user] = await Promise.all([
      findClient(deps.database, deps.snapshot, ask.tenant, asked.client_id, ask.host),
      userId === undefined ? undefined : findUser(store, userId),
    ]);
    if (!client) return refused(404, clients.errors.missing.message, clients.errors.missing.errorCode);
    if (userId !== undefined && !user)
      return refused(404, users.errors.missing.message, users.errors.missing.errorCode);
    const { tenant, host, issuer } = ask;
    const params = paramsOf(asked, user);
    const dry: DryRunAsk = { tenant, host, issuer, now: deps.now(), client, user, params };
    const run = await runOf(dryRuns, asked, dry, family);
    const userinfo = user && run.kind === 'issued' ? await dryRuns.userinfo(dry, run) : undefined;
    if (user)
      recordSecretRead(deps, ask, caller, `Preview tokens of client ${client.clientId} for user ${user.user_id}`);
    return json(200, answerOf(ask, asked, dry, run, userinfo), uncached);
  };

  const handle = operation(machinery, [['read:token_previews']], preview);
  return [{ method: 'POST', path: '/api/v2/tokens/preview', handle, family: 'management' }];
}

async function runOf(
  dryRuns: DryRuns,
  { grant_type }: TokenPreviewAsk,
  dry: DryRunAsk,
  family: RefreshFamily | undefined,
): Promise<DryRun> {
  switch (grant_type) {
    case 'client_credentials':
      return dryRuns.machine(dry);
    case 'authorization_code':
    case 'implicit':
      return dryRuns.login(dry);
    case 'password':
    case passwordRealm:
      return dryRuns.password(dry, grant_type);
    case 'refresh_token':
      return family ? dryRuns.refresh(dry, { family, consented: undefined }) : refreshAfterLogin(dryRuns, dry);
  }
}

/** A login that asks for offline_access besides, and the first exchange of the refresh token that it brings. */
async function refreshAfterLogin(dryRuns: DryRuns, dry: DryRunAsk): Promise<DryRun> {
  const words = wordsOf(dry.params.get('scope') || 'openid');
  const scope = (words.includes('offline_access') ? words : [...words, 'offline_access']).join(' ');
  const params = new Map([...dry.params, ['response_type', 'code'], ['scope', scope]]);
  const login = await dryRuns.login({ ...dry, params });
  if (login.kind === 'refused') return login;
  if (!login.refresh) {
    const because = login.trace.find(({ dropped }) => dropped?.includes('offline_access'))?.because;
    const description = 'The login would bring no refresh token';
    const refusal = { error: 'invalid_grant', description, because: because ?? 'offline_access is not granted' };
    return { kind: 'refused', refusal, trace: login.trace };
  }
  const consented = login.consent?.needed ? login.consent.scopes : undefined;
  const run = await dryRuns.refresh({ ...dry, params: new Map() }, { family: login.refresh, consented });
  return { ...run, ...(login.consent ? { consent: login.consent } : {}), trace: [...login.trace, ...run.trace] };
}

function wordsOf(scope: string): string[] {
  return scope.split(' ').filter((word) => word !== '');
}

/** What a field alone cannot tell. */
function judgeAsk({
  grant_type,
  response_type,
  user_id,
  refresh_token_id,
  realm,
}: TokenPreviewAsk): Refused | undefined {
  if (grant_type === 'refresh_token') {
    if (response_type !== undefined) return badBody('refresh_token has no response_type');
    if ((user_id === undefined) === (refresh_token_id === undefined))
      return badBody('refresh_token needs user_id, for a login, or refresh_token_id, for one that exists');
    return undefined;
  }
  if (refresh_token_id !== undefined) return badBody(`${grant_type} has no refresh_token_id`);
  if (realm !== undefined && grant_type !== passwordRealm) return badBody(`${grant_type} has no realm`);
  if (grant_type === 'client_credentials') {
    if (user_id !== undefined) return badBody('A machine has no user: leave user_id out of client_credentials');
    return response_type === undefined ? undefined : badBody('client_credentials has no response_type');
  }
  if (user_id === undefined) return badBody(`user_id says who would sign in; ${grant_type} needs it`);
  if (grant_type === 'password' || grant_type === passwordRealm)
    return response_type === undefined ? undefined : badBody(`${grant_type} has no response_type`);
  const hasCode = response_type?.split(' ').includes('code');
  if (grant_type === 'implicit' && hasCode)
    return badBody('A response_type with code is previewed as grant_type authorization_code');
  if (grant_type === 'authorization_code' && hasCode === false)
    return badBody('A response_type without code is previewed as grant_type implicit');
  return undefined;
}

function needsOf({ user_id, refresh_token_id }: TokenPreviewAsk): readonly string[] {
  if (refresh_token_id !== undefined) return previewNeeds.refresh_token_id;
  return user_id === undefined ? [] : previewNeeds.user_id;
}

/** The parameters as the client would send them. */
function paramsOf(asked: TokenPreviewAsk, user: User | undefined): ReadonlyMap<string, string> {
  const { client_id, grant_type, user_id, refresh_token_id, ...sent } = asked;
  const usual: Partial<Record<typeof grant_type, string>> = { authorization_code: 'code', implicit: 'id_token token' };
  const realm = grant_type === passwordRealm ? (sent.realm ?? user?.connection) : undefined;
  const params = { ...sent, realm, response_type: sent.response_type ?? usual[grant_type] };
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

function assumptions({ grant_type, refresh_token_id }: TokenPreviewAsk, { client, user }: DryRunAsk): string[] {
  const proves = client.method.kind === 'none' ? [] : ['the client proves who it is'];
  if (grant_type === 'client_credentials') return [...proves, 'no token quota is used up'];
  if (refresh_token_id !== undefined) return [...proves, 'the refresh token is the current one of its family'];
  if (grant_type === 'password' || grant_type === passwordRealm)
    return [...proves, 'the password is right, and no limit of attempts is reached'];
  return [
    ...(grant_type === 'implicit' ? [] : proves),
    `the user has just signed in by connection ${user?.connection ?? ''}, and agrees where consent is asked for`,
    ...(client.callbacks.length === 0 ? ['the client has a callback; it has none yet, and a login needs one'] : []),
  ];
}
