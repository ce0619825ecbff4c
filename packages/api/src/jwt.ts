// Takes a token apart (RFC 7515 §3.1, §7.1) without believing any of it. No compression, no JSON serialization, no leniency.

import { isUtf8 } from 'node:buffer';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A token in the form of a signed JWT. Nothing in it is verified. */
export interface Jwt {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** The bytes the signature is over. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

export type JwtForm =
  | { readonly kind: 'jwt'; readonly jwt: Jwt }
  | { readonly kind: 'encrypted' }
  /** No dots: a reference that only its issuer can read. `v1.` is the form of some refresh tokens. */
  | { readonly kind: 'opaque'; readonly looksLike: 'access' | 'refresh' }
  | { readonly kind: 'malformed'; readonly problem: string };

const malformed = (problem: string): JwtForm => ({ kind: 'malformed', problem });

/** `token` has at most the allowed size; that is checked before. */
export function readJwt(token: string): JwtForm {
  const first = token.indexOf('.');
  if (first < 0)
    return token.startsWith('ey') && headerOf(`${token}.`)?.alg !== undefined
      ? malformed('it has 1 part instead of 3, as if it had been cut off')
      : { kind: 'opaque', looksLike: 'access' };
  const second = token.indexOf('.', first + 1);
  if (second < 0) {
    if (/^v\d+$/.test(token.slice(0, first))) return { kind: 'opaque', looksLike: 'refresh' };
    return malformed('it has 2 parts instead of 3, as if it had been cut off');
  }
  if (token.indexOf('.', second + 1) >= 0) {
    const parts = token.split('.').length;
    return parts === 5 && headerOf(token)?.enc !== undefined
      ? { kind: 'encrypted' }
      : malformed(`it has ${parts} parts instead of 3`);
  }
  const header = readJsonObject(token.slice(0, first));
  if (typeof header === 'string') return malformed(`its header ${header}`);
  const payload = readJsonObject(token.slice(first + 1, second));
  if (typeof payload === 'string') return malformed(`its payload ${payload}`);
  const signature = decodeBase64url(token.slice(second + 1));
  if (signature === undefined) return malformed('its signature is not base64url');
  return { kind: 'jwt', jwt: { header, payload, signed: Buffer.from(token.slice(0, second), 'latin1'), signature } };
}

function headerOf(token: string): JsonObject | undefined {
  const header = readJsonObject(token.slice(0, token.indexOf('.')));
  return typeof header === 'string' ? undefined : header;
}

/** Strict: encoding again must give the same text, so padding, `+/`, white space and stray bits are refused, and a token has one spelling only. */
function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** The object, or what is wrong with it, as the end of a sentence. */
function readJsonObject(segment: string): JsonObject | string {
  const bytes = decodeBase64url(segment);
  if (bytes === undefined) return 'is not base64url';
  if (!isUtf8(bytes)) return 'is not UTF-8';
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  if (!isJsonObject(value)) return 'is not a JSON object';
  return countMembers(text) === Object.keys(value).length ? value : 'names a member twice';
}

/** A JSON object, not a list and not null. Says nothing about its members. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * How many members the outermost object of valid JSON text spells out: the colons at depth 1 outside of strings. More than it has keys means
 * that a name is there twice, and that two parsers could read two different tokens (RFC 7515 §4, RFC 7519 §4).
 */
function countMembers(text: string): number {
  let members = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      i = endOfString(text, i);
    } else if (c === 0x7b || c === 0x5b) {
      depth++;
    } else if (c === 0x7d || c === 0x5d) {
      depth--;
    } else if (c === 0x3a && depth === 1) {
      members++;
    }
  }
  return members;
}

/** Index of the quote that closes the string whose opening quote is at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}
