// Reads the search language of `GET /api/v2/users?q=`: Lucene's syntax as far as the stored users answer it exactly. What
// cannot be answered is refused with the reason, never ignored. Only listed fields can be asked for. Pure.

/** A condition on a user. Texts are compared in any case, but `name` as it is written. */
export type Test =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly tests: readonly Test[] }
  | { readonly kind: 'not'; readonly test: Test }
  | { readonly kind: 'exists'; readonly field: string }
  /** `parts`: the text between the wildcards; one part is the whole text. */
  | { readonly kind: 'is'; readonly field: string; readonly parts: readonly string[] }
  | { readonly kind: 'range'; readonly field: string; readonly from: Bound; readonly to: Bound };

export interface Bound {
  /** `*` for none. */
  readonly value: string;
  readonly included: boolean;
}

export type ReadUserQuery =
  | { readonly kind: 'test'; readonly test: Test }
  | { readonly kind: 'invalid'; readonly message: string };

const searchable: ReadonlySet<string> = new Set([
  'user_id',
  'email',
  'email_verified',
  'username',
  'phone_number',
  'phone_verified',
  'name',
  'given_name',
  'family_name',
  'nickname',
  'picture',
  'blocked',
  'created_at',
  'updated_at',
  'last_login',
  'last_ip',
  'last_password_reset',
  'logins_count',
  'identities.connection',
  'identities.provider',
  'identities.user_id',
  'identities.isSocial',
]);
const metadata = /^(?:user|app)_metadata\.[^.\s]+(?:\.[^.\s]+)*$/;

/** Whether users can be searched and ordered by this field. */
export function isSearchable(field: string): boolean {
  return searchable.has(field) || metadata.test(field);
}

const mostLength = 2000;
const mostTerms = 50;
const deepest = 10;

type Token =
  | { readonly kind: 'word' | 'quoted'; readonly text: string }
  | { readonly kind: '(' | ')' | ':' | '-' | '[' | ']' | '{' | '}' };

class Unreadable extends Error {}

/** `field:value`, `"quoted"`, `*`, `[a TO b]`, `{a TO b}`, `_exists_:field`, AND, OR, NOT, `-` and brackets. */
export function readUserQuery(q: string): ReadUserQuery {
  if (q.length > mostLength) return { kind: 'invalid', message: `q is longer than ${mostLength} characters` };
  try {
    return { kind: 'test', test: parse(tokens(q)) };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'invalid', message: error.message };
    throw error;
  }
}

function tokens(q: string): Token[] {
  const found: Token[] = [];
  const pattern = /\s+|([()[\]{}:])|"((?:[^"\\]|\\.)*)"|(-(?=[^\s-]))|((?:[^\s()[\]{}:"\\]|\\.)+)/uy;
  while (pattern.lastIndex < q.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(q);
    if (!match) throw new Unreadable(`q cannot be read from character ${at + 1} on`);
    const [, mark, quoted, minus, word] = match;
    if (mark !== undefined) found.push({ kind: mark as '(' });
    else if (quoted !== undefined) found.push({ kind: 'quoted', text: quoted.replace(/\\(.)/gu, '$1') });
    else if (minus !== undefined) found.push({ kind: '-' });
    else if (word !== undefined) found.push({ kind: 'word', text: word });
  }
  return found;
}

