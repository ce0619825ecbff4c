// What decisions need to know of a client, made once from its rows and kept in the tenant's snapshot.
// The secret is not among it: only its digest, which cannot be presented as a secret.

import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import type { ApiAlgorithm, AssertionAlgorithm } from '../../oauth/algorithms.ts';

/** A public key that a client signs its assertions with. Times in ms. */
export interface AssertionKey {
  readonly id: string;
  readonly kid: string | undefined;
  readonly alg: AssertionAlgorithm;
  readonly key: KeyObject;
  readonly expiresAt: number | undefined;
}

/** The one family of methods by which a client authenticates (TOK-9): post and Basic are one. */
export type AuthenticationMethod =
  | { readonly kind: 'none' }
  | { readonly kind: 'secret'; readonly digest: Buffer }
  | { readonly kind: 'private_key_jwt'; readonly keys: readonly AssertionKey[] }
  | { readonly kind: 'tls' };

export interface TokenQuota {
  readonly perHour: number | undefined;
  readonly perDay: number | undefined;
  readonly enforce: boolean;
}

export interface ClientFacts {
  readonly clientId: string;
  readonly name: string;
  readonly method: AuthenticationMethod;
  readonly grantTypes: ReadonlySet<string>;
  readonly answerDialect: 'auth0' | 'oidc' | undefined;
  readonly firstParty: boolean;
  /** Its ID tokens: the algorithm that was chosen, if any, and seconds. HS256 is keyed with its secret, base64url-decoded if so set. */
  readonly idToken: {
    readonly algorithm: ApiAlgorithm | undefined;
    readonly lifetime: number;
    readonly secretEncoded: boolean;
  };
  /** The global client and other built-ins never get tokens. */
  readonly builtIn: boolean;
  readonly callbacks: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly requiresProofOfPossession: boolean;
  readonly trustsForwardedIp: boolean;
  readonly quota: TokenQuota | undefined;
  readonly refresh: RefreshFacts;
  /** Id of the organization of machine tokens that name none. */
  readonly defaultOrganization: string | undefined;
  readonly authorization: AuthorizationFacts;
}

/** A client's refresh tokens (auth0-behaviour §12.2). Lifetimes in seconds; `undefined` is without end. */
export interface RefreshFacts {
  /** Each exchange brings a new one. */
  readonly rotating: boolean;
  readonly expiring: boolean;
  readonly lifetime: number | undefined;
  readonly idleLifetime: number | undefined;
  /** For how many seconds a token that was replaced brings the same successor again; 0: as the tenant says. */
  readonly leeway: number;
  /** More APIs that tokens may be had for, with their scopes (MRRT): by identifier, as stored. */
  readonly policies: ReadonlyMap<string, readonly string[]>;
}

/** What /authorize and logout need to know of a client: where it may be answered, and what is asked of it (§2.2, §27). */
export interface AuthorizationFacts {
  readonly appType: string | undefined;
  readonly oidcConformant: boolean;
  /** A third-party client's rules; `undefined` for a first-party client. */
  readonly thirdParty: 'strict' | 'permissive' | undefined;
  /** Errors are shown on a page of ours instead of being sent to the client (AZ-6). */
  readonly showsErrorsHere: boolean;
  readonly webOrigins: readonly string[];
  readonly logoutUrls: readonly string[];
  readonly initiateLoginUri: string | undefined;
  /** Sessions that exist are not used for it. */
  readonly ssoDisabled: boolean;
  readonly requiresPushedRequest: boolean;
  readonly requiresSignedRequest: boolean;
  readonly organizationUsage: 'deny' | 'allow' | 'require';
  readonly organizationPrompt: 'no_prompt' | 'pre_login_prompt' | 'post_login_prompt';
  /** Overrides the tenant's switch of the same name, if it is set (CNF-3). */
  readonly skipsCallbackConfirmation: boolean | undefined;
  /** It is told over the back channel when sessions end: `backchannel.ts` says of which. */
  readonly hearsOfLogouts: boolean;
  /** Identifier of the API that it stands for (`app_type` `resource_server`), as stored. */
  readonly api: string | undefined;
}

