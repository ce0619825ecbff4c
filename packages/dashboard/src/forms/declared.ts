// What a declaration of the Management API says about a field, for a form: its control, its words, its rules.
// Fields are named by paths: `name`, or `refresh_token.rotation_type` for a member of an object.

import type { z } from 'zod';

/** The part of a declared field that forms need (`schema/field.ts` of the server). */
export interface DeclaredField {
  readonly schema: z.ZodType;
  readonly about: string;
  readonly writer: 'caller' | 'creator' | 'server';
  readonly presence: 'required' | 'always' | 'optional';
  readonly nullRemoves?: boolean;
  readonly merged?: boolean | string;
}
export interface Declared {
  readonly noun: { readonly one: string; readonly a: string };
  readonly fields: Readonly<Record<string, DeclaredField>>;
}

export type Control =
  | { readonly kind: 'flag' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'choices'; readonly values: readonly string[] }
  | { readonly kind: 'text'; readonly long: boolean }
  | { readonly kind: 'number' }
  | { readonly kind: 'lines' }
  | { readonly kind: 'json' };

export type Value = unknown;
export type Entity = Readonly<Record<string, Value>>;

interface Def {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
}
const defOf = (schema: z.ZodType): Def => schema.def as unknown as Def;

function bare(schema: z.ZodType): z.ZodType {
  const { type, innerType } = defOf(schema);
  return (type === 'optional' || type === 'nullable') && innerType ? bare(innerType) : schema;
}

/** The declared field that a path belongs to, and the schema of the path itself. Throws for a path that nothing declares. */
export function fieldAt(
  declared: Declared,
  path: string,
): { readonly field: DeclaredField; readonly schema: z.ZodType } {
  const [name = '', ...members] = path.split('.');
  const field = declared.fields[name];
  if (!field) throw new Error(`${declared.noun.one} has no ${path}`);
  let schema = bare(field.schema);
  for (const member of members) {
    const shape = (schema as unknown as { readonly shape?: Record<string, z.ZodType> }).shape;
    const next = shape?.[member];
    if (!next) throw new Error(`${declared.noun.one} has no ${path}`);
    schema = bare(next);
  }
  return { field, schema };
}

/** How a value of this schema is typed in. */
export function controlOf(schema: z.ZodType): Control {
  const { type, element } = defOf(schema);
  const options = (schema as unknown as { readonly options?: readonly string[] }).options;
  switch (type) {
    case 'boolean':
      return { kind: 'flag' };
    case 'enum':
      return { kind: 'choice', values: options ?? [] };
    case 'string': {
      const most = (schema as unknown as { readonly maxLength?: number | null }).maxLength ?? 0;
      return { kind: 'text', long: most >= 10_000 };
    }
    case 'number':
      return { kind: 'number' };
    case 'array': {
      const inner = element && bare(element);
      const innerType = inner && defOf(inner).type;
      if (innerType === 'enum') {
        const values = (inner as unknown as { readonly options?: readonly string[] }).options ?? [];
        return { kind: 'choices', values };
      }
      return innerType === 'string' ? { kind: 'lines' } : { kind: 'json' };
    }
    default:
      return { kind: 'json' };
  }
}

const words: Readonly<Record<string, string>> = {
  uri: 'URI',
  url: 'URL',
  urls: 'URLs',
  id: 'ID',
  api: 'API',
  alg: 'algorithm',
  sso: 'SSO',
  oidc: 'OIDC',
  mfa: 'MFA',
};

