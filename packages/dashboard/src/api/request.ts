// One call of the Management API, as the user who is signed in.

import { accessToken } from '../session/session.ts';

/** What the API answered instead of doing it; `message` is its own sentence. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string | undefined;
  constructor(status: number, message: string, code: string | undefined) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** `path` below /api/v2, with its query. @throws ApiError, SignInFailed */
export async function call<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const send = async (anew: boolean) =>
    fetch(`/api/v2${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await accessToken(anew)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw error instanceof TypeError ? new ApiError(0, 'The server cannot be reached.', 'offline') : error;
    });
  let response = await send(false);
  // The key that signed the token may have been revoked, or the token with its session.
  if (response.status === 401) response = await send(true);
  const text = await response.text();
  const answer = text === '' ? undefined : parsed(text);
  if (response.ok) return answer as T;
  const { message, errorCode } = (answer ?? {}) as { message?: string; errorCode?: string };
  throw new ApiError(response.status, sentenceOf(message) ?? `The server answered ${response.status}.`, errorCode);
}

/** What the API says, for people: of a permission that is missing it names those of which any would do. */
function sentenceOf(message: string | undefined): string | undefined {
  const [, names] = /^Insufficient scope, expected any of: (.+)$/.exec(message ?? '') ?? [];
  if (names === undefined) return message;
  return `This takes the permission ${names.split(',').join(' or ')}, which you do not hold.`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A path with its values encoded: `path`/clients/${id}``. */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce(
    (text, part, index) => `${text}${part}${index < values.length ? encodeURIComponent(values[index] ?? '') : ''}`,
    '',
  );
}
