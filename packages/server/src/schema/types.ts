// The types that fields are made of: bounded texts, lists and numbers, and the formats of addresses.
// All are checked, never converted; names of formats appear in messages.

import { z } from 'zod';
import { readRange } from './address.ts';

/** Text of at most so many UTF-16 units. Body reading already refused NUL and lone surrogates. */
export function text(most: number, least = 0) {
  return z.string().min(least).max(most);
}

/**
 * A name for people, without angle brackets (auth0-behaviour §2.2), with something to see, and without what steers a display:
 * a control or a change of direction in a client's name would rewrite the sentences of the consent page around it.
 */
export function displayName(most: number) {
  return text(most, 1)
    .regex(/^[^<>]+$/)
    .refine((name) => !/[\p{Cc}\p{Bidi_Control}]/u.test(name) && /[\p{L}\p{N}\p{P}\p{S}]/u.test(name), {
      error: 'Must be visible text without control characters',
    });
}

/** A list with so many items at most (and at least). */
export function list<T extends z.ZodType>(item: T, most: number, least = 0) {
  return z.array(item).min(least).max(most);
}

/** A list in which each value stands once. */
export function distinct<T extends z.ZodType<string>>(item: T, most: number, least = 0) {
  return list(item, most, least).refine((values) => new Set(values).size === values.length, {
    error: 'Array items are not unique',
  });
}

/** A whole number within these bounds, both included; never one that JSON numbers cannot hold exactly. */
export function whole(least: number, most: number) {
  return z.int().min(least).max(most);
}

/** A number within these bounds, both included. */
export function number(least: number, most: number) {
  return z.number().min(least).max(most);
}

export const flag = z.boolean();

/** A JSON object whose members mean nothing to us. */
export const freeObject = z.record(z.string().max(255), z.unknown());

/** One of these texts. */
export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values);
}

/** A text that passes a test; the format's name is what the message says. */
function formatted(format: string, most: number, test: (value: string) => boolean) {
  return text(most).refine(test, { params: { format } });
}

/** Schemes that run code or carry content instead of naming a place. */
const refusedSchemes = /^(?:javascript|data|vbscript|file|blob|about):/i;
/** A scheme, then printable ASCII without what breaks out of headers and attributes. */
const uriShape = /^[a-z][a-z0-9+.-]*:[^\s"<>\\^`|\x00-\x20\x7f-\uffff]+$/i;

function isUri(value: string): boolean {
  if (!uriShape.test(value) || refusedSchemes.test(value)) return false;
  if (!/^https?:/i.test(value)) return true;
  return /^https?:\/\/[^/?#]/i.test(value) && URL.canParse(value);
}

/** `https://*.example.com/cb` and `https://{organization_name}.example.com/cb` as an address that can be parsed. */
function withoutPlaceholders(value: string): string | undefined {
  const filled = value.replace(/\{(?:organization_name|custom_domain)\}/g, 'placeholder');
  const at = filled.indexOf('*');
  if (at < 0) return filled;
  // One wildcard, in the leftmost label of a host that has two more; http and https only, since other schemes name no host (CB-3).
  return /^https?:\/\/[a-z0-9-]*\*[a-z0-9-]*(?:\.[a-z0-9-]+){2,}(?::\d{1,5})?(?:[/?][^*]*)?$/i.test(filled)
    ? filled.replace('*', 'wildcard')
    : undefined;
}

function isUriOrWildcard(value: string): boolean {
  const filled = withoutPlaceholders(value);
  return filled !== undefined && !filled.includes('{') && !filled.includes('#') && isUri(filled);
}

/** A callback or logout address: any absolute URI without fragment, custom schemes included; one wildcard label in the host. */
export const callbackUrl = formatted('absolute-uri-without-fragment', 2048, isUriOrWildcard);
/** An origin; a path may be there and means nothing (auth0-behaviour §2.2). */
export const originUrl = formatted('origin', 512, (value) => value.includes('://') && isUriOrWildcard(value));
/** An http or https address. */
export const webUrl = formatted('absolute-uri', 2048, (value) => /^https?:/i.test(value) && isUri(value));
/** The same, or nothing. */
export const webUrlOrEmpty = formatted(
  'absolute-uri-or-empty',
  2048,
  (value) => value === '' || (/^https?:/i.test(value) && isUri(value)),
);
/** An https address without fragment, or nothing. */
export const secureUrlOrEmpty = formatted(
  'absolute-https-uri-or-empty',
  2048,
  (value) => value === '' || (/^https:/i.test(value) && isUriOrWildcard(value) && !value.includes('*')),
);
export const emailOrEmpty = formatted(
  'email-or-empty',
  254,
  (value) => value === '' || /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(value),
);
/** An instant with its zone (RFC 3339). */
export const instant = formatted('date-time', 40, isInstant);

function isInstant(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/.test(value)) return false;
  return !Number.isNaN(Date.parse(value));
}

/** Up to a hundred IP addresses and CIDR ranges, each once. */
export const addressRanges = distinct(
  formatted('ipv4-ipv6-cidr', 64, (value) => readRange(value) !== undefined),
  100,
);

/** An id with this prefix and so many letters or digits. */
export function idOf(prefix: string, length: number) {
  return formatted(`${prefix}id`, prefix.length + length, (value) =>
    new RegExp(`^${prefix}[A-Za-z0-9]{${length}}$`).test(value),
  );
}
