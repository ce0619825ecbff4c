// What of an entity goes into an answer: hidden fields never, secrets and other guarded fields by the scopes of the token.

import type { Declared } from '../../schema/collection.ts';
import type { AnyField, Fields } from '../../schema/field.ts';

/** `created`: whoever made it sees all of it, once. `changed`: all but guarded secrets. `read`: by scopes. */
export type Occasion = 'created' | 'changed' | 'read';

/** The entity as the holder of these scopes may see it. */
export function visible<F extends Fields>(
  declared: Declared<F>,
  entity: object,
  scopes: ReadonlySet<string>,
  occasion: Occasion,
): Record<string, unknown> {
  const shown = Object.entries(entity).filter(([name]) => {
    const field = declared.fields[name];
    return field !== undefined && !field.hidden && isShown(field, scopes, occasion);
  });
  return Object.fromEntries(shown);
}

/** Whether a token with these scopes may see the field. */
export function isShown(field: AnyField, scopes: ReadonlySet<string>, occasion: Occasion): boolean {
  if (occasion === 'created' || !field.shownTo) return true;
  if (occasion === 'changed' && !field.secret) return true;
  return field.shownTo.some((scope) => scopes.has(scope));
}
