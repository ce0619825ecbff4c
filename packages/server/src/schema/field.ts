// The smallest unit of a declaration: one field of a Management API resource, with its
// type, a line of documentation and the answer to "who writes it, who finds by it, who may see it".

import type { z } from 'zod';

/** `caller`: in POST and PATCH. `creator`: in POST only. `server`: never taken from a caller. */
export type Writer = 'caller' | 'creator' | 'server';

/** `required`: a draft must have it. `always`: every entity has it (default or made). `optional`: may be absent. */
export type Presence = 'required' | 'always' | 'optional';

export interface FieldOptions {
  /** A lookup becomes a column: `unique` within the tenant, `index` to find and filter by. */
  readonly lookup?: 'unique' | 'index';
  /** Encrypted at rest; never in a log. */
  readonly secret?: boolean;
  /** Shown only to tokens with one of these scopes (and to whoever just created or rotated it). */
  readonly shownTo?: readonly string[];
  /** Accepted and kept, never answered (key material that was turned into something else). */
  readonly hidden?: boolean;
  /** `null` in a POST or PATCH takes the field away. */
  readonly nullRemoves?: boolean;
  /**
   * A PATCH changes the members that it names and keeps the others; `null` takes a member away. Else it replaces the whole.
   * `deep`: the same holds for objects inside.
   */
  readonly merged?: boolean | 'deep';
  /** Worked out for each answer, never stored. */
  readonly computed?: boolean;
}

export interface Field<T, W extends Writer, P extends Presence> extends FieldOptions {
  readonly schema: z.ZodType<T>;
  readonly writer: W;
  readonly presence: P;
  readonly about: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the one place where a field of any type is meant; inference reads it back
export type AnyField = Field<any, Writer, Presence>;
export type Fields = Readonly<Record<string, AnyField>>;

type Make<W extends Writer, P extends Presence> = <T>(
  schema: z.ZodType<T>,
  about: string,
  options?: FieldOptions,
) => Field<T, W, P>;

function maker<W extends Writer, P extends Presence>(writer: W, presence: P): Make<W, P> {
  return (schema, about, options = {}) => ({ schema, writer, presence, about, ...options });
}

/** A field that the caller may leave out, set and change. */
export const optional = maker('caller', 'optional');
/** A field that the caller must set at creation and may change. */
export const required = maker('caller', 'required');
/** A field that the caller may set and change, and that gets a default at creation. */
export const defaulted = maker('caller', 'always');
/** A field that must be given at creation and is fixed afterwards. */
export const fixed = maker('creator', 'required');
/** A field that may be given at creation and is fixed afterwards. */
export const fixedOptional = maker('creator', 'optional');
/** A field that may be given at creation, gets a default otherwise, and is fixed afterwards. */
export const fixedDefaulted = maker('creator', 'always');
/** A field that only the server writes and every entity has. */
export const made = maker('server', 'always');
/** A field that only the server writes and some entities have. */
export const madeSometimes = maker('server', 'optional');

/** A field that is worked out for each answer and stored nowhere. */
export function computed<T>(schema: z.ZodType<T>, about: string): Field<T, 'server', 'optional'> {
  return { schema, about, writer: 'server', presence: 'optional', computed: true };
}

type Value<F> = F extends Field<infer T, Writer, Presence> ? T : never;
type Keys<F extends Fields, W extends Writer, P extends Presence> = {
  [K in keyof F]: F[K] extends Field<infer _T, infer FW, infer FP>
    ? FW extends W
      ? FP extends P
        ? K
        : never
      : never
    : never;
}[keyof F];
type Flat<T> = { [K in keyof T]: T[K] };

/** What is stored and answered. */
export type Entity<F extends Fields> = Flat<
  { [K in Keys<F, Writer, 'required' | 'always'>]: Value<F[K]> } & { [K in Keys<F, Writer, 'optional'>]?: Value<F[K]> }
>;
/** What a caller may send to create one. */
export type Draft<F extends Fields> = Flat<
  { [K in Keys<F, 'caller' | 'creator', 'required'>]: Value<F[K]> } & {
    [K in Keys<F, 'caller' | 'creator', 'always' | 'optional'>]?: Value<F[K]>;
  }
>;
/** What a caller may send to change one. `null` where the field is taken away by it. */
export type Patch<F extends Fields> = Flat<{ [K in Keys<F, 'caller', Presence>]?: Value<F[K]> | null }>;
