// GET and POST /userinfo (OpenID Connect Core §5.3, RFC 6750, auth0-behaviour §29): who the user of an access token is, as the
// profile is now. Only tokens that were issued to a user for this endpoint are taken: opaque ones, and JWTs with it in `aud`.

import { type Api, createApi } from '@countersign/api';
import { findUser } from '../../domain/accounts/find.ts';
import { findClient } from '../../domain/clients/find.ts';
import { userinfoIdentifier } from '../../domain/issuing/audience.ts';
import { findIssued } from '../../domain/issuing/issued.ts';
import { nodeSkewSeconds } from '../../domain/issuing/skew.ts';
import type { Keyring } from '../../domain/keys/keyring.ts';
import { settingsOf } from '../../domain/tenants/settings.ts';
import type { Snapshot } from '../../domain/tenants/snapshot.ts';
import { asymmetricAlgorithms } from '../../oauth/algorithms.ts';
import { type Database, StoreUnavailable } from '../../storage/store.ts';
import { type AnswerDialect, noStore } from '../../web/answers.ts';
import { allowedOrigin, anyOrigin, isAllowedOrigin, originRefused } from '../../web/cors.ts';
import { type Answer, type Ask, json, type Route } from '../../web/exchange.ts';
import { readBody } from '../../web/params.ts';
import { judge, type Presented } from './judge.ts';
import { refusalStatus } from './status.ts';

export interface UserinfoDeps {
  readonly database: Database;
  readonly snapshot: Snapshot;
  readonly keyring: Keyring;
  readonly now: () => number;
}

const mostApis = 1000;

/** The routes of /userinfo. */
export function userinfoRoutes(deps: UserinfoDeps): Route[] {
  const verify = verifierOf(deps);
  const handle = (ask: Ask) => userinfo(deps, verify, ask);
  const route = { path: '/userinfo', family: 'plain', bodyLimit: 32 * 1024, handle } as const;
  return [
    { ...route, method: 'GET' },
    { ...route, method: 'POST' },
  ];
}

type Verify = (ask: Ask, token: string) => Promise<string | undefined>;

async function userinfo(deps: UserinfoDeps, verify: Verify, ask: Ask): Promise<Answer> {
  const { database, snapshot } = deps;
  const settings = await settingsOf(database, snapshot, ask.tenant);
  const dialect = settings.answer_dialect ?? 'auth0';
  const sought = tokenOf(ask);
  if (sought.kind === 'none') return refusal(dialect, 401);
  if (sought.kind === 'malformed') return refusal(dialect, 400, 'invalid_request', sought.description);
  const presented = await load(deps, verify, ask, sought.token);
  const { client } = presented;
  const { origin } = ask.headers;
  if (client && origin !== undefined && !isAllowedOrigin(origin, client.callbacks, client.allowedOrigins))
    return originRefused(origin);
  const own = client?.answerDialect ?? dialect;
  const judgement = judge(presented, ask.issuer, deps.now(), own === 'oidc');
  if (judgement.kind === 'refused') {
    return refusal(own, refusalStatus(judgement.error, own), judgement.error, judgement.description);
  }
  return json(200, judgement.claims, { ...noStore, ...(origin === undefined ? {} : allowedOrigin(origin)) });
}

async function load(deps: UserinfoDeps, verify: Verify, ask: Ask, token: string): Promise<Presented> {
  const nothing = { row: undefined, user: undefined, client: undefined };
  // A text with dots claims to be a JWT, and then its signature must hold too, or a revoked key would go on being good here.
  const fault = token.includes('.') ? await verify(ask, token) : undefined;
  if (fault !== undefined) return { ...nothing, fault };
  const store = deps.database.store(ask.tenant);
  const row = await findIssued(store, token);
  if (!row) return { ...nothing, fault };
  const [user, client] = await Promise.all([
    findUser(store, row.user_id),
    findClient(deps.database, deps.snapshot, ask.tenant, row.client_id, ask.host),
  ]);
  return { row, fault, user, client };
}

/** The check of JWTs, by the library that we hand to every API; /userinfo is one more. */
function verifierOf(deps: UserinfoDeps): Verify {
  const apis = new Map<string, Api>();
  const apiOf = (ask: Ask): Api => {
    const name = JSON.stringify([ask.tenant, ask.issuer]);
    const known = apis.get(name);
    if (known) return known;
    if (apis.size >= mostApis) apis.clear();
    const made = createApi({
      issuer: ask.issuer,
      audience: userinfoIdentifier(ask.issuer),
      algorithms: asymmetricAlgorithms,
      keys: async ({ alg, kid }) => {
        const found = kid === undefined ? undefined : await deps.keyring.verification(ask.tenant, kid);
        return found?.alg === alg ? found.key : undefined;
      },
      now: deps.now,
      clockToleranceSeconds: nodeSkewSeconds,
      // The issuer is this very server and its keys come from its own store: nothing is fetched.
      dangerouslyAllowHttpIssuer: true,
    });
    apis.set(name, made);
    return made;
  };
  return async (ask, token) => {
    const verdict = await apiOf(ask).verify(token);
    if (verdict.kind === 'accepted') return undefined;
    if (verdict.refusal.status === 503) throw new StoreUnavailable(verdict.refusal.cause.message);
    return verdict.refusal.cause.code === 'expired' ? 'The token has expired' : verdict.refusal.description;
  };
}

type Sought =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'malformed'; readonly description: string };

/** The token of a request: in the header or in a form body, never in both and never in the query (RFC 6750 §2). */
function tokenOf(ask: Ask): Sought {
  if (ask.repeated.has('authorization')) return { kind: 'malformed', description: 'Duplicate header: authorization' };
  const header = ask.headers.authorization;
  const read = ask.method === 'POST' ? readBody(ask.body, ask.headers['content-type']) : undefined;
  if (read?.kind === 'malformed') return { kind: 'malformed', description: read.description };
  const inBody = read?.params.get('access_token');
  if (header !== undefined && inBody !== undefined)
    return { kind: 'malformed', description: 'The token was sent twice' };
  if (inBody) return { kind: 'token', token: inBody };
  const token = /^bearer +([\w.~+/-]+=*)$/i.exec(header ?? '')?.[1];
  return token === undefined ? { kind: 'none' } : { kind: 'token', token };
}

/** A refusal in either dialect: Auth0's is plain text, and its reason stands in the challenge only (X-32). */
function refusal(dialect: AnswerDialect, status: number, error?: string, description = ''): Answer {
  const text = description.replace(/["\\]|[^\x20-\x7e]/g, "'");
  const reason = error === undefined ? '' : `, error="${error}", error_description="${text}"`;
  const headers = {
    ...noStore,
    'www-authenticate': `Bearer realm="Users"${reason}`,
    // It tells a script nothing but why its own token is not taken.
    ...anyOrigin,
    'access-control-expose-headers': 'www-authenticate',
  };
  if (dialect === 'oidc') {
    const body = error === undefined ? { error: 'invalid_token' } : { error, error_description: text };
    return json(status, body, headers);
  }
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
    body: status === 400 ? 'Bad Request' : 'Unauthorized',
  };
}
