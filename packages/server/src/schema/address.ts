// IP addresses and CIDR ranges: one reading of them for what may be stored, for what matches, and for what is counted.

/** An address as bits, or a range of addresses; one address is a range of one. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly bits: bigint;
  /** How many of the leading bits count. */
  readonly prefix: number;
}

const widths = { 4: 32, 6: 128 } as const;

function readV4(text: string): bigint | undefined {
  const parts = text.split('.');
  // No leading zeros: some programs read them as octal.
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function readV6(text: string): bigint | undefined {
  let plain = text;
  const dotted = /:([\d.]+)$/.exec(text)?.[1];
  if (dotted?.includes('.')) {
    const tail = readV4(dotted);
    if (tail === undefined) return undefined;
    const words = `${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
    plain = text.slice(0, -dotted.length) + words;
  }
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const words = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!words.every((word) => /^[\da-f]{1,4}$/i.test(word))) return undefined;
  return words.reduce((bits, word) => (bits << 16n) | BigInt(`0x${word}`), 0n);
}

/** An IPv4 or IPv6 address; an IPv4 address that is written as IPv6 is what it is. `undefined` for anything else. Pure. */
export function readAddress(text: string): AddressRange | undefined {
  const v4 = readV4(text);
  if (v4 !== undefined) return { family: 4, bits: v4, prefix: 32 };
  // The zone of a link-local address means something on its own machine only.
  const v6 = text.length <= 100 ? readV6(text.replace(/%[\w.-]+$/, '')) : undefined;
  if (v6 === undefined) return undefined;
  if (v6 >> 32n === 0xffffn) return { family: 4, bits: v6 & 0xffff_ffffn, prefix: 32 };
  return { family: 6, bits: v6, prefix: 128 };
}

/** An address or a CIDR range. Bits beyond the prefix do not matter. `undefined` for anything else. Pure. */
export function readRange(text: string): AddressRange | undefined {
  const [address = '', prefix, ...more] = text.split('/');
  const read = readAddress(address);
  if (prefix === undefined || !read) return read;
  // An IPv4 range in IPv6 writing is ambiguous about what its prefix counts.
  const plain = read.family === 6 || !address.includes(':');
  if (more.length > 0 || !/^\d{1,3}$/.test(prefix) || !plain) return undefined;
  return Number(prefix) <= widths[read.family] ? { ...read, prefix: Number(prefix) } : undefined;
}

/** Whether the range contains the address. Pure. */
export function contains(range: AddressRange, address: AddressRange): boolean {
  if (range.family !== address.family) return false;
  const rest = BigInt(widths[range.family] - range.prefix);
  return range.bits >> rest === address.bits >> rest;
}

/**
 * Who is behind an address, as far as limits know: an IPv4 address itself, or the first 64 bits of an IPv6 address, since every
 * household has all of the rest. A text that is no address counts as itself. Pure.
 */
export function networkOf(text: string): string {
  const address = readAddress(text);
  if (!address) return text;
  if (address.family === 4) return [24n, 16n, 8n, 0n].map((by) => (address.bits >> by) & 0xffn).join('.');
  const words = [112n, 96n, 80n, 64n].map((by) => ((address.bits >> by) & 0xffffn).toString(16));
  return `${words.join(':')}::/64`;
}
