// Reads parameters strictly: one value a name, valid UTF-8, no NUL, no arrays. Two parsers that disagree about
// a request are how checks are bypassed, so what is ambiguous is refused here, before anything looks at it.

import { isUtf8 } from 'node:buffer';

/** Parameters by name. A name is absent or has exactly one string. */
export type Params = ReadonlyMap<string, string>;

export type ReadParams =
  | { readonly kind: 'params'; readonly params: Params }
  | { readonly kind: 'malformed'; readonly status: 400 | 413 | 415; readonly description: string };

/** More parameters than any specification defines; a request with more is an attack or a mistake. */
const mostParams = 100;

function malformed(description: string, status: 400 | 413 | 415 = 400): ReadParams {
  return { kind: 'malformed', status, description };
}

function decode(text: string): string | undefined {
  if (!/[%+]/.test(text)) return text;
  try {
    // Refuses invalid and overlong UTF-8, which URLSearchParams would turn into U+FFFD: two inputs, one value.
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** `application/x-www-form-urlencoded`, as a query string or a body. Names with brackets are refused, not expanded. */
export function readForm(text: string): ReadParams {
  const params = new Map<string, string>();
  if (text === '') return { kind: 'params', params };
  const pairs = text.split('&', mostParams + 1);
  if (pairs.length > mostParams) return malformed(`More than ${mostParams} parameters`, 413);
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    if (name === undefined || value === undefined) return malformed('A parameter is not valid percent-encoded UTF-8');
    if (name.includes('[')) return malformed('Parameter names with brackets are not supported');
    if (name.includes('\0') || value.includes('\0')) return malformed('A parameter contains a NUL character');
    if (params.has(name)) return malformed(`Duplicate parameter: ${printable(name)}`);
    params.set(name, value);
  }
  return { kind: 'params', params };
}

/** The same from JSON: one flat object of strings; `scope` may be a list of strings, as Auth0 takes it (TOK-2). */
export function readJson(text: string): ReadParams {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed('The body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return malformed('The body must be a JSON object');
  const params = new Map<string, string>();
  const names = Object.keys(value);
  if (names.length > mostParams) return malformed(`More than ${mostParams} parameters`, 413);
  let nested = false;
  for (const [name, member] of Object.entries(value)) {
    let string: unknown = member;
    if (name === 'scope' && Array.isArray(member)) {
      nested = true;
      if (!member.every((item) => typeof item === 'string')) return malformed('Scope must be an array or a string');
      string = member.join(' ');
    }
    if (name === 'scope' && typeof string !== 'string') return malformed('Scope must be an array or a string');
    if (typeof string !== 'string') return malformed(`Parameter ${printable(name)} must be a string`);
    if (string.includes('\0') || !string.isWellFormed())
      return malformed(`Parameter ${printable(name)} is not valid text`);
    params.set(name, string);
  }
  // JSON.parse keeps the last of two members of one name; a proxy in front may have judged the first.
  if (!nested && countMembers(text) !== names.length) return malformed('Duplicate parameter in the JSON body');
  return { kind: 'params', params };
}

function countMembers(text: string): number {
  let count = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (match[1] !== undefined) count++;
  return count;
}

/** A body of either type. An empty body has no parameters, whatever its type. */
export function readBody(body: Buffer, contentType: string | undefined): ReadParams {
  if (body.length === 0) return { kind: 'params', params: new Map() };
  const [type = '', ...attributes] = (contentType ?? '').toLowerCase().split(';');
  const charset = attributes.map((x) => x.trim()).find((x) => x.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) return malformed('The body must be UTF-8', 415);
  if (!isUtf8(body)) return malformed('The body is not valid UTF-8');
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf)
    return malformed('The body starts with a byte order mark');
  switch (type.trim()) {
    case 'application/x-www-form-urlencoded':
      return readForm(body.toString('utf8'));
    case 'application/json':
      return readJson(body.toString('utf8'));
    default:
      return malformed('The body must be application/x-www-form-urlencoded or application/json', 415);
  }
}

/** A caller's text, fit for an error message: short, printable ASCII. */
export function printable(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]|["\\]/g, '?');
  return clean.length > 60 ? `${clean.slice(0, 57)}...` : clean;
}
