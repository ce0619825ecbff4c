// Finds the token of a request (RFC 6750 §2): one Authorization header, unless more is allowed by configuration.

import { type Finding, found } from './causes/index.ts';
import { printable } from './evidence.ts';

/** Headers of any framework: `Headers`, or node's plain object (better `req.headersDistinct`, which shows repeated headers). */
export type IncomingHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The parts of a request that can carry a token. */
export interface Incoming {
  readonly headers: IncomingHeaders;
  /** Path and query, or the whole URL. Read for `access_token` only; never logged with its query. */
  readonly url?: string | undefined;
  readonly method?: string | undefined;
  /** A parsed `application/x-www-form-urlencoded` body; give it only together with `allowTokenInForm`. */
  readonly form?: URLSearchParams | undefined;
}

export interface TokenPlaces {
  readonly query: boolean;
  readonly form: boolean;
}

export type TokenSought =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'refused'; readonly finding: Finding };

const refused = (finding: Finding): TokenSought => ({ kind: 'refused', finding });

/** Does not look into the token, only at how it was sent. */
export function readToken(incoming: Incoming, allowed: TokenPlaces): TokenSought {
  const headers = headerValues(incoming.headers, 'authorization');
  const inQuery = tokensInQuery(incoming.url);
  const elsewhere = [
    ...(allowed.query ? inQuery : []),
    ...(allowed.form ? (incoming.form?.getAll('access_token') ?? []) : []),
  ];
  if (headers.length + elsewhere.length > 1) return refused(found('several_tokens', {}));
  const [header] = headers;
  if (header !== undefined) return readAuthorization(header);
  const [other] = elsewhere;
  if (other !== undefined) return readCredentials(other);
  if (inQuery.length > 0) return refused(found('token_in_query', {}));
  const isPreflight =
    incoming.method === 'OPTIONS' && headerValues(incoming.headers, 'access-control-request-method').length > 0;
  return refused(isPreflight ? found('cors_preflight', {}) : found('no_token', {}));
}

/** RFC 9110 §11.6.2: `scheme SP credentials`; the scheme in any case. Only schemes that are known are repeated: an unknown word may be the token. */
function readAuthorization(header: string): TokenSought {
  const text = header.trim();
  const space = text.search(/[ \t]/);
  const scheme = (space < 0 ? text : text.slice(0, space)).toLowerCase();
  if (scheme === 'bearer')
    return space < 0 ? refused(found('empty_token', {})) : readCredentials(text.slice(space).trim());
  if (scheme === 'dpop') return refused(found('dpop_scheme', {}));
  if (text === '') return refused(found('empty_token', {}));
  if (space < 0 && !otherSchemes.has(scheme)) return refused(found('no_scheme', {}));
  return refused(found('wrong_scheme', { scheme: otherSchemes.get(scheme) ?? 'unknown' }));
}

const otherSchemes: ReadonlyMap<string, string> = new Map(
  [
    'Basic',
    'Digest',
    'JWT',
    'Token',
    'OAuth',
    'Negotiate',
    'NTLM',
    'ApiKey',
    'HOBA',
    'Mutual',
    'MAC',
    'AWS4-HMAC-SHA256',
    'GNAP',
    'PrivateToken',
  ].map((name) => [name.toLowerCase(), name]),
);

const placeholders = new Set([
  'undefined',
  'null',
  'nan',
  'none',
  'true',
  'false',
  'token',
  'access_token',
  '[object object]',
  '[object promise]',
]);

/** `${TOKEN}`, `<token>`, `{{access_token}}`, `%TOKEN%`, `YOUR_ACCESS_TOKEN`: a template that was not filled in. It names a token, so it is none. */
const template =
  /^(?:\$\w*token\w*|\$?[<{[%]{1,2}[\w .-]*(?:token|jwt|bearer)[\w .-]*[>}\]%]{1,2}|[<[]?(?:your|my|the|insert|paste)[-_ ][\w -]*(?:token|jwt)[\w -]*[>\]]?)$/i;

/** RFC 6750 §2.1 `b64token`. What it lets through may still be far from a JWT. */
function readCredentials(text: string): TokenSought {
  if (text === '') return refused(found('empty_token', {}));
  if (text.length < 20 && placeholders.has(text.toLowerCase()))
    return refused(found('placeholder_token', { word: text }));
  if (text.length < 60 && template.test(text)) return refused(found('placeholder_token', { word: text }));
  if (/^bearer[ \t]/i.test(text)) return refused(found('scheme_twice', {}));
  if (/^[\w.~+/-]+=*$/.test(text)) return { kind: 'token', token: text };
  if (/,[ \t]*(?:bearer|dpop|basic)[ \t]/i.test(text)) return refused(found('several_tokens', {}));
  return refused(found('illegal_characters', { quoted: /^(["']).*\1$/.test(text) }));
}

/** Each value of a header: repeated ones too, as far as the framework shows them. */
function headerValues(headers: IncomingHeaders, name: string): readonly string[] {
  if (isHeaders(headers)) {
    const value = headers.get(name);
    return value === null ? [] : [value];
  }
  const values: string[] = [];
  for (const key of Object.keys(headers)) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    const value = headers[key];
    if (typeof value === 'string') values.push(value);
    else if (value !== undefined) values.push(...value);
  }
  return values;
}

function isHeaders(headers: IncomingHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}

function tokensInQuery(url: string | undefined): readonly string[] {
  const query = url?.indexOf('?') ?? -1;
  if (url === undefined || query < 0) return [];
  return new URLSearchParams(url.slice(query).replace(/#.*$/s, '')).getAll('access_token');
}

/** The path of a URL, for a log: without query and fragment, on one line. */
export function pathOf(url: string | undefined): string | undefined {
  const path = url?.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path === undefined ? undefined : printable(path);
}
