// Which addresses an API may be told to trust.

/** Does this host name mean this machine only? (RFC 6761 §6.3, RFC 8252 §7.3) */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}

/** What is wrong with fetching keys from this address, as the end of a sentence; undefined if nothing is. */
export function unsafety(address: string, allowHttp: boolean): string | undefined {
  if (!URL.canParse(address)) return 'is not a URL';
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'is not an https URL';
  if (url.username !== '' || url.password !== '') return 'has a user name or password in it';
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname))
    return 'is http: whoever is on the wire could replace the keys';
  return undefined;
}
