// Where a login returns to, in words.

/** The host of a callback, or the scheme where an app is behind it. */
export function returnsTo(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri);
  return /^https?:$/.test(protocol) ? host : protocol.slice(0, -1);
}
