// The error shape of the Management API (auth0-behaviour §37.3): statusCode, error, message, errorCode.

import { readOn } from '../../web/answers.ts';
import { type Answer, json } from '../../web/exchange.ts';

/** A decision not to do it, as a value. */
export interface Refused {
  readonly kind: 'refused';
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 429 | 503;
  readonly message: string;
  readonly errorCode?: string | undefined;
  readonly headers?: Answer['headers'];
}

const names: Readonly<Record<Refused['status'], string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** A refusal as a value. `message` is for the caller: no secret, nothing of other tenants. */
export function refused(status: Refused['status'], message: string, errorCode?: string): Refused {
  return { kind: 'refused', status, message, errorCode };
}

/** A body that was understood and is wrong. */
export function badBody(message: string): Refused {
  return refused(400, message, 'invalid_body');
}

/** What answers of the Management API have in common: nobody may keep them. */
export const uncached = { 'cache-control': 'private, no-store, no-cache, must-revalidate' } as const;

/** The answer to a refusal, which no cache may keep. */
export function problem(refusal: Refused): Answer {
  const { status, message, errorCode } = refusal;
  return json(
    status,
    { statusCode: status, error: names[status], message, ...(errorCode === undefined ? {} : { errorCode }) },
    { ...uncached, ...(errorCode === undefined ? {} : readOn(errorCode)), ...refusal.headers },
  );
}

/** 403: the token lacks a scope; any of these would do (auth0-behaviour §37.3, RFC 6750 §3.1). */
export function lacksScope(anyOf: readonly string[]): Refused {
  const challenge = `Bearer error="insufficient_scope", error_description="The token lacks a scope", scope="${anyOf.join(' ')}"`;
  return {
    ...refused(403, `Insufficient scope, expected any of: ${anyOf.join(',')}`, 'insufficient_scope'),
    headers: { 'www-authenticate': challenge },
  };
}