/** The members of a client's row that matter here. */
export interface ClientRow {
  readonly client_id: string;
  readonly name?: string | undefined;
  readonly client_secret?: string | undefined;
  readonly token_endpoint_auth_method?: string | undefined;
  readonly client_authentication_methods?:
    | Readonly<
        Record<
          string,
          { readonly credentials?: readonly { readonly id?: string | undefined }[] | undefined } | undefined
        >
      >
    | undefined;
  readonly grant_types?: readonly string[] | undefined;
  readonly answer_dialect?: 'auth0' | 'oidc' | undefined;
  readonly is_first_party?: boolean | undefined;
  readonly jwt_configuration?:
    | {
        readonly alg?: ApiAlgorithm | undefined;
        readonly lifetime_in_seconds?: number | undefined;
        readonly secret_encoded?: boolean | undefined;
      }
    | undefined;
  readonly global?: boolean | undefined;
  readonly callbacks?: readonly string[] | undefined;
  readonly allowed_origins?: readonly string[] | undefined;
  readonly require_proof_of_possession?: boolean | undefined;
  readonly is_token_endpoint_ip_header_trusted?: boolean | undefined;
  readonly token_quota?: TokenQuotaRow | undefined;
  readonly refresh_token?: RefreshRow | undefined;
  readonly default_organization?: { readonly organization_id: string; readonly flows: readonly string[] } | undefined;
  readonly app_type?: string | undefined;
  readonly oidc_conformant?: boolean | undefined;
  readonly third_party_security_mode?: 'strict' | 'permissive' | undefined;
  readonly redirection_policy?: string | undefined;
  readonly web_origins?: readonly string[] | undefined;
  readonly allowed_logout_urls?: readonly string[] | undefined;
  readonly initiate_login_uri?: string | undefined;
  readonly sso_disabled?: boolean | undefined;
  readonly require_pushed_authorization_requests?: boolean | undefined;
  readonly signed_request_object?: { readonly required?: boolean | undefined } | undefined;
  readonly organization_usage?: AuthorizationFacts['organizationUsage'] | undefined;
  readonly organization_require_behavior?: AuthorizationFacts['organizationPrompt'] | undefined;
  readonly skip_non_verifiable_callback_uri_confirmation_prompt?: boolean | undefined;
  readonly oidc_logout?: LogoutRow | undefined;
  readonly resource_server_identifier?: string | undefined;
}
export interface LogoutRow {
  readonly backchannel_logout_urls?: readonly string[] | undefined;
  readonly backchannel_logout_initiators?:
    | { readonly mode?: 'custom' | 'all' | undefined; readonly selected_initiators?: readonly string[] | undefined }
    | undefined;
  readonly backchannel_logout_session_metadata?: { readonly include?: boolean | undefined } | undefined;
}
export interface RefreshRow {
  readonly rotation_type?: string | undefined;
  readonly expiration_type?: string | undefined;
  readonly leeway?: number | undefined;
  readonly token_lifetime?: number | undefined;
  readonly infinite_token_lifetime?: boolean | undefined;
  readonly idle_token_lifetime?: number | undefined;
  readonly infinite_idle_token_lifetime?: boolean | undefined;
  readonly policies?: readonly { readonly audience: string; readonly scope: readonly string[] }[] | undefined;
}
export interface TokenQuotaRow {
  readonly client_credentials?:
    | {
        readonly per_hour?: number | undefined;
        readonly per_day?: number | undefined;
        readonly enforce?: boolean | undefined;
      }
    | undefined;
}
export interface CredentialRow {
  readonly id: string;
  readonly credential_type: string;
  readonly kid?: string | undefined;
  readonly alg?: string | undefined;
  readonly pem?: string | undefined;
  readonly expires_at?: string | undefined;
}

