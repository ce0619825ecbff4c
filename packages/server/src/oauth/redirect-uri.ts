// Which addresses a browser may be sent to (RFC 9700 §4.1, auth0-behaviour §4.3 and LO-5). Texts are compared as they were
// sent and registered, never after parsing: two parsers that disagree about a URL are how codes get stolen.

import type { Brand } from '../schema/brand.ts';

/** An address of the client's own that was compared with its list: the only thing that a redirect answer takes. */
export type RegisteredRedirect = Brand<string, 'RegisteredRedirect'>;
/** An address on a list of logout addresses. */
export type RegisteredLogoutUrl = Brand<string, 'RegisteredLogoutUrl'>;

export interface RedirectRules {
  readonly callbacks: readonly string[];
  /** Not for third-party clients in strict mode (CB-6). */
  readonly wildcards: boolean;
  /** Native applications listen on any free port of the loopback address (RFC 8252 §7.3). */
  readonly anyLoopbackPort: boolean;
}

/** Schemes that run code or carry content instead of naming a place; refused here too, should a list hold one (RED-06). */
const refusedSchemes = /^(?:javascript|data|vbscript|file|blob|about):/i;
/** A scheme, then printable ASCII without what breaks out of headers, attributes and parsers. */
const shape = /^[a-z][a-z0-9+.-]*:[^\s"<>\\^`{|}*#\x00-\x20\x7f-\uffff]+$/i;

/** Whether this is an absolute URI of a shape that a browser may be sent to. A fragment is refused (RFC 6749 §3.1.2). */
export function isRedirectShape(uri: string): boolean {
  if (uri.length > 2048 || !shape.test(uri) || refusedSchemes.test(uri)) return false;
  if (!/^https?:/i.test(uri)) return true;
  // Who and where must be plain: no userinfo, which hides the host from people and from careless parsers (RED-02), and nothing
  // that would begin another directive where the origin stands in a Content-Security-Policy.
  return /^https?:\/\/(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?]|$)/i.test(uri) && URL.canParse(uri);
}

/**
 * The address if it is one of the client's: byte by byte, or one label under a registered wildcard, or on another port of a
 * registered loopback address. `undefined` otherwise. Entries with `{...}` placeholders match nothing, since no
 * organization or custom domain is known here.
 */
export function registeredRedirect(uri: string, rules: RedirectRules): RegisteredRedirect | undefined {
  if (!isRedirectShape(uri)) return undefined;
  const found = rules.callbacks.some(
    (callback) =>
      callback === uri ||
      (rules.wildcards && matchesWildcard(uri, callback)) ||
      (rules.anyLoopbackPort && matchesLoopback(uri, callback)),
  );
  return found ? (uri as RegisteredRedirect) : undefined;
}

/** The client's only address, for a request that names none (RFC 6749 §3.1.2.3); `undefined` if it has none or several. */
export function onlyRedirect(rules: RedirectRules): RegisteredRedirect | undefined {
  const [only, ...more] = rules.callbacks;
  return only === undefined || more.length > 0 ? undefined : registeredRedirect(only, { ...rules, wildcards: false });
}

/**
 * `https://pre-*-post.example.com/cb`: http or https, one star, in the leftmost of at least three labels, for a part of one
 * label (CB-3). Everything else is compared byte by byte.
 */
function matchesWildcard(uri: string, pattern: string): boolean {
  const parts = /^(https?:\/\/[a-z0-9-]*)\*([a-z0-9-]*(?:\.[a-z0-9-]+){2,}(?::\d{1,5})?(?:[/?][^*]*)?)$/i.exec(pattern);
  if (!parts) return false;
  const [, before = '', after = ''] = parts;
  if (!uri.startsWith(before) || !uri.endsWith(after) || uri.length <= before.length + after.length) return false;
  const filled = uri.slice(before.length, uri.length - after.length);
  const label = `${before.slice(before.indexOf('//') + 2)}${filled}${/^[a-z0-9-]*/i.exec(after)?.[0] ?? ''}`;
  return /^[a-z0-9-]+$/i.test(filled) && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label);
}

/** Only http, and only the two addresses: `localhost` may be resolved to elsewhere. */
function matchesLoopback(uri: string, callback: string): boolean {
  const parts = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::(\d{1,5}))?([/?].*)?$/;
  const [sent, registered] = [parts.exec(uri), parts.exec(callback)];
  if (!sent || !registered || sent[1] !== registered[1] || sent[3] !== registered[3]) return false;
  const port = sent[2];
  return port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
}

/** Whether the address is one that other programs on the machine can claim too: loopback, or a scheme of its own (CNF-1). */
export function isVerifiable(redirect: string): boolean {
  const authority = /^https?:\/\/([^/?#]+)/i.exec(redirect)?.[1];
  if (authority === undefined) return false;
  return !/^(?:localhost|(?:[^.]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])\.?(?::\d+)?$/i.test(authority);
}

/** The origin of an http(s) address (RFC 6454 §4), as browsers write it; `undefined` for other schemes. */
export function originOf(address: string): string | undefined {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return undefined;
  return new URL(address).origin;
}

/**
 * The origin of a redirect if the client registered it for web messages; a path after a registered origin means nothing
 * (§2.2), a wildcard stands for one label. The answer is the only origin that a message may be posted to (OPR-10).
 */
export function messageOrigin(
  redirect: RegisteredRedirect,
  webOrigins: readonly string[],
  wildcards: boolean,
): string | undefined {
  const origin = originOf(redirect);
  if (origin === undefined) return undefined;
  const found = webOrigins.some((registered) => {
    if (!registered.includes('*')) return originOf(registered) === origin;
    return wildcards && matchesWildcard(origin, registered.replace(/^([a-z]+:\/\/[^/?#]+).*$/i, '$1'));
  });
  return found ? origin : undefined;
}

/**
 * The `returnTo` of a logout if the list has it: scheme and host in any case, the path byte by byte, query and fragment
 * left aside (LO-5); `*` stands for one label. The address keeps the query that was sent.
 */
export function registeredLogoutUrl(url: string, allowed: readonly string[]): RegisteredLogoutUrl | undefined {
  const bare = url.replace(/#.*$/s, '');
  if (!isRedirectShape(bare)) return undefined;
  const compared = withoutQuery(bare);
  const found = allowed.some((entry) => {
    const registered = withoutQuery(entry);
    return registered === compared || matchesWildcard(compared, registered);
  });
  return found ? (bare as RegisteredLogoutUrl) : undefined;
}

/**
 * The `post_logout_redirect_uri` of a logout if the list has it, byte by byte with its query (LO-11, OpenID Connect
 * RP-Initiated Logout 1.0 §3); `*` stands for one label.
 */
export function registeredPostLogoutUri(uri: string, allowed: readonly string[]): RegisteredLogoutUrl | undefined {
  if (!isRedirectShape(uri)) return undefined;
  const found = allowed.some((entry) => entry === uri || matchesWildcard(uri, entry));
  return found ? (uri as RegisteredLogoutUrl) : undefined;
}

/** Up to the query, with scheme and authority in lower case. A bare origin and the same with `/` are one address. */
function withoutQuery(url: string): string {
  const path = url.replace(/[?#].*$/s, '');
  const parts = /^([a-z][a-z0-9+.-]*:\/\/[^/]*)(.*)$/is.exec(path);
  if (!parts) return path;
  const [, authority = '', rest = ''] = parts;
  return authority.toLowerCase() + (rest === '/' ? '' : rest);
}
