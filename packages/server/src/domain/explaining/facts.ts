// Everything that an explanation is decided from: what the token says about itself, what the library of APIs says to it, and
// what the tenant's records know of it. The token itself is not among it.

import type { Cause } from '@countersign/api';
import type { Inspection } from '@countersign/api/inspect';
import type { TokenReason } from '../../resources/index.ts';
import type { TenantHost } from '../../schema/brand.ts';
import type { User } from '../accounts/user.ts';
import type { ClientFacts } from '../clients/facts.ts';
import type { ApiFacts } from '../issuing/api-facts.ts';
import type { AuthorizationCode } from '../issuing/codes.ts';
import type { EndedFamily, RefreshFamily } from '../issuing/refresh-family.ts';
import type { IssuedRow } from '../issuing/user-tables.ts';
import type { TraceEntry } from '../logs/event.ts';

/** The API that refused the token. */
export type AskedApi =
  | { readonly kind: 'userinfo'; readonly identifier: string }
  /** `facts` are missing when no API of the tenant has this identifier; `similar` are then some that look like it. */
  | {
      readonly kind: 'api';
      readonly identifier: string;
      readonly facts: ApiFacts | undefined;
      readonly similar: readonly string[];
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
  | { readonly kind: 'client_id'; readonly client: ClientFacts }
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

/** What a new token with the wanted scopes would get now; `undefined` where that cannot be told. */
export interface Anew {
  readonly refused: string | undefined;
  readonly granted: readonly string[];
  readonly trace: readonly TraceEntry[];
}

export interface Facts {
  /** ms */
  readonly now: number;
  readonly host: TenantHost;
  /** Of the host that is asked. */
  readonly issuer: string;
  readonly inspection: Inspection;
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

/** Claims that are times, in seconds. */
export function time(facts: Facts, name: 'iat' | 'exp' | 'nbf'): number | undefined {
  const { inspection } = facts;
  const value = inspection.form === 'jwt' ? inspection.payload[name] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
