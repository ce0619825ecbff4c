// Reads the search language of `GET /api/v2/logs?q=`: the part of Lucene's syntax that the log can answer exactly
// (auth0-behaviour LOG-4). What it cannot answer is refused with the reason, never ignored. Pure.

import type { LogColumn, LogFilter } from '../../storage/store.ts';

export type ReadLogQuery =
  | { readonly kind: 'filter'; readonly filter: LogFilter }
  | { readonly kind: 'invalid'; readonly message: string };

/** Searchable and kept as a column of its own. */
const columns: readonly LogColumn[] = ['type', 'client_id', 'user_id', 'ip', 'connection', 'log_id'];
/** Searchable as a whole within the record: what an event was about. Our addition to the fields of LOG-4. */
const wholeField = 'audience';
/** Searchable by words of the record only. */
const wordFields: readonly string[] = [
  'client_name',
  'connection_id',
  'description',
  'hostname',
  'organization_id',
  'user_name',
  'user_agent',
  'strategy',
  'strategy_type',
];
const mostLength = 2000;
const mostTerms = 50;

interface Term {
  readonly negated: boolean;
  readonly field: string | undefined;
  readonly values: readonly string[];
}
type Token =
  | { readonly kind: 'word' | 'quoted' | 'range'; readonly text: string }
  | { readonly kind: '(' | ')' | ':' | '-' };

class Unreadable extends Error {}

/** Clauses joined by AND or blanks; `OR` between values of one field; `NOT` or `-`; `date:[a TO b]`; `log_id:<ID` (ours). */
export function readLogQuery(q: string): ReadLogQuery {
  if (q.length > mostLength) return { kind: 'invalid', message: `q is longer than ${mostLength} characters` };
  try {
    return { kind: 'filter', filter: filterOf(readTerms(tokens(q))) };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'invalid', message: error.message };
    throw error;
  }
}

