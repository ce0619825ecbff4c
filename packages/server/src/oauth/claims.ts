// Which claims about a user each scope asks for (OpenID Connect Core §5.4, auth0-behaviour §23.4). Pure.

/** Claims in the order in which they go out: as seen in the field, the profile first (auth0-behaviour §21.2). */
export const claimNames = [
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'name',
  'picture',
  'profile',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'updated_at',
  'email',
  'email_verified',
  'phone_number',
  'phone_number_verified',
  'address',
  'created_at',
  'identities',
] as const;
type ClaimName = (typeof claimNames)[number];

const byScope: ReadonlyMap<string, readonly ClaimName[]> = new Map<string, readonly ClaimName[]>(
  Object.entries({
    profile: [
      'given_name',
      'family_name',
      'middle_name',
      'nickname',
      'preferred_username',
      'name',
      'picture',
      'profile',
      'website',
      'gender',
      'birthdate',
      'zoneinfo',
      'locale',
      'updated_at',
    ],
    email: ['email', 'email_verified'],
    phone: ['phone_number', 'phone_number_verified'],
    address: ['address'],
  }),
);

/** Legacy scopes that name one claim each (SCO-10); for first-party clients. */
export const singleClaimScopes: ReadonlySet<string> = new Set([
  'name',
  'given_name',
  'family_name',
  'nickname',
  'picture',
  'email_verified',
  'created_at',
  'identities',
]);

/** Scopes that OpenID Connect and Auth0 define; no API may define them (SCO-3), and no role limits them (RBAC-4). */
export const identityScopes: ReadonlySet<string> = new Set([
  'openid',
  ...byScope.keys(),
  'offline_access',
  ...singleClaimScopes,
]);

/** Whether a scope is about who the user is, rather than about an API. */
export function isIdentityScope(scope: string): boolean {
  return identityScopes.has(scope);
}

/** Members of a user that are called otherwise on the wire. */
const stored: Partial<Record<ClaimName, string>> = { phone_number_verified: 'phone_verified' };

/**
 * The claims about a user that these scopes ask for, in the order of the wire. Without `openid` there are none (SCO-11).
 * What the profile lacks, or has as an empty text, is left out rather than null (IDT-2). `profile` is the user's row.
 * `timeAsNumber`: `updated_at` in seconds, as OpenID Connect wants it; otherwise ISO 8601 (IDT-1).
 */
export function profileClaims(
  profile: object,
  scopes: readonly string[],
  timeAsNumber: boolean,
): Record<string, unknown> {
  const wanted = new Set<string>();
  if (scopes.includes('openid')) {
    for (const scope of scopes) {
      for (const claim of byScope.get(scope) ?? []) wanted.add(claim);
      if (singleClaimScopes.has(scope)) wanted.add(scope);
    }
  }
  const members = new Map<string, unknown>(Object.entries(profile));
  const claims: Record<string, unknown> = {};
  for (const claim of claimNames) {
    const value = members.get(stored[claim] ?? claim);
    if (!wanted.has(claim) || value === undefined || value === null || value === '') continue;
    claims[claim] = claim === 'updated_at' && timeAsNumber ? Math.floor(Date.parse(String(value)) / 1000) : value;
  }
  return claims;
}
