// What bodies may take of the memory of this process while they are read and answered. Some routes take megabytes, and who sends them is
// known only when all is there: without an end to it, some hundred strangers who send slowly would take all there is.

import { type Readable, Transform } from 'node:stream';

/** Bytes, of all that is under way and of what one network has under way. */
const mostInAll = 64 * 1024 * 1024;
const mostOfNetwork = mostInAll / 2;

/** There is no room for more of this body now: 503. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
  readonly statusCode = 503;
}

export interface Bodies {
  /**
   * The body, counted as it comes. It fails with `NoRoom` when there is too much under way; `payload` is left as it is then, so that an
   * answer can still be sent. `until` emits `close` when the answer was sent or nobody waits for it: then the room is free again.
   */
  counted(payload: Readable, network: string, until: NodeJS.EventEmitter): Readable;
}

/** The room of this process. Other numbers are for tests. */
export function createBodies(most = { inAll: mostInAll, ofNetwork: mostOfNetwork }): Bodies {
  let inAll = 0;
  const byNetwork = new Map<string, number>();

  const add = (network: string, bytes: number) => {
    inAll += bytes;
    const now = (byNetwork.get(network) ?? 0) + bytes;
    if (now > 0) byNetwork.set(network, now);
    else byNetwork.delete(network);
  };

  return {
    counted(payload, network, until) {
      let held = 0;
      let isOver = false;
      until.once('close', () => {
        isOver = true;
        add(network, -held);
      });
      const stream = new Transform({
        transform(chunk: Buffer, _encoding, next) {
          const { length } = chunk;
          const fits =
            inAll + length <= most.inAll && (byNetwork.get(network) ?? 0) + length <= most.ofNetwork && !isOver;
          if (!fits) return next(new NoRoom('too many bodies are under way'));
          held += length;
          add(network, length);
          next(null, chunk);
        },
      });
      // Not `pipeline`, which would end the connection with the stream.
      payload.pipe(stream);
      payload.once('error', (error) => stream.destroy(error));
      payload.once('close', () => {
        if (!payload.readableEnded) stream.destroy();
      });
      stream.once('error', () => payload.unpipe(stream));
      return stream;
    },
  };
}
