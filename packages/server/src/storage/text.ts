// How values become text in the database: alike on both engines, for any input.

import { createHash } from 'node:crypto';
import { UnstorableText } from './store.ts';

/** JSON text in which an escape stands for U+0000 or an unpaired surrogate. An even number of backslashes is data. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** The value as JSON. @throws UnstorableText naming `member` */
export function jsonText(value: unknown, member: string): string {
  const text = JSON.stringify(value);
  if (text.includes('\\u') && UNSTORABLE.test(text)) throw new UnstorableText(member);
  return text;
}

/** Longest key kept as it is, in bytes. PostgreSQL's index entries end at 2,704, and up to three keys share one. */
const KEY_BYTES = 600;
/** Begins a key that is kept as a hash; keys that begin with it themselves are hashed too, so that none is mistaken. */
const HASHED = '\u{10FFFF}';

/** A value as kept in a key or lookup column: itself, or its hash if it is long. @throws UnstorableText */
export function keyText(value: string, member: string): string {
  if (value.includes('\0') || !value.isWellFormed()) throw new UnstorableText(member);
  const short = value.length * 3 <= KEY_BYTES || Buffer.byteLength(value) <= KEY_BYTES;
  return short && !value.startsWith(HASHED) ? value : HASHED + hashText(value);
}

/** SHA-256 as base64url, of any string: UTF-16 keeps even broken ones apart. */
export function hashText(value: string): string {
  return createHash('sha256').update(Buffer.from(value, 'utf16le')).digest('base64url');
}

/** A column of a log event: there, nothing may be refused. */
export function tolerantText(value: string | undefined): string | null {
  if (value === undefined) return null;
  return value.includes('\0') || !value.isWellFormed() ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value;
}
