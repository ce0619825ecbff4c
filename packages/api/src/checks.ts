// The checks of a token that is taken apart. Each says what it found wrong, or nothing. Those before the signature read claims that nobody vouches for.

import { type Algorithm, isAlgorithm, isSymmetric } from './algorithms.ts';
import { type Finding, found } from './causes/index.ts';
import type { JsonObject, Jwt } from './jwt.ts';
import type { KeyFound, KeyWanted } from './keys.ts';
import { audiencesOf } from './kind.ts';
import { looksLikeSiblingTenant, nearMiss } from './near-miss.ts';
import type { Settings } from './options.ts';
import type { Claims } from './token.ts';

/** The header's `alg` is compared with the pinned list and decides nothing (RFC 8725 §3.1). */
export function checkAlgorithm({ header }: Jwt, settings: Settings): Algorithm | Finding {
  const { alg } = header;
  if (typeof alg !== 'string' || alg === '' || alg.toLowerCase() === 'none') {
    return found('alg_none', { alg: typeof alg === 'string' ? alg : 'missing' });
  }
  if (isAlgorithm(alg) && settings.algorithms.includes(alg)) return alg;
  const isHmac = isAlgorithm(alg) ? isSymmetric(alg) : /^hs\d/i.test(alg);
  return isHmac && !settings.algorithms.some(isSymmetric)
    ? found('hmac_not_allowed', { alg })
    : found('alg_not_allowed', { alg });
}

/** No extension is understood here, so any `crit` is refused (RFC 7515 §4.1.11), and `b64` in any case, since it would change what is signed (RFC 7797). */
export function checkExtensions({ header }: Jwt): Finding | undefined {
  if (header.crit !== undefined) return found('critical_header', { header: 'crit' });
  return header.b64 === undefined ? undefined : found('critical_header', { header: 'b64' });
}

const longestKid = 256;

/** `kid` goes to key sources that others write: it is text of bounded length. `jku`, `jwk`, `x5u` and `x5c` are never read (RFC 8725 §3.10). */
export function checkKid({ header }: Jwt): { readonly kid: string | undefined } | Finding {
  const { kid } = header;
  if (kid === undefined) return { kid };
  return typeof kid === 'string' && kid.length <= longestKid ? { kid } : found('bad_key_id', {});
}

/** Exact comparison (RFC 9068 §4); what is near is only named. */
export function checkIssuer({ payload }: Jwt, settings: Settings): { readonly issuer: string } | Finding {
  const { iss } = payload;
  if (iss === undefined) return found('no_issuer', {});
  if (typeof iss !== 'string') return found('malformed_claim', { claim: 'iss', expected: 'text' });
  if (settings.finders.has(iss)) return { issuer: iss };
  const difference = firstOf(settings.issuers, (issuer) => nearMiss(iss, issuer));
  const isSibling = settings.issuers.some((issuer) => looksLikeSiblingTenant(iss, issuer));
  if (isSibling) return found('wrong_tenant', { iss });
  return difference === undefined ? found('wrong_issuer', { iss }) : found('wrong_issuer', { iss, difference });
}

