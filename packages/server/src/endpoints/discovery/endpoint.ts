// What verifiers and clients read first: the metadata at both well-known paths and the key set.
// Served from memory, also while the database is away: an outage here would fail every API at once.

import { createHash } from 'node:crypto';
import type { Keyring } from '../../domain/keys/keyring.ts';
import { jwksCacheControl } from '../../domain/keys/ring.ts';
import type { TenantSettings } from '../../domain/tenants/settings.ts';
import type { TenantId } from '../../schema/brand.ts';
import { anyOrigin } from '../../web/cors.ts';
import type { Answer, Ask, Route } from '../../web/exchange.ts';
import { metadata } from './metadata.ts';

export interface DiscoveryDeps {
  readonly keyring: Keyring;
  readonly grantTypes: readonly string[];
  /** Whether the dashboard is served. */
  readonly dashboard: boolean;
  /** The tenant's settings, from memory while the database is away. */
  readonly settings: (tenant: TenantId) => Promise<TenantSettings>;
}

function document(ask: Ask, body: string, cacheControl: string): Answer {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = { 'cache-control': cacheControl, etag, ...anyOrigin };
  if (ask.headers['if-none-match'] === etag) return { status: 304, headers };
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body };
}

/** Routes of both documents. */
export function discoveryRoutes(deps: DiscoveryDeps): Route[] {
  const configuration = async (ask: Ask) => {
    const algorithms = await deps.keyring.algorithms(ask.tenant);
    const settings = await deps.settings(ask.tenant);
    const body = metadata({ issuer: ask.issuer, grantTypes: deps.grantTypes, algorithms, settings });
    return document(ask, JSON.stringify(body), 'public, max-age=15, stale-while-revalidate=15, stale-if-error=86400');
  };
  const keys = async (ask: Ask) => {
    const body = await deps.keyring.jwks(
      ask.tenant,
      (await deps.settings(ask.tenant)).flags?.remove_alg_from_jwks !== true,
    );
    return document(ask, body, jwksCacheControl);
  };
  const welcome = (ask: Ask): Answer => ({
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: [
      `The authorization server ${ask.issuer}`,
      '',
      `metadata        ${ask.issuer}.well-known/openid-configuration`,
      `key set         ${ask.issuer}.well-known/jwks.json`,
      `tokens          POST ${ask.issuer}oauth/token`,
      `Management API  ${ask.issuer}api/v2/openapi.json`,
      `errors          ${ask.issuer}docs/errors`,
      ...(deps.dashboard ? [`dashboard       ${ask.issuer}dashboard`] : []),
      '',
    ].join('\n'),
  });
  return [
    { method: 'GET', path: '/', family: 'plain', handle: welcome },
    { method: 'GET', path: '/.well-known/openid-configuration', family: 'plain', handle: configuration },
    { method: 'GET', path: '/.well-known/oauth-authorization-server', family: 'plain', handle: configuration },
    { method: 'GET', path: '/.well-known/jwks.json', family: 'plain', handle: keys },
  ];
}
