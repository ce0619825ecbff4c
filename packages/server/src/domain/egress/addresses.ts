// Which addresses the server may call: public ones, and what the operator allows. Judged is always an address, never how
// somebody wrote it: names and spellings are resolved first (security-cases SSR-01 to SSR-03).

import { BlockList, isIP } from 'node:net';

/** Not for the public Internet (IANA's special-purpose registry, RFC 6890), with multicast and what is reserved. */
const special4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Of IPv6 only 2000::/3 is public at all; in it, tunnels into IPv4 (Teredo, 6to4), documentation and protocols are not. */
const special6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const notPublic = new BlockList();
for (const [network, prefix] of special4) notPublic.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of special6) notPublic.addSubnet(network, prefix, 'ipv6');
const unicast6 = new BlockList();
unicast6.addSubnet('2000::', 3, 'ipv6');

/** Whether it is an address of the public Internet. A text that is no address is not. Pure. */
export function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublic.check(address, 'ipv4');
    case 6:
      // An IPv4 address inside an IPv6 one (::ffff:0:0/96, 64:ff9b::/96) lies outside of 2000::/3, and is refused with it.
      return unicast6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
    default:
      return false;
  }
}

/** An address as we compare it: without a zone, and an IPv4 one never in the clothes of IPv6, as sockets may report it. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '');
  return /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(bare)?.[1] ?? bare.toLowerCase();
}

/** What the operator allows beyond the public Internet. */
export interface Allowed {
  /** Whether this host, as a URL writes it, may be called wherever it leads, and also without TLS. */
  host(hostname: string): boolean;
  address(address: string): boolean;
}

/**
 * Reads the operator's list: host names, addresses, CIDR ranges. A name is allowed as it stands, not its subdomains.
 * @throws TypeError naming the entry that is none of these
 */
export function allowedBy(entries: readonly string[]): Allowed {
  const names = new Set<string>();
  const ranges = new BlockList();
  for (const entry of entries) {
    const [network = '', prefix, ...more] = entry.replace(/^\[(.*)\]$/, '$1').split('/');
    const version = isIP(network);
    const family = version === 6 ? 'ipv6' : 'ipv4';
    const most = version === 6 ? 128 : 32;
    if (version !== 0 && prefix === undefined) ranges.addAddress(network, family);
    else if (version !== 0 && more.length === 0 && /^\d{1,3}$/.test(prefix ?? '') && Number(prefix) <= most)
      ranges.addSubnet(network, Number(prefix), family);
    else if (prefix === undefined && /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(network)) names.add(network.toLowerCase());
    else throw new TypeError(`"${entry}" is neither a host name, nor an address, nor a CIDR range`);
  }
  const address = (text: string) => {
    const plain = plainAddress(text);
    const version = isIP(plain);
    return version !== 0 && ranges.check(plain, version === 6 ? 'ipv6' : 'ipv4');
  };
  return {
    host: (hostname) => {
      const bare = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
      return isIP(bare) ? address(bare) : names.has(bare);
    },
    address,
  };
}
