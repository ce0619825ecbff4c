// Requests that arrive together: all but the last byte is sent ahead, and the last bytes go out in one breath, so that
// the server has everything parsed and only the check itself is raced (measured in the catalogue as M5).

import { setTimeout as sleep } from 'node:timers/promises';
import { dial, type RawReply, readReplies } from './sockets.ts';

/** Time for the first bytes to be read everywhere, in ms. */
const settleMs = 30;
const patienceMs = 15_000;

/**
 * Sends each request on a connection of its own, to the ports in turn; answers in the order of the requests, `undefined`
 * where none came whole. `released` is called when the last bytes are on their way.
 */
export async function race(
  ports: readonly number[],
  requests: readonly string[],
  released: () => void = () => undefined,
): Promise<(RawReply | undefined)[]> {
  const runners = await Promise.all(
    requests.map(async (text, index) => {
      const socket = await dial(ports[index % ports.length] ?? 0);
      const bytes = Buffer.from(text, 'latin1');
      let raw = '';
      const answered = new Promise<RawReply | undefined>((resolve) => {
        const timer = setTimeout(() => socket.destroy(), patienceMs);
        socket.setEncoding('latin1');
        socket.on('data', (chunk) => {
          raw += String(chunk);
          if (readReplies(raw).length > 0) socket.destroy();
        });
        socket.once('close', () => {
          clearTimeout(timer);
          resolve(readReplies(raw)[0]);
        });
      });
      socket.write(bytes.subarray(0, -1));
      return { release: () => socket.write(bytes.subarray(-1)), answered };
    }),
  );
  await sleep(settleMs);
  for (const { release } of runners) release();
  released();
  return Promise.all(runners.map(({ answered }) => answered));
}
