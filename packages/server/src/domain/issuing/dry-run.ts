// A dry run: what would be issued, with every claim, before anything is signed, written or spent. It tells what the functions
// that issue would sign; what only issuance draws (a `jti`, hashes of tokens) stands as a placeholder and is named.

import type { PreviewedToken, PreviewedTrace, ScopeVerdict } from '../../resources/index.ts';
import type { TenantHost, TenantId } from '../../schema/brand.ts';
import type { User } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { Keyring } from '../keys/keyring.ts';
import { jwtHeader } from '../keys/signature.ts';
import type { TraceEntry } from '../logs/event.ts';
import { accessTokenClaims, accessTokenType, encryptionHeader } from './access-token.ts';
import type { Authorization } from './authorization.ts';
import { isAsymmetric } from './id-token.ts';
import type { RefreshFamily } from './refresh-family.ts';
import type { IssuedRow } from './user-tables.ts';
import { accessTokenContent, idTokenContent, issuedRow, type Minting } from './user-token-content.ts';
import type { Minted } from './user-tokens.ts';

export interface DryRunAsk {
  readonly tenant: TenantId;
  readonly host: TenantHost;
  readonly issuer: string;
  /** ms */
  readonly now: number;
  readonly client: ClientFacts;
  readonly user: User | undefined;
  /** What the client would send, by its names on the wire: audience, scope, response_type... */
  readonly params: ReadonlyMap<string, string>;
}

/** The tokens of one answer. */
export interface DryTokens {
  readonly accessToken?: PreviewedToken;
  readonly idToken?: PreviewedToken;
  /** What /userinfo would know the access token by, and whether its audience names /userinfo. */
  readonly known?: { readonly row: IssuedRow | undefined; readonly forUserinfo: boolean };
  /** What stands in for them where an answer's other members are made. */
  readonly standIn: Omit<Minted, 'rows'>;
}

export interface DryConsent {
  readonly needed: boolean;
  readonly because: string;
  readonly scopes: readonly string[];
}

export type DryRun =
  | {
      readonly kind: 'refused';
      readonly refusal: { readonly error: string; readonly description: string; readonly because: string };
      readonly consent?: DryConsent;
      readonly trace: readonly PreviewedTrace[];
    }
  | {
      readonly kind: 'issued';
      /** `undefined`: nothing in particular was asked for. */
      readonly requested: readonly string[] | undefined;
      readonly granted: readonly string[];
      /** What the client ends with. */
      readonly tokens: DryTokens;
      /** Of a hybrid login: what comes with the code. */
      readonly frontChannel?: DryTokens;
      /** The first of its family. */
      readonly refresh?: RefreshFamily;
      readonly response: object;
      readonly consent?: DryConsent;
      readonly trace: readonly PreviewedTrace[];
    };

/** What stands where only issuance knows the value. */
export const drawnLater = '(drawn when it is issued)';
/** Claims of that kind. */
export const drawnClaims = ['jti', 'sid', 'at_hash', 'c_hash'] as const;

function withoutDrawn(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      drawnClaims.some((drawn) => drawn === name) ? drawnLater : value,
    ]),
  );
}

/** The `kid` that would sign; `undefined` while the tenant has no key of this algorithm. Makes none. */
async function currentKid(keyring: Keyring, tenant: TenantId, algorithm: Authorization['api']['algorithm']) {
  if (!isAsymmetric(algorithm) || !(await keyring.algorithms(tenant)).includes(algorithm)) return undefined;
  return (await keyring.signing(tenant, algorithm)).kid;
}

/** An access token as `issueAccessToken` would sign it at `now` (ms). @throws StoreUnavailable */
export async function dryAccessToken(
  keyring: Keyring,
  tenant: TenantId,
  authorization: Authorization,
  now: number,
): Promise<PreviewedToken> {
  const { api } = authorization;
  const kid = await currentKid(keyring, tenant, api.algorithm);
  return {
    format: 'JWT',
    header: jwtHeader(api.algorithm, accessTokenType(authorization), kid) as Record<string, unknown>,
    ...(api.encryption ? { encryption: encryptionHeader(api.encryption) } : {}),
    claims: withoutDrawn(accessTokenClaims(authorization, now, drawnLater)),
    expires_in: authorization.lifetime,
  };
}

