// Reads query strings strictly: known parameters only, valid UTF-8, each once unless it is a list (auth0-behaviour §37.3,
// `invalid_query_string`). Numbers are plain digits: `-1`, `1e3`, `0x10` and `1.5` are refused, not guessed at.

import { isSound } from '../../schema/json.ts';
import { type Refused, refused } from './problem.ts';

export interface Query {
  readonly one: ReadonlyMap<string, string>;
  readonly many: ReadonlyMap<string, readonly string[]>;
}

const mostParameters = 200;

/** 400 `invalid_query_string`: what is wrong, and with which parameter. */
export function badQuery(complaint: string, parameter?: string): Refused {
  const where = parameter === undefined ? '' : ` on property ${parameter}`;
  return refused(400, `Query validation error: '${complaint}'${where}.`, 'invalid_query_string');
}

/** `lists` may come several times or with commas; every other parameter of `known` once. */
export function readQuery(text: string, known: readonly string[], lists: readonly string[] = []): Query | Refused {
  const one = new Map<string, string>();
  const many = new Map<string, string[]>();
  if (text === '') return { one, many };
  const pairs = text.split('&', mostParameters + 1);
  if (pairs.length > mostParameters) return badQuery(`More than ${mostParameters} parameters`);
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    if (name === undefined || value === undefined) return badQuery('A parameter is not valid percent-encoded UTF-8');
    const plain = name.replace(/\[\d*\]$/, '');
    if (lists.includes(plain)) {
      many.set(plain, [...(many.get(plain) ?? []), value]);
    } else if (!known.includes(name)) {
      return badQuery(`Additional properties not allowed: ${name.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)}`);
    } else if (one.has(name)) {
      return badQuery('Expected one value but found several', name);
    } else {
      one.set(name, value);
    }
  }
  return { one, many };
}

function decoded(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text.replaceAll('+', ' '));
    return isSound(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A whole number between these bounds, or `otherwise` when the parameter is absent. */
export function numberIn(query: Query, name: string, least: number, most: number, otherwise: number): number | Refused {
  const text = query.one.get(name);
  if (text === undefined) return otherwise;
  if (!/^\d{1,15}$/.test(text)) {
    return badQuery(
      `String '${text.replace(/[^\x20-\x7e]/g, '?').slice(0, 40)}' does not match pattern. Must be a numeric string`,
      name,
    );
  }
  const value = Number(text);
  if (value < least) return badQuery(`Value ${value} is less than minimum ${least}`, name);
  if (value > most) return badQuery(`Value ${value} is greater than maximum ${most}`, name);
  return value;
}

/** `true` or `false`, `undefined` when the parameter is absent; anything else is refused. */
export function flagIn(query: Query, name: string): boolean | undefined | Refused {
  const text = query.one.get(name);
  if (text === undefined) return undefined;
  if (text === 'true') return true;
  if (text === 'false') return false;
  return badQuery(`Expected type boolean but found type string`, name);
}

/** Whether a result is a refusal, so that it is answered instead of used. */
export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'refused';
}