function parse(list: readonly Token[]): Test {
  let at = 0;
  let terms = 0;
  const is = (kind: Token['kind'], text?: string) => {
    const token = list[at];
    return token?.kind === kind && (text === undefined || ('text' in token && token.text === text));
  };
  const take = (kind: Token['kind'], text?: string) => {
    const taken = is(kind, text);
    if (taken) at++;
    return taken;
  };
  const ends = () => at >= list.length || is(')');

  /** `one` joined by OR; blanks and AND bind closer. */
  const either = (one: () => Test, depth: number): Test => {
    if (depth > deepest) throw new Unreadable(`q has brackets more than ${deepest} deep`);
    const tests = [both(one)];
    while (take('word', 'OR')) tests.push(both(one));
    return tests.length === 1 && tests[0] ? tests[0] : { kind: 'or', tests };
  };
  const both = (one: () => Test): Test => {
    const tests = [negated(one)];
    while (!ends() && !is('word', 'OR')) {
      take('word', 'AND');
      tests.push(negated(one));
    }
    return tests.length === 1 && tests[0] ? tests[0] : { kind: 'and', tests };
  };
  const negated = (one: () => Test): Test => {
    if (take('-') || take('word', 'NOT')) return { kind: 'not', test: negated(one) };
    if (ends()) throw new Unreadable('q ends where a condition must stand');
    return one();
  };
  const group = (one: () => Test, depth: number): Test => {
    const test = either(one, depth);
    if (!take(')')) throw new Unreadable('q lacks a closing bracket');
    return test;
  };

  const clause = (depth: number) => (): Test => {
    if (take('(')) return group(clause(depth + 1), depth + 1);
    const name = list[at];
    if (++terms > mostTerms) throw new Unreadable(`q has more than ${mostTerms} conditions`);
    if (take('word', '*')) {
      if (take(':') && !take('word', '*')) throw new Unreadable('q has a value without a field; write field:value');
      return { kind: 'all' };
    }
    if (name?.kind !== 'word') throw new Unreadable('q has a value without a field; write field:value');
    at++;
    if (!take(':')) throw new Unreadable('q has a value without a field; write field:value');
    if (name.text === '_exists_') {
      const field = list[at++];
      if (field?.kind !== 'word') throw new Unreadable('_exists_ lacks a field');
      return { kind: 'exists', field: known(field.text) };
    }
    const field = known(name.text);
    return take('(') ? group(value(field), depth + 1) : value(field)();
  };

  const value = (field: string) => (): Test => {
    if (++terms > mostTerms) throw new Unreadable(`q has more than ${mostTerms} conditions`);
    if (is('[') || is('{')) return range(field);
    const token = list[at++];
    if (token?.kind === 'quoted') return { kind: 'is', field, parts: [token.text] };
    if (token?.kind !== 'word') throw new Unreadable(`${field} lacks a value`);
    let text = token.text;
    // Unquoted times and addresses hold colons.
    while (is(':') && list[at + 1]?.kind === 'word') {
      text += `:${(list[at + 1] as { text: string }).text}`;
      at += 2;
    }
    return text === '*' ? { kind: 'exists', field } : { kind: 'is', field, parts: wildcards(text) };
  };

  const range = (field: string): Test => {
    const opened = list[at++];
    const from = bound();
    if (!take('word', 'TO')) throw new Unreadable('A range is [a TO b]');
    const to = bound();
    const closed = list[at++];
    if (closed?.kind !== ']' && closed?.kind !== '}') throw new Unreadable('q lacks the end of a range');
    return {
      kind: 'range',
      field,
      from: { value: from, included: opened?.kind === '[' },
      to: { value: to, included: closed.kind === ']' },
    };
  };
  const bound = (): string => {
    const token = list[at++];
    if (token?.kind !== 'word' && token?.kind !== 'quoted') throw new Unreadable('A range lacks a bound');
    let { text } = token;
    while (token.kind === 'word' && is(':') && list[at + 1]?.kind === 'word') {
      text += `:${(list[at + 1] as { text: string }).text}`;
      at += 2;
    }
    return text;
  };

  if (list.length === 0) return { kind: 'all' };
  const test = either(clause(0), 0);
  if (at < list.length) throw new Unreadable('q has a closing bracket too many');
  return test;
}

function known(field: string): string {
  if (isSearchable(field)) return field;
  const shown = field.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
  throw new Unreadable(`Users cannot be searched by ${shown}`);
}

/** The text between unescaped `*`; backslashes make the character after them a plain one. */
function wildcards(text: string): string[] {
  const parts = [''];
  for (const [piece] of text.matchAll(/\\.|[^\\]/gu)) {
    if (piece === '*') parts.push('');
    else parts[parts.length - 1] += piece.length > 1 && piece.startsWith('\\') ? piece.slice(1) : piece;
  }
  return parts;
}
