// Reads the bodies of POST /dbconnections/signup and /change_password (auth0-behaviour SU-1, SU-4, CP-1): JSON or form, each member of
// its type and length.

import { z } from 'zod';
import { isObject, readJsonObject } from '../../schema/json.ts';
import { complaintOf, pathText } from '../../schema/messages.ts';
import { text, webUrl } from '../../schema/types.ts';
import type { Ask } from '../../web/exchange.ts';
import { countMembers, readBody } from '../../web/params.ts';

const metadata = z
  .record(z.string().min(1).max(100), text(500))
  .refine((value) => Object.keys(value).length <= 10, { error: 'Too many properties defined, maximum 10' });

/** Members that mean nothing here are let pass: SDKs send some. */
const body = z.object({
  client_id: text(64).optional(),
  connection: text(128, 1),
  email: text(1000).optional(),
  username: text(1000).optional(),
  phone_number: text(100).optional(),
  // Longer than any password, so that the rules say how long one may be.
  password: text(10_000, 1),
  given_name: text(150, 1).optional(),
  family_name: text(150, 1).optional(),
  name: text(300, 1).optional(),
  nickname: text(300, 1).optional(),
  picture: webUrl.optional(),
  user_metadata: metadata.optional(),
});

export type SignupAsk = z.infer<typeof body>;

/** An old `password` member means nothing (CP-1): a password is chosen by who has the mail. */
const changeBody = z.object({
  client_id: text(64).optional(),
  connection: text(128, 1),
  email: text(1000, 1),
  organization: text(100).optional(),
});

export type ChangeAsk = z.infer<typeof changeBody>;

export type ReadAsk<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'malformed'; readonly status: 400 | 413 | 415; readonly description: string };

/** A sign-up, typed; nothing is judged but form. A refusal never repeats a value. */
export function readSignup(ask: Pick<Ask, 'body' | 'headers'>): ReadAsk<SignupAsk> {
  return readAs(body, ask);
}

/** A request for a new password, typed; nothing is judged but form. */
export function readChange(ask: Pick<Ask, 'body' | 'headers'>): ReadAsk<ChangeAsk> {
  return readAs(changeBody, ask);
}

function readAs<T>(shape: z.ZodType<T>, ask: Pick<Ask, 'body' | 'headers'>): ReadAsk<T> {
  const members = readMembers(ask);
  if (members.kind === 'malformed') return members;
  const given = Object.fromEntries(Object.entries(members.value).filter(([, value]) => value !== null));
  const parsed = shape.safeParse(given);
  if (parsed.success) return { kind: 'read', value: parsed.data };
  const [issue] = parsed.error.issues;
  if (!issue) return { kind: 'malformed', status: 400, description: 'The body is not valid' };
  const [complaint, path] = complaintOf(issue, given, [], true);
  const where = pathText(path);
  return { kind: 'malformed', status: 400, description: where === '' ? complaint : `${where}: ${complaint}` };
}

function readMembers({
  body,
  headers,
}: Pick<Ask, 'body' | 'headers'>):
  | { readonly kind: 'members'; readonly value: Readonly<Record<string, unknown>> }
  | Extract<ReadAsk<never>, { kind: 'malformed' }> {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  const read = readBody(body, headers['content-type']);
  if (type !== 'application/json' || body.length === 0) {
    return read.kind === 'malformed' ? read : { kind: 'members', value: Object.fromEntries(read.params) };
  }
  // `readBody` takes flat objects of texts; it has checked the encoding, and `user_metadata` is no text.
  if (read.kind === 'malformed' && !read.description.startsWith('Parameter ')) return read;
  const text = body.toString('utf8');
  const json = readJsonObject(text);
  if (json.kind === 'malformed') return { kind: 'malformed', status: 400, description: json.message };
  // JSON.parse keeps the last of two members of one name; a proxy in front may have judged the first.
  if (countMembers(text) !== countKeys(json.value)) {
    return { kind: 'malformed', status: 400, description: 'Duplicate parameter in the JSON body' };
  }
  return { kind: 'members', value: json.value };
}

/** Members of an object and of all that is in it; `readJsonObject` has seen to it that it is not deep. */
function countKeys(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countKeys(item), 0);
  if (!isObject(value)) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + 1 + countKeys(item), 0);
}
