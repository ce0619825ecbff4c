// Reads a TypeScript file as tokens, so that the house's rules see code only: not strings, comments or templates.
// Knows just enough of the language to find imports, exported functions and their comments.

export interface Token {
  /** `word`: identifiers, keywords and numbers. `string`: without its quotes. `doc`: a comment, with its marks. */
  readonly kind: 'word' | 'string' | 'template' | 'regex' | 'sign' | 'doc';
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface Import {
  /** What stands between the quotes; undefined when the target is computed. */
  readonly target: string | undefined;
  /** The names taken from it, by their name over there: `*` for all, `default` for the default. */
  readonly names: readonly string[];
  /** True when the statement vanishes with the types. */
  readonly typeOnly: boolean;
  readonly line: number;
}

const beforeRegex = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'new',
  'delete',
  'void',
  'throw',
  'await',
  'yield',
]);
const pattern =
  /(?<space>\s+)|(?<doc>\/\/[^\n]*|\/\*.*?\*\/|^#![^\n]*)|(?<word>[\w$#@]+)|(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|(?<sign>=>|[^\w\s])/suy;
const regex = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/uy;

/** All tokens of a source text, comments included. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  // One entry for each open template: how many braces are open inside its current substitution.
  const templates: number[] = [];
  let line = 1;
  let at = 0;
  const push = (kind: Token['kind'], raw: string, content = raw) => {
    found.push({ kind, text: content, line });
    line += raw.split('\n').length - 1;
    at += raw.length;
  };
  const template = () => {
    const start = at;
    let end = at + 1;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1;
    const closes = text[end] !== '$';
    if (!closes) templates.push(0);
    push('template', text.slice(start, end + (closes ? 1 : 2)));
  };
  while (at < text.length) {
    const open = templates.length - 1;
    const depth = templates[open];
    const char = text[at];
    if (char === '`') template();
    else if (char === '}' && depth === 0) {
      templates.pop();
      template();
    } else if (char === '/' && text[at + 1] !== '/' && text[at + 1] !== '*' && regexMayFollow(found)) {
      regex.lastIndex = at;
      push('regex', regex.exec(text)?.[0] ?? '/');
    } else {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      const groups = match?.groups ?? {};
      const raw = match?.[0] ?? char ?? '';
      if (groups.space !== undefined) {
        line += raw.split('\n').length - 1;
        at += raw.length;
      } else if (groups.string !== undefined) push('string', raw, raw.slice(1, -1));
      else if (groups.doc !== undefined) push('doc', raw);
      else if (groups.word !== undefined) push('word', raw);
      else {
        if (depth !== undefined && (raw === '{' || raw === '}')) templates[open] = depth + (raw === '{' ? 1 : -1);
        push('sign', raw);
      }
    }
  }
  return found;
}

function regexMayFollow(before: readonly Token[]): boolean {
  const last = before.findLast((token) => token.kind !== 'doc');
  if (last === undefined) return true;
  if (last.kind === 'word') return beforeRegex.has(last.text);
  return last.kind === 'sign' && last.text !== ')' && last.text !== ']' && last.text !== '}';
}

/** Every import of a file: static, re-exported, dynamic, `import type`, `import('x').T` in types, import.meta.resolve. */
export function importsOf(text: string): Import[] {
  const code = tokens(text).filter(({ kind }) => kind !== 'doc');
  const found: Import[] = [];
  code.forEach((token, index) => {
    if (token.kind !== 'word' || code[index - 1]?.text === '.') return;
    const { line } = token;
    if (token.text === 'import') {
      const next = code[index + 1];
      const called = next?.text === '.' && code[index + 4]?.text === 'resolve' ? index + 6 : index + 2;
      if (called === index + 6 || (next?.text === '(' && next.kind === 'sign')) {
        // Anything after the string makes it a computed target.
        const whole = code[called]?.kind === 'string' && /^[),]$/.test(code[called + 1]?.text ?? '');
        found.push({ target: whole ? code[called]?.text : undefined, names: ['*'], typeOnly: false, line });
      } else if (next?.kind === 'string') {
        found.push({ target: next.text, names: [], typeOnly: false, line });
      } else if (next?.text !== '.') found.push(...clause(code, index + 1, line));
    } else if (token.text === 'export' && /^([*{]|type)$/.test(code[index + 1]?.text ?? '')) {
      found.push(...clause(code, index + 1, line));
    }
  });
  return found;
}

/** From `import`/`export` on: the names up to `from '...'`. Nothing when it has no `from` (`export { a }`). */
function clause(code: readonly Token[], start: number, line: number): Import[] {
  let index = start;
  const typeOnly = code[index]?.text === 'type' && !/^(from|,|=)$/.test(code[index + 1]?.text ?? '');
  if (typeOnly) index += 1;
  const names: string[] = [];
  let braces = false;
  let allTypes = true;
  for (; index < code.length; index += 1) {
    const token = code[index];
    const text = token?.text ?? '';
    if (token?.kind === 'word' && text === 'from' && code[index + 1]?.kind === 'string') {
      return [
        { target: code[index + 1]?.text, names, typeOnly: typeOnly || (braces && allTypes && names.length > 0), line },
      ];
    }
    if (token?.kind === 'sign') {
      if (text === '{') braces = true;
      else if (text === '*') names.push('*');
      else if (!/^[},]$/.test(text)) return [];
      continue;
    }
    if (token?.kind !== 'word' && token?.kind !== 'string') return [];
    if (!braces) {
      if (text === 'as') index += 1;
      else if (names.push('default')) allTypes = false;
    } else if (text === 'type' && !/^[,}]$/.test(code[index + 1]?.text ?? '') && code[index + 1]?.text !== 'as') {
    } else {
      if (code[index - 1]?.text !== 'type') allTypes = false;
      names.push(text);
      if (code[index + 1]?.text === 'as') index += 2;
    }
  }
  return [];
}

