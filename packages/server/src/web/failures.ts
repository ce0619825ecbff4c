// Answers to what no endpoint decided: unknown paths, wrong methods, oversized bodies, outages and bugs,
// in the error shape of the URL family that was asked.

import { noStore } from './answers.ts';
import { refusedToAnybody } from './cors.ts';
import { type Answer, type AnswerFamily, json } from './exchange.ts';
import { errorPage } from './page.ts';

const oauthCodes: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'invalid_request',
  429: 'too_many_requests',
  500: 'server_error',
  503: 'temporarily_unavailable',
};
const managementNames: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** An answer in the family's own error shape. 503 says when to come back (seconds). Scripts of any origin may read those of APIs. */
export function failure(
  family: AnswerFamily,
  status: number,
  message: string,
  headers: Answer['headers'] = {},
): Answer {
  const all = { ...noStore, ...(status === 503 ? { 'retry-after': '2' } : {}), ...headers };
  switch (family) {
    case 'oauth':
      return json(
        status,
        { error: oauthCodes[status] ?? 'invalid_request', error_description: message },
        { ...refusedToAnybody, ...all },
      );
    case 'management':
      return json(
        status,
        {
          statusCode: status,
          error: managementNames[status] ?? 'Error',
          message,
          ...(status === 429 ? { errorCode: 'too_many_requests' } : {}),
        },
        { ...refusedToAnybody, ...all },
      );
    case 'page':
      // No request to read a language from, and maybe no store to read a look from.
      return errorPage({ query: '', headers: {} }, undefined, {
        status,
        error: oauthCodes[status] ?? 'invalid_request',
        description: message,
        headers: all,
      });
    case 'plain':
      return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...all }, body: `${message}\n` };
  }
}

/** The shape that clients of a part of the tree read. */
function familyOf(path: string): AnswerFamily {
  if (path === '/api/v2' || path.startsWith('/api/v2/')) return 'management';
  return path.startsWith('/oauth/') ? 'oauth' : 'plain';
}

/** 404 for a path that is no route. */
export function notFound(path: string): Answer {
  return failure(familyOf(path), 404, 'Not Found');
}

/** 400 for a path that cannot be read. */
export function badRequest(path: string): Answer {
  return failure(familyOf(path), 400, 'Bad Request');
}
