// Fetches a small JSON document from an issuer, with every limit that keeps a sick or hostile answer from hurting this process.

import { isJsonObject, type JsonObject } from './jwt.ts';

export type FetchAnswer =
  | {
      readonly kind: 'fetched';
      readonly document: JsonObject;
      /** `max-age` of Cache-Control, if there is one; 0 for `no-store` and `no-cache`. */
      readonly maxAgeSeconds: number | undefined;
    }
  /** `problem` is for the developer; `status` is there if there was an answer. */
  | { readonly kind: 'failed'; readonly problem: string; readonly status: number | undefined };

const largestAnswer = 512 * 1024;
const failed = (problem: string, status?: number): FetchAnswer => ({ kind: 'failed', problem, status });

/**
 * GET with a time-out of `timeoutMs` for the whole answer, at most 512 kB, no redirect followed (an issuer's address is what was configured,
 * and nothing that a redirect names), no cookies, no credentials. Never rejects.
 */
export async function fetchJson(url: string, get: typeof fetch, timeoutMs: number): Promise<FetchAnswer> {
  try {
    const response = await get(url, {
      redirect: 'manual',
      credentials: 'omit',
      headers: { accept: 'application/json, application/jwk-set+json' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return failed(
        `GET ${url} answers ${response.status}${response.status >= 300 && response.status < 400 ? ', and redirects are not followed' : ''}`,
        response.status,
      );
    }
    const text = await readLimited(response);
    if (text === undefined) return failed(`GET ${url} answers more than ${largestAnswer / 1024} kB`);
    const document: unknown = JSON.parse(text);
    if (!isJsonObject(document)) return failed(`GET ${url} answers JSON that is not an object`);
    return { kind: 'fetched', document, maxAgeSeconds: maxAge(response.headers.get('cache-control')) };
  } catch (error) {
    return failed(`GET ${url} fails: ${reasonOf(error, timeoutMs)}`);
  }
}

async function readLimited(response: Response): Promise<string | undefined> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > largestAnswer) return undefined; // leaving the loop cancels the stream
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function maxAge(cacheControl: string | null): number | undefined {
  if (cacheControl === null) return undefined;
  if (/\bno-(?:store|cache)\b/i.test(cacheControl)) return 0;
  const seconds = /\bmax-age="?(\d{1,9})/i.exec(cacheControl)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** The innermost reason: `fetch failed` alone helps nobody. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  if (error instanceof SyntaxError) return 'the answer is not JSON';
  const cause: unknown = error.cause;
  if (cause instanceof Error) {
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
    return [code, cause.message].filter((part) => part !== undefined && part !== '').join(' ');
  }
  return error.message;
}
