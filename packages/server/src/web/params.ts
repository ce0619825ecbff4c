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
  if (!text.includes('%') && !text.includes('+')) return text;
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
  // By positions, without a list of pairs: every token request passes through here.
  for (let start = 0, count = 0; start < text.length; count++) {
    if (count === mostParams) return malformed(`More than ${mostParams} parameters`, 413);
    let end = text.indexOf('&', start);
    if (end < 0) end = text.length;
    const equals = text.indexOf('=', start);
    const split = equals < 0 || equals > end ? end : equals;
    if (end > start) {
      const name = decode(text.slice(start, split));
      const value = split === end ? '' : decode(text.slice(split + 1, end));
      if (name === undefined || value === undefined) return malformed('A parameter is not valid percent-encoded UTF-8');
      if (name.includes('[')) return malformed('Parameter names with brackets are not supported');
      if (name.includes('\0') || value.includes('\0')) return malformed('A parameter contains a NUL character');
      if (params.has(name)) return malformed(`Duplicate parameter: ${printable(name)}`);
      params.set(name, value);
    }
    start = end + 1;
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
  for (const [name, member] of Object.entries(value)) {
    let string: unknown = member;
    if (name === 'scope' && Array.isArray(member)) {
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
  if (countMembers(text) !== names.length) return malformed('Duplicate parameter in the JSON body');
  return { kind: 'params', params };
}

/** How many members all objects of a JSON text have together, those that `JSON.parse` drops for their double included. */
export function countMembers(text: string): number {
  let count = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (match[1] !== undefined) count++;
  return count;
}

const form = 'application/x-www-form-urlencoded';

/** A body of either type. An empty body has no parameters, whatever its type. */
export function readBody(body: Buffer, contentType: string | undefined): ReadParams {
  if (body.length === 0) return { kind: 'params', params: new Map() };
  if (contentType === form)
    return isUtf8(body) ? readForm(body.toString('utf8')) : malformed('The body is not valid UTF-8');
  const [type = '', ...attributes] = (contentType ?? '').toLowerCase().split(';');
  const charset = attributes.map((x) => x.trim()).find((x) => x.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) return malformed('The body must be UTF-8', 415);
  if (!isUtf8(body)) return malformed('The body is not valid UTF-8');
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf)
    return malformed('The body starts with a byte order mark');
  switch (type.trim()) {
    case form:
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