function tokens(q: string): Token[] {
  const found: Token[] = [];
  const pattern = /\s+|([()])|(:)|"((?:[^"\\]|\\["\\])*)"|([[{][^\]}]*[\]}])|(-(?=\S))|([^\s()":[\]{}]+)/y;
  while (pattern.lastIndex < q.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(q);
    if (!match) throw new Unreadable(`q cannot be read from character ${at + 1} on`);
    const [, bracket, colon, quoted, range, minus, word] = match;
    if (bracket === '(' || bracket === ')') found.push({ kind: bracket });
    else if (colon) found.push({ kind: ':' });
    else if (quoted !== undefined) found.push({ kind: 'quoted', text: quoted.replace(/\\(.)/g, '$1') });
    else if (range !== undefined) found.push({ kind: 'range', text: range });
    else if (minus) found.push({ kind: '-' });
    else if (word !== undefined) found.push({ kind: 'word', text: word });
  }
  return found;
}

function readTerms(list: readonly Token[]): Term[] {
  const terms: Term[] = [];
  let at = 0;
  const is = (kind: Token['kind'], text?: string) => {
    const token = list[at];
    return token?.kind === kind && (text === undefined || ('text' in token && token.text === text));
  };
  const value = (): string => {
    const token = list[at];
    if (token?.kind === 'quoted' || token?.kind === 'range') {
      at++;
      return token.kind === 'range' ? `\0${token.text}` : token.text;
    }
    // An unquoted time holds colons.
    if (token?.kind === 'word') {
      at++;
      let text = token.text;
      while (is(':') && list[at + 1]?.kind === 'word') {
        text += `:${(list[at + 1] as { text: string }).text}`;
        at += 2;
      }
      return text;
    }
    throw new Unreadable('q lacks a value');
  };
  while (at < list.length) {
    if (terms.length >= mostTerms) throw new Unreadable(`q has more than ${mostTerms} conditions`);
    if (is('word', 'AND')) {
      at++;
      if (terms.length === 0 || at >= list.length) throw new Unreadable('q has an AND without a condition beside it');
      continue;
    }
    if (is('word', 'OR')) {
      at++;
      const before = terms.pop();
      const after = readOne();
      if (!before || before.negated || after.negated || before.field === undefined || before.field !== after.field) {
        throw new Unreadable('OR is supported between values of one field only, as in type:(s OR f)');
      }
      terms.push({ ...before, values: [...before.values, ...after.values] });
      continue;
    }
    terms.push(readOne());
  }
  return terms;

  function readOne(): Term {
    let negated = false;
    while (is('-') || is('word', 'NOT')) {
      negated = !negated;
      at++;
    }
    const first = list[at];
    if (first?.kind === 'word' && list[at + 1]?.kind === ':') {
      at += 2;
      return { negated, field: first.text, values: is('(') ? group() : [value()] };
    }
    if (is('(')) throw new Unreadable('Groups are supported after a field only, as in type:(s OR f)');
    return { negated, field: undefined, values: [value()] };
  }

  function group(): string[] {
    at++;
    const values = [value()];
    while (!is(')')) {
      if (!is('word', 'OR')) throw new Unreadable('Values in a group are joined by OR');
      at++;
      values.push(value());
    }
    at++;
    return values;
  }
}

function filterOf(terms: readonly Term[]): LogFilter {
  const equals: { column: LogColumn; anyOf: readonly string[] }[] = [];
  const not: { column: LogColumn; anyOf: readonly string[] }[] = [];
  const contains: string[] = [];
  let since: number | undefined;
  let until: number | undefined;
  let audience: string | undefined;
  let beforeId: string | undefined;
  for (const { field, negated, values } of terms) {
    const [single = ''] = values;
    const column = columns.find((name) => name === field || (field === '_id' && name === 'log_id'));
    if (field === 'date') {
      if (negated || values.length > 1) throw new Unreadable('date takes one range and no NOT');
      const range = dateRange(single);
      since = Math.max(since ?? range.since, range.since);
      until = Math.min(until ?? range.until, range.until);
    } else if (column === 'log_id' && single.startsWith('<') && single.length > 1) {
      if (negated || values.length > 1 || beforeId !== undefined)
        throw new Unreadable('log_id:<ID takes one id, without NOT');
      beforeId = single.slice(1);
    } else if (column) {
      const wild = values.find((value) => value.startsWith('\0') || /[*?~^]/.test(value));
      if (wild !== undefined)
        throw new Unreadable(`${field} is compared as a whole; wildcards and ranges are not supported`);
      (negated ? not : equals).push({ column, anyOf: values });
    } else if (field === wholeField) {
      if (negated || values.length > 1 || audience !== undefined)
        throw new Unreadable(`${field} takes one value, without NOT`);
      if (single.startsWith('\0') || /[*?~^]$/.test(single))
        throw new Unreadable(`${field} is compared as a whole; wildcards and ranges are not supported`);
      audience = single;
    } else if (field === undefined || wordFields.includes(field)) {
      if (negated || values.length > 1) throw new Unreadable(`NOT and OR are supported for ${columns.join(', ')} only`);
      const words = single.replaceAll('*', ' ').trim();
      if (single.startsWith('\0') || words === '') throw new Unreadable('A condition has no words');
      contains.push(words);
    } else {
      const shown = field.replace(/[^\x20-\x7e]/g, '?').slice(0, 40);
      throw new Unreadable(
        `${shown} is not a searchable field; these are: ${[...columns, wholeField, 'date', ...wordFields].join(', ')}`,
      );
    }
  }
  return {
    ...(equals.length > 0 ? { equals } : {}),
    ...(not.length > 0 ? { not } : {}),
    ...(contains.length > 0 ? { contains } : {}),
    ...(audience === undefined ? {} : { audience }),
    ...(beforeId === undefined ? {} : { beforeId }),
    ...(since === undefined || since === Number.NEGATIVE_INFINITY ? {} : { since }),
    ...(until === undefined || until === Number.POSITIVE_INFINITY ? {} : { until }),
  };
}

/** `[2026-01-01 TO *]`, `{a TO b}`, `>=a`, or one day. Milliseconds, both ends included. */
function dateRange(text: string): { since: number; until: number } {
  if (text.startsWith('\0')) {
    const match = /^([[{])\s*(\S+)\s+TO\s+(\S+)\s*([\]}])$/.exec(text.slice(1));
    if (!match) throw new Unreadable('A range is written [from TO to]');
    const [, open, from = '', to = '', close] = match;
    const since = from === '*' ? Number.NEGATIVE_INFINITY : dateOf(from).first + (open === '{' ? 1 : 0);
    const until = to === '*' ? Number.POSITIVE_INFINITY : close === '}' ? dateOf(to).first - 1 : dateOf(to).last;
    return { since, until };
  }
  const compared = /^([<>]=?)(.+)$/.exec(text);
  if (!compared) {
    const { first, last } = dateOf(text);
    return { since: first, until: last };
  }
  const [, sign, instant = ''] = compared;
  const { first, last } = dateOf(instant);
  if (sign === '>') return { since: last + 1, until: Number.POSITIVE_INFINITY };
  if (sign === '>=') return { since: first, until: Number.POSITIVE_INFINITY };
  return { since: Number.NEGATIVE_INFINITY, until: sign === '<' ? first - 1 : last };
}

function dateOf(text: string): { first: number; last: number } {
  const day = /^\d{4}-\d\d-\d\d$/.test(text);
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$/.test(text);
  const first = day
    ? Date.parse(`${text}T00:00:00Z`)
    : instant
      ? Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
      : Number.NaN;
  if (Number.isNaN(first)) throw new Unreadable('A date is written 2026-01-31 or 2026-01-31T12:00:00Z');
  return { first, last: day ? first + 86_399_999 : first };
}
