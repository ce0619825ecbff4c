// Whom a request came from and which host it asks, over trusted proxies or straight. Pure.

import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

export interface Origin {
  /** Lower case, with port. Not checked: which hosts are served is the router's to know. */
  readonly host: string;
  readonly secure: boolean;
  /** Always an address, unless the socket is gone. */
  readonly ip: string;
}

/** What the socket and the headers say. Forwarding headers count only if the peer is a proxy that may be believed. */
export function originOf(
  from: { readonly peer: string; readonly headers: IncomingHttpHeaders },
  tls: boolean,
  trustProxy: (address: string) => boolean,
): Origin {
  const { headers } = from;
  const direct = { host: (headers.host ?? '').toLowerCase(), secure: tls, ip: plainAddress(from.peer) };
  if (!trustProxy(direct.ip)) return direct;
  const protocol = forwarded(headers['x-forwarded-proto']);
  return {
    host: forwarded(headers['x-forwarded-host'])?.toLowerCase() ?? direct.host,
    secure: protocol === undefined ? direct.secure : protocol === 'https',
    ip: forwardedAddress(forwarded(headers['x-forwarded-for'])) ?? direct.ip,
  };
}

/** Last value of a forwarding header: the one that our own proxy wrote, not what the client claims. */
function forwarded(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value.at(-1) : value;
  return text?.split(',').at(-1)?.trim();
}

/**
 * The address alone. Some proxies write the port behind it: taken as it is, every connection would be somebody else, and no
 * limit by address would ever be reached. What is no address names nobody.
 */
function forwardedAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bare = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? undefined : plainAddress(bare);
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
