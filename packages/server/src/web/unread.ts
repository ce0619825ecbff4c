// Bodies that nobody reads: those of a GET, and the rest of one that is too large.

import type { IncomingMessage } from 'node:http';

/** Whether a body was announced and has not come to its end. */
export function unread(raw: IncomingMessage): boolean {
  const { 'transfer-encoding': coding, 'content-length': length } = raw.headers;
  return !raw.complete && (coding !== undefined || (length !== undefined && length !== '0'));
}

const mostBytes = 256 * 1024;
const mostMs = 500;

/**
 * Takes in what is on its way and throws it away, up to 256 kB or half a second. Without it the connection would be
 * reset under a client that is still sending, which then never sees why. Never rejects.
 */
export function discard(raw: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const end = () => {
      clearTimeout(timer);
      raw.off('data', count);
      resolve();
    };
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) end();
    };
    const timer = setTimeout(end, mostMs);
    if (raw.complete || raw.destroyed) return end();
    raw.unpipe();
    raw.on('data', count).once('end', end).once('close', end);
    raw.resume();
  });
}
