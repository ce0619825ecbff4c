// Requests as bytes: for what no HTTP client would send. Answers are read until the server closes or the wait is over.

import { connect, type Socket } from 'node:net';

export interface RawReply {
  readonly status: number;
  /** Names in lower case; the last of several. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Talk {
  /** Every complete answer, in order. */
  readonly replies: readonly RawReply[];
  /** Whether the server ended the connection, within the wait. */
  readonly closed: boolean;
  /** How long that took, or the wait, in ms. */
  readonly milliseconds: number;
  readonly raw: string;
}

/** A connection to this machine. Once it stands it never throws: a reset is an end. */
export function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

/** Sends the parts one after the other and reads until the server closes, `count` answers are there, or `waitMs` is over. */
export async function talk(
  port: number,
  bytes: string | Buffer | readonly (string | Buffer)[],
  options: { waitMs?: number; count?: number; pauseMs?: number } = {},
): Promise<Talk> {
  const { waitMs = 3_000, count = Number.POSITIVE_INFINITY, pauseMs = 0 } = options;
  const began = performance.now();
  const socket = await dial(port);
  socket.setEncoding('latin1');
  let raw = '';
  let closed = false;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    socket.on('data', (chunk) => {
      raw += String(chunk);
      if (readReplies(raw).length >= count) end();
    });
    socket.once('close', () => {
      closed = true;
      end();
    });
  });
  const parts = typeof bytes === 'string' || Buffer.isBuffer(bytes) ? [bytes] : bytes;
  for (const [index, part] of parts.entries()) {
    if (index > 0 && pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    if (socket.destroyed) break;
    socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
  }
  await over;
  socket.destroy();
  return { replies: readReplies(raw), closed, milliseconds: performance.now() - began, raw };
}

/** The complete answers at the start of what came, one character a byte. Interim answers (100) are left out. */
export function readReplies(raw: string): RawReply[] {
  const replies: RawReply[] = [];
  for (let at = 0; ; ) {
    const headEnd = raw.indexOf('\r\n\r\n', at);
    if (headEnd < 0) return replies;
    const [first = '', ...lines] = raw.slice(at, headEnd).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
    const from = headEnd + 4;
    // Node answers some refusals by itself, chunked and empty; the server's own answers have a length.
    const chunked = headers['transfer-encoding'] === 'chunked';
    const to = chunked ? raw.indexOf('0\r\n\r\n', from) + 5 : from + Number(headers['content-length'] ?? 0);
    if (to < from || to > raw.length) return replies;
    if (status >= 200 || status === 0) replies.push({ status, headers, body: raw.slice(from, to) });
    at = to;
  }
}

/** The bytes of a request, one character a byte. A `Content-Length` is added to a body unless the headers frame it. */
export function request(line: string, headers: readonly string[], body: string | Buffer = ''): string {
  const text = (typeof body === 'string' ? Buffer.from(body) : body).toString('latin1');
  const framed = headers.some((header) => /^(content-length|transfer-encoding)\s*:/i.test(header));
  const length = framed || text === '' ? [] : [`Content-Length: ${text.length}`];
  return `${[line, ...headers, ...length].join('\r\n')}\r\n\r\n${text}`;
}
