// The routes of signing keys (auth0-behaviour §3.3): list, read, rotate, revoke. The rules of the rings are in `domain/keys`.

import { type KeyRow, signingKeys as keyTable, listed } from '../../../domain/keys/ring.ts';
import { revokeKey, rotateRings } from '../../../domain/keys/rings.ts';
import { signingKeys } from '../../../resources/index.ts';
import type { AnyOf } from '../../../schema/collection.ts';
import { isSound } from '../../../schema/json.ts';
import { type Ask, json, type Route } from '../../../web/exchange.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { refused, uncached } from '../problem.ts';
import { isRefused, readQuery } from '../query.ts';

/** The four routes of `/api/v2/keys/signing`. */
export function signingKeyRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const missing = refused(404, signingKeys.errors.missing.message);
  const path = `/api/v2/${signingKeys.path}`;

  /** These take no parameters; SDKs send `include_totals` all the same. */
  const handle = (needs: readonly AnyOf[], act: Act) =>
    operation(machinery, needs, async (ask, here) => {
      const query = readQuery(ask.query, ['include_totals']);
      return isRefused(query) ? query : act(ask, here);
    });

  const rows = async (ask: Ask) => listed(await deps.database.store(ask.tenant).all(keyTable));
  const list = handle([['read:signing_keys']], async (ask) => json(200, (await rows(ask)).map(shown), uncached));
  const read = handle([['read:signing_keys']], async (ask) => {
    const row = (await rows(ask)).find(({ kid }) => kid === ask.params.kid);
    return row ? json(200, shown(row), uncached) : missing;
  });

  const rotate = handle([['create:signing_keys'], ['update:signing_keys']], async (ask, here) => {
    const rotation = await rotateRings(deps.database.store(ask.tenant), ask.host, deps.now());
    if (rotation.kind === 'too_soon') {
      return {
        ...refused(
          409,
          `The next key was published a moment ago and verifiers may not know it yet; rotate again in ${rotation.seconds} s`,
          'too_soon',
        ),
        headers: { 'retry-after': String(rotation.seconds) },
      };
    }
    const answer = { kid: rotation.current.kid, cert: rotation.current.cert };
    recordWrite(deps, ask, here.caller, 'Rotate the signing keys', {}, { status: 201, body: { kid: answer.kid } });
    return json(201, answer, uncached);
  });

  const revoke = handle([['update:signing_keys']], async (ask, here) => {
    const wanted = ask.params.kid ?? '';
    if (!isSound(wanted)) return missing;
    const revocation = await revokeKey(deps.database.store(ask.tenant), wanted, deps.now());
    if (revocation.kind === 'unknown') return missing;
    if (revocation.kind === 'not_previous') {
      return refused(
        400,
        `Only the previous key can be revoked, and this is the ${revocation.state} one; rotate first`,
        'key_not_previous',
      );
    }
    const { kid, cert } = revocation.row;
    recordWrite(deps, ask, here.caller, 'Revoke a signing key', {}, { status: 200, body: { kid } });
    return json(200, { kid, cert }, uncached);
  });

  const family = 'management' as const;
  return [
    { method: 'GET', path, handle: list, family },
    { method: 'GET', path: `${path}/:kid`, handle: read, family },
    { method: 'POST', path: `${path}/rotate`, handle: rotate, family },
    { method: 'PUT', path: `${path}/:kid/revoke`, handle: revoke, family },
  ];
}

/** A key as operators see it. */
function shown(row: KeyRow): object {
  return {
    kid: row.kid,
    alg: row.alg,
    cert: row.cert,
    pkcs7: row.pkcs7,
    current: row.state === 'current',
    next: row.state === 'next',
    previous: row.state === 'previous',
    ...(row.current_since === undefined ? {} : { current_since: row.current_since }),
    ...(row.current_until === undefined ? {} : { current_until: row.current_until }),
    fingerprint: row.fingerprint,
    thumbprint: row.thumbprint,
    revoked: row.state === 'revoked',
    ...(row.revoked_at === undefined ? {} : { revoked_at: row.revoked_at }),
  };
}