/** The digest that a presented secret is compared by. Secrets are random and long, so a plain hash does. */
export function secretDigest(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

function assertionKeys(credentials: readonly CredentialRow[], ids: ReadonlySet<string | undefined>): AssertionKey[] {
  return credentials
    .filter((row) => ids.has(row.id) && row.credential_type === 'public_key' && row.pem !== undefined)
    .map((row) => ({
      id: row.id,
      kid: row.kid,
      alg: (row.alg ?? 'RS256') as AssertionAlgorithm,
      key: createPublicKey(row.pem as string),
      expiresAt: row.expires_at === undefined ? undefined : Date.parse(row.expires_at),
    }));
}

function methodOf(row: ClientRow, credentials: readonly CredentialRow[]): AuthenticationMethod {
  const methods = row.client_authentication_methods;
  if (methods?.private_key_jwt) {
    const ids = new Set((methods.private_key_jwt.credentials ?? []).map((credential) => credential.id));
    return { kind: 'private_key_jwt', keys: assertionKeys(credentials, ids) };
  }
  if (methods?.tls_client_auth || methods?.self_signed_tls_client_auth) return { kind: 'tls' };
  if (row.token_endpoint_auth_method === 'none') return { kind: 'none' };
  // A confidential client without a secret can authenticate with nothing: an empty digest equals no digest.
  return { kind: 'secret', digest: row.client_secret ? secretDigest(row.client_secret) : Buffer.alloc(0) };
}

/** A client's or organization's quota of machine tokens; its own beats the tenant's default. */
export function quotaOf(own: TokenQuotaRow | undefined, fallback: TokenQuotaRow | undefined): TokenQuota | undefined {
  const limits = own?.client_credentials ?? fallback?.client_credentials;
  if (!limits || (limits.per_hour === undefined && limits.per_day === undefined)) return undefined;
  return { perHour: limits.per_hour, perDay: limits.per_day, enforce: limits.enforce ?? true };
}

/** Rotating tokens expire whatever the record says (RT-5); a lifetime that was switched off is none. */
function refreshFacts(row: RefreshRow = {}): RefreshFacts {
  const rotating = row.rotation_type === 'rotating';
  const expiring = rotating || row.expiration_type === 'expiring';
  return {
    rotating,
    expiring,
    lifetime: expiring && row.infinite_token_lifetime !== true ? (row.token_lifetime ?? 2_592_000) : undefined,
    idleLifetime:
      expiring && row.infinite_idle_token_lifetime !== true ? (row.idle_token_lifetime ?? 1_296_000) : undefined,
    leeway: row.leeway ?? 0,
    policies: new Map((row.policies ?? []).map(({ audience, scope }) => [audience, scope])),
  };
}

function authorizationFacts(row: ClientRow): AuthorizationFacts {
  const firstParty = row.is_first_party ?? true;
  return {
    appType: row.app_type,
    oidcConformant: row.oidc_conformant === true,
    thirdParty: firstParty ? undefined : (row.third_party_security_mode ?? 'strict'),
    showsErrorsHere: row.redirection_policy === 'open_redirect_protection',
    webOrigins: row.web_origins ?? [],
    logoutUrls: row.allowed_logout_urls ?? [],
    initiateLoginUri: row.initiate_login_uri || undefined,
    ssoDisabled: row.sso_disabled === true,
    requiresPushedRequest: row.require_pushed_authorization_requests === true,
    requiresSignedRequest: row.signed_request_object?.required === true,
    organizationUsage: row.organization_usage ?? 'deny',
    organizationPrompt: row.organization_require_behavior ?? 'no_prompt',
    skipsCallbackConfirmation: row.skip_non_verifiable_callback_uri_confirmation_prompt,
    api: row.app_type === 'resource_server' ? row.resource_server_identifier : undefined,
    hearsOfLogouts: (row.oidc_logout?.backchannel_logout_urls ?? []).length > 0,
  };
}

/** Facts from a client's row and the rows of its credentials. Throws if a stored key is broken. */
export function clientFacts(row: ClientRow, credentials: readonly CredentialRow[]): ClientFacts {
  return {
    clientId: row.client_id,
    name: row.name ?? '',
    method: methodOf(row, credentials),
    grantTypes: new Set(row.grant_types ?? []),
    answerDialect: row.answer_dialect,
    firstParty: row.is_first_party ?? true,
    idToken: {
      algorithm: row.jwt_configuration?.alg,
      lifetime: row.jwt_configuration?.lifetime_in_seconds ?? 36_000,
      secretEncoded: row.jwt_configuration?.secret_encoded === true,
    },
    builtIn: row.global === true,
    callbacks: row.callbacks ?? [],
    allowedOrigins: row.allowed_origins ?? [],
    requiresProofOfPossession: row.require_proof_of_possession === true,
    trustsForwardedIp: row.is_token_endpoint_ip_header_trusted === true,
    quota: quotaOf(row.token_quota, undefined),
    refresh: refreshFacts(row.refresh_token),
    defaultOrganization: row.default_organization?.flows.includes('client_credentials')
      ? row.default_organization.organization_id
      : undefined,
    authorization: authorizationFacts(row),
  };
}

/** Whether it is a third-party client under the strict rules (auth0-behaviour §27.1): no OpenID, no built-in APIs. */
export function isStrict(client: ClientFacts): boolean {
  return client.authorization.thirdParty === 'strict';
}
