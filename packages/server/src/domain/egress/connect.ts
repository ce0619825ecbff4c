// A guarded TCP connection. The name is resolved once, every address that it has is judged, the socket is opened to one of
// those addresses and asked where it really leads: a name that changes its mind in between wins nothing (SSR-03).

import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { type Allowed, isPublic, plainAddress } from './addresses.ts';

/** Why nothing came of a call, in words that may be shown to the tenant: they tell nothing about what is inside our network. */
export type Failure =
  | { readonly reason: 'refused'; readonly description: 'The address is not one that this server may call' }
  | { readonly reason: 'unreachable'; readonly description: 'The server could not be reached' }
  | { readonly reason: 'timeout'; readonly description: 'The server did not answer in time' }
  | { readonly reason: 'too-large'; readonly description: 'The answer was too large' };

const descriptions = {
  refused: 'The address is not one that this server may call',
  unreachable: 'The server could not be reached',
  timeout: 'The server did not answer in time',
  'too-large': 'The answer was too large',
} as const;

/** A call that failed; `detail` is for the operator's log only. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly failure: Failure;
  readonly detail: string;
  constructor(reason: Failure['reason'], detail: string) {
    super(descriptions[reason]);
    this.failure = { reason, description: descriptions[reason] } as Failure;
    this.detail = detail;
  }
}

export interface Line {
  readonly allowed: Allowed;
  /** All addresses of a name. */
  readonly lookup: (hostname: string) => Promise<readonly string[]>;
  readonly dial: (address: string, port: number) => Socket;
}

export const systemLine: Omit<Line, 'allowed'> = {
  lookup: async (hostname) => (await systemLookup(hostname, { all: true })).map(({ address }) => address),
  dial: (address, port) => netConnect({ host: address, port }),
};

/** Addresses that are tried, one after the other: one of each family will do. */
const mostTried = 2;

/**
 * A connected socket to this host. `hostname` is a name or an address, of IPv6 with or without brackets. The caller ends the
 * socket. @throws CallFailed, also when `signal` is aborted, which ends the attempt
 */
export async function openSocket(line: Line, hostname: string, port: number, signal: AbortSignal): Promise<Socket> {
  const addresses = await untilAborted(signal, addressesOf(line, hostname));
  let failure: CallFailed | undefined;
  for (const address of addresses.slice(0, mostTried)) {
    try {
      return await dialed(line, address, port, signal);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      failure = error;
      if (error.failure.reason !== 'unreachable') break;
    }
  }
  throw failure ?? new CallFailed('unreachable', `${hostname} has no address`);
}

/** The addresses of a host, every one of which may be called. A name of which one leads inside is refused whole. */
async function addressesOf({ allowed, lookup }: Line, hostname: string): Promise<readonly string[]> {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  const found = isIP(bare)
    ? [bare]
    : await lookup(bare).catch((error: NodeJS.ErrnoException) => {
        throw new CallFailed('unreachable', `${bare} cannot be resolved: ${error.code ?? error.message}`);
      });
  const anywhere = allowed.host(bare);
  const refused = found.find((address) => !anywhere && !isPublic(address) && !allowed.address(address));
  if (refused !== undefined) {
    throw new CallFailed('refused', `${bare} leads to ${refused}; if that is meant, allow it with --allow-outbound`);
  }
  // One of each family before the second of any: a machine without IPv6 must not spend its tries there.
  const firsts = found.filter((address, index) => found.findIndex((other) => isIP(other) === isIP(address)) === index);
  return [...firsts, ...found.filter((address) => !firsts.includes(address))];
}

function dialed({ dial }: Line, address: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = dial(address, port);
    const fail = (error: CallFailed) => {
      signal.removeEventListener('abort', late);
      socket.destroy();
      reject(error);
    };
    const late = () => fail(new CallFailed('timeout', `${address} did not let us connect in time`));
    if (signal.aborted) return late();
    signal.addEventListener('abort', late, { once: true });
    // Stays for the life of the socket: an error that nobody hears would end the process.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      fail(new CallFailed('unreachable', `${address}: ${error.code ?? error.message}`)),
    );
    socket.once('connect', () => {
      const reached = plainAddress(socket.remoteAddress ?? '');
      if (reached !== plainAddress(address))
        return fail(new CallFailed('refused', `the connection to ${address} led to ${reached}`));
      signal.removeEventListener('abort', late);
      resolve(socket);
    });
  });
}

/** What `work` comes to, unless the time is over before. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let late = () => {};
  const aborted = new Promise<never>((_, reject) => {
    late = () => reject(new CallFailed('timeout', 'the time for the whole call was over'));
    if (signal.aborted) late();
    else signal.addEventListener('abort', late, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', late);
    // Whichever lost must not count as an error that nobody saw.
    work.catch(() => {});
    aborted.catch(() => {});
  }
}
