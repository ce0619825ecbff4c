// What decisions need to know of an API and of a client grant, made once from their rows.

import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { ApiAlgorithm } from '../../oauth/algorithms.ts';

export const tokenDialects = [
  'access_token',
  'access_token_authz',
  'rfc9068_profile',
  'rfc9068_profile_authz',
] as const;
export type TokenDialect = (typeof tokenDialects)[number];
export type AccessPolicy = 'allow_all' | 'require_client_grant' | 'deny_all';

/** The public key that an API's tokens are encrypted for (auth0-behaviour §20.7). */
export interface TokenEncryption {
  readonly alg: 'RSA-OAEP-256' | 'RSA-OAEP-384' | 'RSA-OAEP-512';
  readonly kid: string | undefined;
  readonly key: KeyObject;
}

export interface ApiFacts {
  readonly id: string;
  /** As stored; see `domain/tenants/system-apis.ts`. */
  readonly identifier: string;
  readonly name: string;
  readonly algorithm: ApiAlgorithm;
  /** HS256 only. */
  readonly secret: string | undefined;
  readonly scopes: ReadonlySet<string>;
  /** What scopes mean, for people; only those that say so. */
  readonly descriptions: ReadonlyMap<string, string>;
  /** Seconds. */
  readonly lifetime: number;
  /** Seconds, for tokens that travel through the browser (implicit, hybrid); never more than `lifetime`. */
  readonly lifetimeForWeb: number;
  readonly dialect: TokenDialect;
  readonly enforcePolicies: boolean;
  readonly clientPolicy: AccessPolicy;
  /** Who may have tokens on behalf of users. */
  readonly userPolicy: AccessPolicy;
  /** Own clients get tokens without asking the user. */
  readonly skipsConsent: boolean;
  /** Clients may have refresh tokens for it. */
  readonly allowsOffline: boolean;
  readonly requiresProofOfPossession: boolean;
  /** The same, also where it is asked of public clients only. */
  readonly requiresProofOfPublicClients: boolean;
  /** Built in. */
  readonly system: boolean;
  readonly encryption: TokenEncryption | undefined;
}

/** The members of a resource server's row that matter here. */
export interface ApiRow {
  readonly id: string;
  readonly identifier: string;
  readonly name?: string | undefined;
  readonly signing_alg?: string | undefined;
  readonly signing_secret?: string | undefined;
  readonly scopes?: readonly { readonly value: string; readonly description?: string | undefined }[] | undefined;
  readonly token_lifetime?: number | undefined;
  readonly token_lifetime_for_web?: number | undefined;
  readonly skip_consent_for_verifiable_first_party_clients?: boolean | undefined;
  readonly allow_offline_access?: boolean | undefined;
  readonly is_system?: boolean | undefined;
  readonly token_dialect?: string | undefined;
  readonly enforce_policies?: boolean | undefined;
  readonly subject_type_authorization?:
    | {
        readonly client?: { readonly policy?: string | undefined } | undefined;
        readonly user?: { readonly policy?: string | undefined } | undefined;
      }
    | undefined;
  readonly proof_of_possession?:
    | { readonly required?: boolean | undefined; readonly required_for?: string | undefined }
    | null
    | undefined;
  readonly token_encryption?:
    | {
        readonly encryption_key?:
          | { readonly alg?: string | undefined; readonly kid?: string | undefined; readonly pem?: string | undefined }
          | undefined;
      }
    | null
    | undefined;
}

function encryptionOf(row: ApiRow): TokenEncryption | undefined {
  const key = row.token_encryption?.encryption_key;
  if (!key?.pem) return undefined;
  const publicKey = key.pem.includes('CERTIFICATE') ? new X509Certificate(key.pem).publicKey : createPublicKey(key.pem);
  return { alg: (key.alg ?? 'RSA-OAEP-256') as TokenEncryption['alg'], kid: key.kid, key: publicKey };
}

/** Facts from an API's row. Throws if its stored encryption key is broken. */
export function apiFacts(row: ApiRow): ApiFacts {
  const lifetime = row.token_lifetime ?? 86_400;
  return {
    id: row.id,
    identifier: row.identifier,
    name: row.name ?? row.identifier,
    algorithm: (row.signing_alg ?? 'RS256') as ApiAlgorithm,
    secret: row.signing_secret,
    scopes: new Set((row.scopes ?? []).map((scope) => scope.value)),
    descriptions: new Map(
      (row.scopes ?? []).flatMap(({ value, description }) => (description ? [[value, description] as const] : [])),
    ),
    lifetime,
    lifetimeForWeb: Math.min(row.token_lifetime_for_web ?? 7200, lifetime),
    dialect: (row.token_dialect ?? 'access_token') as TokenDialect,
    enforcePolicies: row.enforce_policies === true,
    clientPolicy: (row.subject_type_authorization?.client?.policy ?? 'require_client_grant') as AccessPolicy,
    userPolicy: (row.subject_type_authorization?.user?.policy ?? 'allow_all') as AccessPolicy,
    skipsConsent: row.skip_consent_for_verifiable_first_party_clients === true,
    allowsOffline: row.allow_offline_access === true,
    requiresProofOfPossession:
      row.proof_of_possession?.required === true && row.proof_of_possession.required_for !== 'public_clients',
    requiresProofOfPublicClients: row.proof_of_possession?.required === true,
    system: row.is_system === true,
    encryption: encryptionOf(row),
  };
}

export interface GrantFacts {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly allScopes: boolean;
  readonly organizationUsage: 'deny' | 'allow' | 'require';
  /** Every organization, without an association; never for third-party clients. */
  readonly anyOrganization: boolean;
}

/** The members of a client grant's row that matter here. */
export interface GrantRow {
  readonly id: string;
  readonly scope?: readonly string[] | undefined;
  readonly allow_all_scopes?: boolean | undefined;
  readonly organization_usage?: string | undefined;
  readonly allow_any_organization?: boolean | undefined;
}

/** Facts from a client grant's row. */
export function grantFacts(row: GrantRow): GrantFacts {
  return {
    id: row.id,
    scopes: row.scope ?? [],
    allScopes: row.allow_all_scopes === true,
    organizationUsage: (row.organization_usage ?? 'deny') as GrantFacts['organizationUsage'],
    anyOrganization: row.allow_any_organization === true,
  };
}