function firstOf<T>(values: readonly T[], look: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const result = look(value);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** Why there is no key to check with. */
export function missingKey(answer: Exclude<KeyFound, { kind: 'key' }>, wanted: KeyWanted): Finding {
  const { alg, kid = '(none)' } = wanted;
  switch (answer.kind) {
    case 'unavailable':
      return answer.finding;
    case 'unknown':
      return found('unknown_key', { kid, keys: answer.kids });
    case 'ambiguous':
      return found('no_key_id', { keys: answer.keys });
    case 'unfit':
      return found('key_for_other_algorithm', { kid, alg, problem: answer.problem });
    case 'unusable':
      return found('unusable_key', { kid, problem: answer.problem });
  }
}

/** From here on the signature is verified. Types first, so that nothing below has to doubt them. */
export function readClaims(payload: JsonObject, issuer: string): { readonly claims: Claims } | Finding {
  const { sub, exp, iat, nbf, aud } = payload;
  if (aud === undefined || (Array.isArray(aud) && aud.length === 0)) return found('no_audience', {});
  if (!isAudience(aud)) return found('malformed_claim', { claim: 'aud', expected: 'text or a list of text' });
  if (exp === undefined) return found('missing_claim', { claim: 'exp' });
  if (sub === undefined || sub === '') return found('missing_claim', { claim: 'sub' });
  if (typeof sub !== 'string') return found('malformed_claim', { claim: 'sub', expected: 'text' });
  if (!isTime(exp)) return wrongTime('exp');
  if (iat !== undefined && !isTime(iat)) return wrongTime('iat');
  if (nbf !== undefined && !isTime(nbf)) return wrongTime('nbf');
  return { claims: { ...payload, iss: issuer, sub, aud, exp } };
}

const wrongTime = (claim: string): Finding => found('malformed_claim', { claim, expected: 'a number of seconds' });
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function isAudience(value: unknown): value is string | readonly string[] {
  return typeof value === 'string' || (Array.isArray(value) && value.every((aud) => typeof aud === 'string'));
}

/** One of the audiences must be this API, exactly (RFC 9068 §4). A near miss is only named. */
export function checkAudience(claims: Claims, settings: Settings): Finding | undefined {
  const auds = audiencesOf(claims);
  if (auds.some((aud) => settings.audiences.includes(aud))) return undefined;
  const userinfo = `${claims.iss.replace(/\/$/, '')}/userinfo`;
  const apis = auds.filter((aud) => aud !== userinfo);
  if (apis.length === 0) return found('userinfo_only', { aud: userinfo });
  const difference = firstOf(apis, (aud) => firstOf(settings.audiences, (audience) => nearMiss(aud, audience)));
  return difference === undefined
    ? found('wrong_audience', { aud: auds })
    : found('wrong_audience', { aud: auds, difference });
}

/** Comparisons stand so that a clock that gives NaN denies. */
export function checkTime(claims: Claims, settings: Settings): Finding | undefined {
  const now = settings.now() / 1000;
  const { toleranceSeconds } = settings;
  if (!(now < claims.exp + toleranceSeconds))
    return found('expired', { expiredForSeconds: Math.floor(now - claims.exp) });
  const { nbf, iat } = claims;
  if (nbf !== undefined && !(nbf <= now + toleranceSeconds))
    return found('not_yet_valid', { validInSeconds: Math.ceil(nbf - now) });
  if (iat !== undefined && !(iat <= now + toleranceSeconds))
    return found('issued_in_future', { issuedInSeconds: Math.ceil(iat - now) });
  return undefined;
}

/** What a dialect demands beyond that, if one is set (RFC 9068 §2.2; Auth0's tokens always have `azp`). */
export function checkDialectClaims(claims: Claims, settings: Settings): Finding | undefined {
  const needed = { any: [], auth0: ['azp', 'iat'], rfc9068: ['client_id', 'iat', 'jti'] }[settings.dialect];
  const claim = needed.find((name) => claims[name] === undefined || claims[name] === '');
  return claim === undefined ? undefined : found('missing_claim', { claim });
}

/** A bound token that is taken as a plain one is worth no more than a plain one to a thief (RFC 9449 §7.2, RFC 8705 §3). */
export function checkBinding(claims: Claims, settings: Settings): Finding | undefined {
  const { cnf } = claims;
  if (cnf === undefined || settings.ignoreBinding) return undefined;
  const names = typeof cnf === 'object' && cnf !== null ? Object.keys(cnf) : [];
  const binding = names.includes('jkt')
    ? 'DPoP'
    : names.includes('x5t#S256')
      ? 'client certificate'
      : `cnf ${names.join(' ')}`;
  return found('sender_constrained', { binding });
}
