// How an answer goes onto the wire: the headers that each has, whoever makes it, and the answers to what never becomes a request
// (no HTTP, too many headers, too slow). Node has answers of its own for those, without our headers; these take their place.

import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Answer } from './exchange.ts';
import { failure } from './failures.ts';

/** A year (RFC 6797). Subdomains are the operator's to decide about, in a proxy. */
const strictly = 'max-age=31536000';

export interface Sending {
  /** The connection ends behind it. */
  readonly closing: boolean;
  /** The host may be told to browsers as one to ask by https alone. */
  readonly httpsOnly: boolean;
}

/** The headers of an answer, with those that all have. Its own win, but for the end of the connection and the length. */
export function wireHeaders(answer: Answer, { closing, httpsOnly }: Sending): OutgoingHttpHeaders {
  const { status, bytes, body = bytes } = answer;
  const headers: Record<string, string | readonly string[] | number> = {
    'x-content-type-options': 'nosniff',
    ...answer.headers,
  };
  if (httpsOnly) headers['strict-transport-security'] = strictly;
  if (closing) headers.connection = 'close';
  if (body !== undefined || (status !== 204 && status !== 304))
    headers['content-length'] = Buffer.byteLength(body ?? '');
  return headers as OutgoingHttpHeaders;
}

const unparsed: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'Payload Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};

/**
 * Answers bytes of which Node could make no request, and ends the connection: what follows may be anything. `isHttpsOnly` judges the
 * host that the TLS handshake named, with the port; behind a proxy nobody knows it, and nothing is told.
 */
export function refuseUnparsed(
  error: NodeJS.ErrnoException,
  socket: Socket,
  isHttpsOnly: (host: string) => boolean,
): void {
  // A reset connection has nobody to read. An answer that has begun, to the request whose body broke off, must stay the last:
  // a second one would be taken for that of the next request.
  const answered = (socket as { _httpMessage?: { readonly headersSent?: boolean } | null })._httpMessage?.headersSent;
  if (error.code !== 'ECONNRESET' && socket.writable && answered !== true) {
    const [status, message] = unparsed[error.code ?? ''] ?? [400, 'Bad Request'];
    const name = (socket as Partial<TLSSocket>).servername;
    const httpsOnly = typeof name === 'string' && isHttpsOnly(`${name.toLowerCase()}:${socket.localPort}`);
    const answer = failure('plain', status, message);
    const headers = Object.entries(wireHeaders(answer, { closing: true, httpsOnly }));
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers.map(([key, value]) => `${key}: ${value}`)];
    socket.write(`${lines.join('\r\n')}\r\n\r\n${answer.body}`);
  }
  // At once, as Node does: what was written has left, and whoever reads nothing or ends no handshake must not be waited for.
  socket.destroy(error);
}