/** A label from a name on the wire: `token_lifetime_for_web` is "Token lifetime for web". */
export function labelOf(path: string): string {
  const name = path.split('.').at(-1) ?? path;
  const text = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .map((word) => words[word] ?? word)
    .join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The value at a path. */
export function valueAt(entity: Entity, path: string): Value {
  return path.split('.').reduce<unknown>((value, member) => (value as Entity | undefined)?.[member], entity);
}

/** What is wrong with a value, in the words of the declaration; nothing if it is good, or absent where that is allowed. */
export function problemOf(declared: Declared, path: string, value: Value): string | undefined {
  const { field, schema } = fieldAt(declared, path);
  if (value === undefined || value === null || value === '') {
    return field.presence === 'required' && !path.includes('.') ? 'This is needed.' : undefined;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  const which = Array.isArray(value) && typeof issue?.path[0] === 'number' ? `“${String(value[issue.path[0]])}”: ` : '';
  return `${which}${sentenceOf(issue, valueAt({ value } as Entity, ['value', ...(issue?.path ?? [])].join('.')))}`;
}

/** What a validator says, in words. `value`: what it said it of. */
export function sentenceOf(issue: z.core.$ZodIssue | undefined, value: Value): string {
  if (issue?.code === 'custom') {
    const format = (issue.params as { readonly format?: string } | undefined)?.format;
    return format === undefined ? issue.message : (formats[format] ?? `Not a valid ${format}.`);
  }
  if (issue?.code === 'invalid_format') return unfit(issue.pattern, String(value));
  if (issue?.code === 'too_small') return `At least ${issue.minimum}${countedIn(issue.origin)}.`;
  if (issue?.code === 'too_big') return `At most ${issue.maximum}${countedIn(issue.origin)}.`;
  if (issue?.code === 'invalid_type' && issue.expected === 'int') return 'A whole number.';
  return issue ? `${issue.message}.` : 'Not valid.';
}

/** What a size is counted in: of numbers nothing. */
function countedIn(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
}

/** Names the characters without which the text would fit; where that is not what is wrong, it says less. */
function unfit(pattern: string | undefined, text: string): string {
  const [, source, flags] = /^\/(.*)\/(\w*)$/s.exec(pattern ?? '') ?? [];
  const whole = 'Not of the form that is wanted here.';
  if (source === undefined) return whole;
  const rule = new RegExp(source, flags);
  const bad = new Set([...text].filter((one) => !rule.test(one)));
  const rest = [...text].filter((one) => !bad.has(one)).join('');
  if (bad.size === 0 || !rule.test(rest)) return whole;
  const names = [...bad].map((one) =>
    one === ' ' ? 'a blank' : /\s/.test(one) ? 'a tab or a line break' : `“${one}”`,
  );
  return `Not allowed here: ${[...new Set(names)].join(', ')}.`;
}

const formats: Readonly<Record<string, string>> = {
  'absolute-uri-without-fragment':
    'An absolute address without a fragment (#), such as https://app.example.com/callback.',
  origin: 'An origin, such as https://app.example.com.',
  'absolute-uri': 'An http or https address.',
  'absolute-uri-or-empty': 'An http or https address, or nothing.',
  'absolute-https-uri-or-empty': 'An https address, or nothing.',
  'email-or-empty': 'An e-mail address, or nothing.',
};

/** The body of a PATCH that makes `before` into what was typed: only what changed, objects in the way their field takes them. */
export function patchOf(
  declared: Declared,
  before: Entity,
  typed: Readonly<Record<string, Value>>,
): Record<string, Value> {
  const patch: Record<string, Value> = {};
  for (const [path, value] of Object.entries(typed)) {
    const [name = '', ...members] = path.split('.');
    const { field } = fieldAt(declared, path);
    if (members.length === 0) {
      patch[name] = value === undefined ? null : value;
      continue;
    }
    const base = (patch[name] ?? (field.merged ? {} : (before[name] ?? {}))) as Entity;
    patch[name] = withMember(base, members, value);
  }
  return patch;
}

function withMember(object: Entity, [name = '', ...rest]: readonly string[], value: Value): Entity {
  if (rest.length > 0) return { ...object, [name]: withMember((object[name] ?? {}) as Entity, rest, value) };
  if (value !== undefined) return { ...object, [name]: value };
  const { [name]: _gone, ...others } = object;
  return others;
}