/** The tokens that `mintUserTokens` would make at `now` (ms). @throws StoreUnavailable */
export async function dryUserTokens(keyring: Keyring, minting: Minting, now: number): Promise<DryTokens> {
  const { wants, tenant, client } = minting;
  const access = wants.accessToken ? await dryUserAccessToken(keyring, minting, now) : undefined;
  const standIn = access && {
    token: '(the access token)',
    digest: drawnLater,
    expiresIn: access.token.expires_in,
    format: access.token.format,
  };
  if (!wants.idToken)
    return {
      ...(access ? { accessToken: access.token, known: access.known } : {}),
      standIn: standIn ? { accessToken: standIn } : {},
    };
  const { algorithm, claims } = idTokenContent(minting, standIn?.token, now);
  const idToken: PreviewedToken = {
    format: 'JWT',
    header: jwtHeader(algorithm, 'JWT', await currentKid(keyring, tenant, algorithm)) as Record<string, unknown>,
    claims: withoutDrawn(claims),
    expires_in: client.idToken.lifetime,
  };
  return {
    ...(access ? { accessToken: access.token, known: access.known } : {}),
    idToken,
    standIn: {
      ...(standIn ? { accessToken: standIn } : {}),
      idToken: { token: '(the ID token)', digest: drawnLater },
    },
  };
}

async function dryUserAccessToken(
  keyring: Keyring,
  minting: Minting,
  now: number,
): Promise<{ readonly token: PreviewedToken; readonly known: NonNullable<DryTokens['known']> }> {
  const content = accessTokenContent(minting);
  const row = (expiresIn: number) =>
    issuedRow(minting, { digest: drawnLater, expiresIn }, content.format === 'opaque', now);
  if (content.format === 'opaque') {
    const { expiresIn } = content;
    return { token: { format: 'opaque', expires_in: expiresIn }, known: { row: row(expiresIn), forUserinfo: true } };
  }
  const { authorization, kept } = content;
  return {
    token: await dryAccessToken(keyring, minting.tenant, authorization, now),
    known: {
      row: kept ? row(authorization.lifetime) : undefined,
      forUserinfo: authorization.userinfo === true && !authorization.api.encryption,
    },
  };
}

/** A trace as the answer shows it. */
export function staged(stage: PreviewedTrace['stage'], trace: readonly TraceEntry[]): PreviewedTrace[] {
  return trace.map(({ rule, because, dropped }) => ({
    stage,
    rule,
    because,
    ...(dropped ? { dropped: [...dropped] } : {}),
  }));
}

/**
 * What became of each scope: granted, or dropped by the first rule of the trace that names it. A requested scope that is neither
 * would be one without a reason; its verdict says so. Pure.
 */
export function scopeVerdicts(
  requested: readonly string[] | undefined,
  granted: readonly string[],
  trace: readonly Pick<PreviewedTrace, 'rule' | 'because' | 'dropped'>[],
): ScopeVerdict[] {
  const drops = trace.filter(({ dropped }) => dropped !== undefined);
  const given = new Set(granted);
  const values = new Set([...(requested ?? []), ...granted, ...drops.flatMap(({ dropped }) => dropped ?? [])]);
  const wanted = new Set(requested);
  return [...values].map((value) => {
    if (given.has(value)) {
      const because = wanted.has(value) ? 'requested, and no rule dropped it' : 'nothing in particular was requested';
      return { value, granted: true, rule: 'granted', because };
    }
    const drop = drops.find(({ dropped }) => dropped?.includes(value));
    return { value, granted: false, rule: drop?.rule ?? 'unknown', because: drop?.because ?? 'no rule said why' };
  });
}
