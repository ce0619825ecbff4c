// Verifies a token: the order of all checks, as a list to be read from top to bottom. It is the order in which a developer would repair things.

import { createHash } from 'node:crypto';
import { type Finding, found } from './causes/index.ts';
import {
  checkAlgorithm,
  checkAudience,
  checkBinding,
  checkDialectClaims,
  checkExtensions,
  checkIssuer,
  checkKid,
  checkTime,
  missingKey,
  readClaims,
} from './checks.ts';
import { type Jwt, readJwt } from './jwt.ts';
import { audiencesOf, checkKind, clientOf } from './kind.ts';
import type { Settings } from './options.ts';
import type { Evidence } from './refusal.ts';
import { type CheckedRequirement, checkRequirement, permissionsOf, scopesOf } from './scopes.ts';
import { type VerifiedToken, verifiedToken } from './token.ts';

export type Verified =
  | { readonly kind: 'accepted'; readonly token: VerifiedToken }
  | {
      readonly kind: 'refused';
      readonly finding: Finding;
      readonly evidence: Evidence;
      readonly retryAfterSeconds?: number;
    };

/** A check that throws denies: the answer then is 503, not a token. */
export async function verifyToken(token: unknown, needed: CheckedRequirement, settings: Settings): Promise<Verified> {
  let jwt: Jwt | undefined;
  try {
    if (typeof token !== 'string')
      return refused(found('malformed_token', { problem: `it is of type ${typeof token}` }), token);
    if (token === '') return refused(found('empty_token', {}), token);
    if (token.length > settings.maxTokenBytes) {
      return refused(found('token_too_large', { bytes: token.length, limit: settings.maxTokenBytes }), token);
    }
    const form = readJwt(token);
    if (form.kind === 'encrypted') return refused(found('encrypted_token', {}), token);
    if (form.kind === 'malformed') return refused(found('malformed_token', { problem: form.problem }), token);
    if (form.kind === 'opaque') return refused(opaque(form.looksLike, token), token);
    jwt = form.jwt;
    return await verifyJwt(jwt, token, needed, settings);
  } catch (error) {
    return refused(
      found('check_failed', { problem: error instanceof Error ? error.message : 'unknown error' }),
      token,
      jwt,
    );
  }
}

const opaque = (looksLike: 'access' | 'refresh', token: string): Finding =>
  looksLike === 'refresh' ? found('refresh_token', {}) : found('opaque_token', { characters: token.length });

async function verifyJwt(jwt: Jwt, token: string, needed: CheckedRequirement, settings: Settings): Promise<Verified> {
  const refuse = (finding: Finding, retryAfterSeconds?: number): Verified =>
    refused(finding, token, jwt, retryAfterSeconds);

  // Before the signature: what kind of token, and whose.
  const kind = checkKind(jwt, settings.dialect);
  if (kind !== undefined) return refuse(kind);
  const alg = checkAlgorithm(jwt, settings);
  if (typeof alg !== 'string') return refuse(alg);
  const extension = checkExtensions(jwt);
  if (extension !== undefined) return refuse(extension);
  const key = checkKid(jwt);
  if ('code' in key) return refuse(key);
  const from = checkIssuer(jwt, settings);
  if ('code' in from) return refuse(from);

  // The signature.
  const wanted = { issuer: from.issuer, alg, kid: key.kid };
  const finder = settings.finders.get(from.issuer);
  const asked = finder?.(wanted) ?? { kind: 'unknown', kids: [] };
  const answer = asked instanceof Promise ? await asked : asked;
  if (answer.kind !== 'key')
    return refuse(missingKey(answer, wanted), answer.kind === 'unavailable' ? answer.retryAfterSeconds : undefined);
  if (!answer.check(jwt.signed, jwt.signature)) return refuse(found('bad_signature', { alg }));

  // After it: is it good for this call?
  const read = readClaims(jwt.payload, from.issuer);
  if ('code' in read) return refuse(read);
  const { claims } = read;
  const unfit =
    checkAudience(claims, settings) ??
    checkTime(claims, settings) ??
    checkDialectClaims(claims, settings) ??
    checkBinding(claims, settings);
  if (unfit !== undefined) return refuse(unfit);
  const scopes = scopesOf(jwt.payload);
  if (!isSet(scopes)) return refuse(scopes);
  const permissions = permissionsOf(jwt.payload);
  if (!isSet(permissions)) return refuse(permissions);
  const lacking = checkRequirement({ scopes, permissions }, needed, settings.permissionsCount);
  if (lacking !== undefined) return refuse(lacking);

  return {
    kind: 'accepted',
    token: verifiedToken(claims, clientOf(jwt.payload), { scopes, permissions }, settings.permissionsCount),
  };
}

const isSet = (value: ReadonlySet<string> | Finding): value is ReadonlySet<string> => value instanceof Set;

function refused(finding: Finding, token: unknown, jwt?: Jwt, retryAfterSeconds?: number): Verified {
  const evidence: Evidence = { ...fingerprint(token), ...(jwt === undefined ? {} : shown(jwt)) };
  return { kind: 'refused', finding, evidence, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}

/** Enough to find the issuance in the authorization server's log, which carries the SHA-256 of each token, and worth nothing to a thief. */
function fingerprint(token: unknown): Evidence {
  return typeof token === 'string' && token !== ''
    ? { tokenSha256: createHash('sha256').update(token).digest('hex').slice(0, 16) }
    : {};
}

/** What the token says about itself, for the developer's log. No profile data: it is not the log's business who the user is. */
function shown({ header, payload }: Jwt): Evidence {
  const evidence: Record<string, string | number | readonly string[]> = {};
  for (const [name, value] of Object.entries({
    typ: header.typ,
    alg: header.alg,
    kid: header.kid,
    iss: payload.iss,
    client: clientOf(payload),
    exp: payload.exp,
  })) {
    if (typeof value === 'string' || typeof value === 'number') evidence[name] = value;
  }
  const aud = audiencesOf(payload);
  if (aud.length > 0) evidence.aud = aud;
  return evidence;
}
