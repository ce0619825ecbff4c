// Checks drafts and patches against a declaration: unknown and server-made fields are refused, nothing is coerced,
// `null` counts only where the field says so. Reports the first thing that is wrong, as the caller will fix one at a time.

import type { Declared, Problem } from './collection.ts';
import type { AnyField, Draft, Entity, Fields, Patch } from './field.ts';
import { isObject, typeName } from './json.ts';
import { complaintOf, pathText, payloadMessage } from './messages.ts';

export type Checked<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly message: string };

type Body = Readonly<Record<string, unknown>>;

/** What a POST brought, checked field by field; defaults and rules across fields come later. */
export function readDraft<F extends Fields>(declared: Pick<Declared<F>, 'fields'>, body: Body): Checked<Draft<F>> {
  const unknown = unknownFields(declared.fields, body, ['caller', 'creator']);
  if (unknown) return unknown;
  for (const [name, field] of Object.entries(declared.fields)) {
    if (field.presence === 'required' && field.writer !== 'server' && body[name] === undefined) {
      return invalid(payloadMessage(`Missing required property: ${name}`));
    }
  }
  const draft: [string, unknown][] = [];
  for (const [name, value] of Object.entries(body)) {
    const field = declared.fields[name] as AnyField;
    if (value === null && field.nullRemoves) continue;
    const wrong = problemOf(name, field, value);
    if (wrong) return wrong;
    draft.push([name, value]);
  }
  return { kind: 'valid', value: Object.fromEntries(draft) as Draft<F> };
}

/** What a PATCH brought. `null` stays where it takes something away; `applyPatch` does that. */
export function readPatch<F extends Fields>(declared: Declared<F>, body: Body): Checked<Patch<F>> {
  const unknown = unknownFields(declared.fields, body, ['caller']);
  if (unknown) return unknown;
  for (const [name, value] of Object.entries(body)) {
    const field = declared.fields[name] as AnyField;
    if (value === null && field.nullRemoves) continue;
    const wrong = problemOf(name, field, field.merged && isObject(value) ? withoutNulls(value) : value);
    if (wrong) return wrong;
  }
  return { kind: 'valid', value: body as Patch<F> };
}

/** The entity after a patch: top-level members are replaced, or merged where the field is declared so. */
export function applyPatch<F extends Fields>(declared: Declared<F>, entity: Entity<F>, patch: Patch<F>): Entity<F> {
  const stored = entity as Body;
  const changed = Object.entries(patch as Body).map(([name, value]): [string, unknown] => {
    const before = stored[name];
    if (value === null || !isObject(value) || !declared.fields[name]?.merged) return [name, value];
    if (declared.fields[name]?.merged === 'deep') return [name, mergedInto(before, value)];
    return [name, withoutNulls({ ...(isObject(before) ? before : {}), ...value })];
  });
  return withoutNulls({ ...stored, ...Object.fromEntries(changed) }) as Entity<F>;
}

/** What a patch of a deeply merged field leaves. */
function mergedInto(before: unknown, value: Body): Body {
  const kept = isObject(before) ? before : {};
  const changed = Object.entries(value).map(([name, member]): [string, unknown] => [
    name,
    isObject(member) ? mergedInto(kept[name], member) : member,
  ]);
  return withoutNulls({ ...kept, ...Object.fromEntries(changed) });
}

/** The message for rules across fields that failed: the first of them. */
export function problemMessage(problems: readonly Problem[]): string | undefined {
  const [first] = problems;
  return first && (first.path === '' ? first.message : payloadMessage(first.message, first.path));
}

function unknownFields(fields: Fields, body: Body, writers: readonly string[]): Checked<never> | undefined {
  const names = Object.keys(body).filter((name) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return !field || !writers.includes(field.writer);
  });
  if (names.length === 0) return undefined;
  const listed = names.slice(0, 10).map((name) => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 100));
  return invalid(payloadMessage(`Additional properties not allowed: ${listed.join(',')}`));
}

function problemOf(name: string, field: AnyField, value: unknown): Checked<never> | undefined {
  if (value === null) {
    return invalid(
      payloadMessage(`Expected type ${kindOf(field)} but found type ${typeName(value)}`, name, field.about),
    );
  }
  const parsed = field.schema.safeParse(value);
  if (parsed.success) return undefined;
  const issue = parsed.error.issues[0];
  if (!issue) return undefined;
  const [complaint, path] = complaintOf(issue, value, [name], field.secret === true);
  return invalid(payloadMessage(complaint, pathText(path), field.about));
}

/** The type that a field wants, for a message about `null`. */
function kindOf(field: AnyField): string {
  const issue = field.schema.safeParse(null).error?.issues[0];
  if (issue?.code === 'invalid_type')
    return issue.expected === 'int' ? 'integer' : issue.expected === 'record' ? 'object' : issue.expected;
  return 'string';
}

function withoutNulls(value: Body): Body {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

function invalid(message: string): Checked<never> {
  return { kind: 'invalid', message };
}
