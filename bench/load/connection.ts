// One keep-alive connection that sends prepared requests and reads as little of the answers as it must: the status and
// the length. Cheap on purpose: on a machine with two cores a heavy load generator would be measured with the server.

import { connect, type Socket } from 'node:net';

export interface Connection {
  /** Sends a whole request; one at a time. The status is handed over when the last byte of the answer is there. */
  send(request: Buffer, answered: (status: number) => void): void;
  close(): void;
}

const headEnd = Buffer.from('\r\n\r\n');

/** The length of the whole answer that begins here, or `undefined` while its head is not complete. */
function lengthOf(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const length = /\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined && !head.startsWith('HTTP/1.1 204')) throw new Error(`an answer without a length:\n${head}`);
  return end + 4 + Number(length ?? 0);
}

/** Opens a connection to a port of this machine. `failed` is told once if it breaks. */
export function openConnection(port: number, failed: (error: Error) => void): Promise<Connection> {
  let pending: ((status: number) => void) | undefined;
  let received: Buffer | undefined;
  let closed = false;

  function onBytes(count: number, buffer: Uint8Array): boolean {
    const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, count);
    const bytes = received ? Buffer.concat([received, chunk]) : chunk;
    try {
      const length = lengthOf(bytes);
      if (length === undefined || bytes.length < length) {
        received = received ? bytes : Buffer.from(chunk);
        return true;
      }
      if (bytes.length > length) throw new Error('more bytes than one answer');
      const status = Number(bytes.toString('latin1', 9, 12));
      const answered = pending;
      received = undefined;
      pending = undefined;
      answered?.(status);
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)));
    }
    return true;
  }

  return new Promise((resolve, reject) => {
    const socket: Socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: { buffer: Buffer.alloc(64 * 1024), callback: onBytes },
    });
    socket.once('error', (error) => {
      reject(error);
      if (!closed) failed(error);
    });
    socket.once('close', () => {
      if (!closed) failed(new Error('the server closed the connection'));
    });
    socket.once('connect', () =>
      resolve({
        send(request, answered) {
          pending = answered;
          socket.write(request);
        },
        close() {
          closed = true;
          socket.destroy();
        },
      }),
    );
  });
}