/** The comment lines that a file opens with, marks taken off: zero when it opens with code. A `#!` line is no comment. */
export function openingComment(text: string): string[] {
  const lines: string[] = [];
  let last = 0;
  for (const token of tokens(text)) {
    if (token.kind !== 'doc') break;
    if (token.text.startsWith('#!')) continue;
    if (last !== 0 && token.line > last + 1) break;
    lines.push(...token.text.split('\n').map((line) => line.replace(/^\s*(\/\/|\/?\*+\/?)\s?|\*\/$/g, '')));
    last = token.line + token.text.split('\n').length - 1;
  }
  return lines.filter((line) => line.trim() !== '');
}

/** Exported functions without a doc comment right above: `export function`, `export const f = (...) =>`. */
export function undocumentedFunctions(text: string): { readonly name: string; readonly line: number }[] {
  const all = tokens(text);
  const found: { name: string; line: number }[] = [];
  const documented = new Set<string>();
  all.forEach((token, index) => {
    if (token.text !== 'export' || token.kind !== 'word') return;
    const rest = all.slice(index + 1, index + 60).filter(({ kind }) => kind !== 'doc');
    const name = functionName(rest);
    if (name === undefined) return;
    // Overloads follow each other; one comment speaks for all.
    if (all[index - 1]?.kind === 'doc' && all[index - 1]?.text.startsWith('/**')) documented.add(name);
    else if (!documented.has(name)) found.push({ name, line: token.line });
  });
  return found;
}

function functionName(after: readonly Token[]): string | undefined {
  const words = after.slice(0, 4).map(({ text }) => text);
  const head = words[0] === 'default' ? words.slice(1) : words;
  const plain = head[0] === 'async' ? head.slice(1) : head;
  if (plain[0] === 'function') return (plain[1] === '*' ? plain[2] : plain[1]) ?? 'default';
  if (head[0] !== 'const') return undefined;
  const equals = after.findIndex(({ kind, text }) => kind === 'sign' && text === '=');
  const value = after.slice(equals + 1);
  const first = value[0]?.text === 'async' ? value[1] : value[0];
  if (equals < 0) return undefined;
  if (first?.text === 'function') return head[1];
  // `(a) =>` and `a =>`; a call such as `freeze({})` or a parenthesised value is no function.
  const arrow = first?.text === '(' ? afterParentheses(value) : value[1];
  return arrow?.text === '=>' || (first?.text === '(' && arrow?.text === ':') ? head[1] : undefined;
}

function afterParentheses(value: readonly Token[]): Token | undefined {
  let depth = 0;
  for (const [index, { kind, text }] of value.entries()) {
    if (kind !== 'sign') continue;
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (text === ')' && depth === 0) return value[index + 1];
  }
  return undefined;
}
