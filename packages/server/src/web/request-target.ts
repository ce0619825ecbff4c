// What a request asks for, read so that every proxy on its way must have read the same (security cases ENC, CLA-16).

import type { IncomingMessage } from 'node:http';

export interface RequestTarget {
  /** As sent, without the query. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
}

/**
 * The path and query of a request (RFC 9112 §3.2). `undefined` when two readers could disagree: no `Host`, an absolute target of
 * another host than `Host` names, or a body in a transfer coding that nobody here decodes (RFC 9112 §6.1).
 */
export function requestTarget(raw: IncomingMessage): RequestTarget | undefined {
  if (raw.headers.host === undefined && raw.httpVersion !== '1.0') return undefined;
  const coding = raw.headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return undefined;
  const url = raw.url ?? '/';
  const absolute = /^https?:\/\/([^/?#]*)/i.exec(url);
  if (absolute && absolute[1]?.toLowerCase() !== raw.headers.host?.toLowerCase()) return undefined;
  const target = absolute ? url.slice(absolute[0].length) || '/' : url;
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}
