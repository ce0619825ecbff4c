// Makes ids and secrets from the system's random source.

import { randomBytes, randomInt } from 'node:crypto';
import type { IdShape } from '../../schema/collection.ts';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A fresh id of this shape. Unique by chance alone: at least 88 random bits in every shape that is declared. */
export function makeId(shape: IdShape): string {
  if (shape.alphabet === 'hex')
    return (
      shape.prefix +
      randomBytes(Math.ceil(shape.length / 2))
        .toString('hex')
        .slice(0, shape.length)
    );
  return shape.prefix + base62Text(shape.length);
}

/** So many random letters and digits, each equally likely. */
export function base62Text(length: number): string {
  return Array.from({ length }, () => base62.charAt(randomInt(base62.length))).join('');
}

/** A secret of 64 URL-safe characters: 384 random bits. */
export function makeSecret(): string {
  return randomBytes(48).toString('base64url');
}
