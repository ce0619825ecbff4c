// Finds an issuer's JWK Set (OpenID Connect Discovery §4, RFC 8414 §3).

import { unsafety } from './addresses.ts';
import { type Finding, found } from './causes/index.ts';
import { type FetchAnswer, fetchJson } from './fetch-json.ts';

export interface Access {
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
  readonly allowHttp: boolean;
}

export type Discovery =
  | { readonly kind: 'discovered'; readonly jwksUri: string }
  | { readonly kind: 'failed'; readonly finding: Finding };

/** The OpenID Connect path first; RFC 8414's if there is no document. A document that names another issuer is not used (RFC 8414 §3.3). */
export async function discover(issuer: string, access: Access): Promise<Discovery> {
  const first = await fetchJson(openidPath(issuer), access.fetch, access.timeoutMs);
  const isAbsent = first.kind === 'failed' && first.status !== undefined && first.status < 500;
  const answer = isAbsent ? await fetchJson(oauthPath(issuer), access.fetch, access.timeoutMs) : first;
  return read(answer.kind === 'failed' && isAbsent ? first : answer, issuer, access.allowHttp);
}

function read(answer: FetchAnswer, issuer: string, allowHttp: boolean): Discovery {
  if (answer.kind === 'failed') return failed(answer.problem);
  const { issuer: published, jwks_uri: jwksUri } = answer.document;
  if (published !== issuer) {
    return {
      kind: 'failed',
      finding: found('issuer_mismatch', {
        configured: issuer,
        published: typeof published === 'string' ? published : '(none)',
      }),
    };
  }
  if (typeof jwksUri !== 'string') return failed('the discovery document has no jwks_uri');
  const problem = unsafety(jwksUri, allowHttp);
  return problem === undefined ? { kind: 'discovered', jwksUri } : failed(`the jwks_uri ${jwksUri} ${problem}`);
}

const failed = (problem: string): Discovery => ({ kind: 'failed', finding: found('keys_unavailable', { problem }) });

const openidPath = (issuer: string): string => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

function oauthPath(issuer: string): string {
  const url = new URL(issuer);
  return `${url.origin}/.well-known/oauth-authorization-server${url.pathname.replace(/\/$/, '')}`;
}
