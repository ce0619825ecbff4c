// Reads the body of a Management API request.

import { isUtf8 } from 'node:buffer';
import { readJsonList, readJsonObject } from '../../schema/json.ts';
import type { Ask } from '../../web/exchange.ts';
import { badBody, type Refused, refused } from './problem.ts';

export interface Body {
  readonly kind: 'body';
  readonly value: Readonly<Record<string, unknown>>;
}

export interface ListBody {
  readonly kind: 'body';
  readonly value: readonly unknown[];
}

/** One JSON object in UTF-8. */
export function readBody(ask: Ask): Body | Refused {
  const text = readText(ask);
  if (typeof text !== 'string') return text;
  const read = readJsonObject(text);
  return read.kind === 'malformed' ? badBody(read.message) : { kind: 'body', value: read.value };
}

/** One JSON list in UTF-8. */
export function readList(ask: Ask): ListBody | Refused {
  const text = readText(ask);
  if (typeof text !== 'string') return text;
  const read = readJsonList(text);
  return read.kind === 'malformed' ? badBody(read.message) : { kind: 'body', value: read.value };
}

function readText(ask: Ask): string | Refused {
  const [type = '', ...attributes] = (ask.headers['content-type'] ?? '').toLowerCase().split(';');
  if (ask.body.length > 0 && type.trim() !== 'application/json') {
    return refused(415, 'The body must be application/json', 'invalid_content_type');
  }
  const charset = attributes.map((attribute) => attribute.trim()).find((attribute) => attribute.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))
    return refused(415, 'The body must be UTF-8', 'invalid_content_type');
  if (!isUtf8(ask.body)) return badBody('Invalid request payload JSON format');
  return ask.body.toString('utf8');
}
