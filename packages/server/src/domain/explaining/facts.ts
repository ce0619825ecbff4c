// Everything that an explanation is decided from: what the token says about itself, what the library of APIs says to it, and
// what the tenant's records know of it. The token itself is not among it.

import type { Cause } from '@countersign/api';
import type { Inspection } from '@countersign/api/inspect';
import type { TokenReason } from '../../resources/index.ts';
import type { TenantHost } from '../../schema/brand.ts';
import type { User } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { ApiFacts, GrantFacts } from '../issuing/api-facts.ts';
import type { AuthorizationCode } from '../issuing/codes.ts';
import type { EndedFamily, RefreshFamily } from '../issuing/refresh-family.ts';
import type { IssuedRow } from '../issuing/user-tables.ts';
import type { TraceEntry } from '../logs/event.ts';
import type { Wrapping } from './presented.ts';

/** The API that refused the token. */
export type AskedApi =
  | { readonly kind: 'userinfo'; readonly identifier: string }
  /** `facts` are missing when no API of the tenant has this identifier; `similar` are then some that look like it. */
  | {
      readonly kind: 'api';
      readonly identifier: string;
      readonly facts: ApiFacts | undefined;
      readonly similar: readonly string[];
      /** What the asked text is instead of an identifier, and which API is meant, if that can be told. */
      readonly instead?: { readonly what: string; readonly meant: ApiFacts | undefined };
    };

/** What the presented text is by our records, found by hash or by proof, never by what it claims. */
export type Known =
  | { readonly kind: 'access_token'; readonly row: IssuedRow }
  | { readonly kind: 'refresh_token'; readonly family: RefreshFamily | undefined; readonly ended?: EndedFamily }
  | {
      readonly kind: 'authorization_code';
      readonly state: 'good' | 'spent' | 'ended';
      readonly code: AuthorizationCode;
    }
  | { readonly kind: 'client_id' | 'client_secret'; readonly client: ClientFacts }
  | { readonly kind: 'session'; readonly by: 'cookie' | 'id' }
  | { readonly kind: 'nothing' };

/** The log event that recorded the issuance of exactly this token. */
export interface Issuance {
  readonly log_id: string;
  readonly date: string;
  readonly type: string;
  readonly client_id: string | undefined;
  readonly user_id: string | undefined;
  readonly audience: string | undefined;
  readonly scope: string | undefined;
  /** Seconds. */
  readonly expires_in: number | undefined;
  readonly trace: readonly TraceEntry[];
}

/** The header of an encrypted token, as it claims. */
export interface EncryptedHeader {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly iss: string | undefined;
}

/** What a new token with the wanted scopes would get now; `undefined` where that cannot be told. */
export interface Anew {
  readonly refused: string | undefined;
  readonly granted: readonly string[];
  /** Why the user would be asked first, if so. */
  readonly consent: string | undefined;
  readonly trace: readonly TraceEntry[];
}

export interface Facts {
  /** ms */
  readonly now: number;
  readonly host: TenantHost;
  /** Of the host that is asked. */
  readonly issuer: string;
  readonly inspection: Inspection;
  /** What was around the token, or done to it. */
  readonly wrapping: Wrapping | undefined;
  /** Of an encrypted token. */
  readonly encrypted: EncryptedHeader | undefined;
  /** How many characters were presented. */
  readonly length: number;
  /**
   * What `@countersign/api` says, set up as the asked API is: its identifier, this issuer, and the algorithm that the token says
   * it is signed with. `undefined`: it would be accepted.
   */
  readonly cause: Cause | undefined;
  readonly asked: AskedApi | undefined;
  readonly wanted: readonly string[];
  readonly known: Known;
  readonly issuance: Issuance | undefined;
  /** The client that the token was issued to, and whether there is one of this id. */
  readonly client: { readonly id: string; readonly facts: ClientFacts | undefined } | undefined;
  /** The user it is about; `undefined` for machines and where nobody is named. */
  readonly user: { readonly id: string; readonly row: User | undefined } | undefined;
  /** APIs of this tenant that `aud` names, by identifier on the wire. */
  readonly named: ReadonlyMap<string, ApiFacts>;
  /** The client's own grant for the asked API, where a scope is missing. */
  readonly grant: GrantFacts | undefined;
  /** Names of other APIs that define a wanted scope which the asked one does not. */
  readonly definedBy: ReadonlyMap<string, string>;
  /** How the refresh family of its login ended, if it did. */
  readonly ended: EndedFamily | undefined;
  /** By its signature, its hash or its proof. */
  readonly issuedHere: boolean;
  /** `iss` is this tenant by another of its names. */
  readonly otherName: boolean;
  /** When the key that signed it was revoked, if it was. */
  readonly keyRevokedAt: string | undefined;
  readonly anew: Anew | undefined;
}

/** A decided cause, in words. */
export interface Found {
  readonly code: TokenReason;
  readonly message: string;
  readonly certainty: 'certain' | 'likely';
  readonly evidence?: Readonly<Record<string, string | number | undefined>>;
  readonly fix: {
    readonly text: string;
    readonly dashboard?: string;
    readonly command?: string;
    readonly code?: string;
  };
}

/** One check: finds its cause, or lets the next one look. */
export type Row = (facts: Facts) => Found | undefined;

/** Claims that are text, for reading what a JWT says. */
export function claim(facts: Facts, name: string): string | undefined {
  const { inspection } = facts;
  const value = inspection.form === 'jwt' ? inspection.payload[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** What the token is for: its `aud`. An encrypted token's is known by its issuance only. */
export function audiencesOf({ inspection, issuance }: Pick<Facts, 'inspection' | 'issuance'>): readonly string[] {
  if (inspection.form === 'jwt') return inspection.audiences;
  return inspection.form === 'encrypted' && issuance?.audience !== undefined ? [issuance.audience] : [];
}

/** Claims that are times, in seconds. */
export function time(facts: Pick<Facts, 'inspection' | 'issuance'>, name: 'iat' | 'exp' | 'nbf'): number | undefined {
  const { inspection, issuance } = facts;
  if (inspection.form === 'encrypted' && issuance && name !== 'nbf') {
    const lifetime = name === 'exp' ? issuance.expires_in : 0;
    return lifetime === undefined ? undefined : Math.floor(Date.parse(issuance.date) / 1000) + lifetime;
  }
  const value = inspection.form === 'jwt' ? inspection.payload[name] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
