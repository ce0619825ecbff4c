// Words what is wrong with a body in the form that Auth0's clients know (auth0-behaviour §37.3):
// 'Missing required property: name' on property x (what x is). Values of secrets never appear.

import type { z } from 'zod';
import { typeName } from './json.ts';

type Issue = z.core.$ZodIssue;

/** The whole message of a refused body: the complaint, and where. */
export function payloadMessage(complaint: string, path = '', about = ''): string {
  const where = path === '' ? '' : ` on property ${path}${about === '' ? '' : ` (${about.replace(/\.$/, '')})`}`;
  return `Payload validation error: '${complaint}'${where}.`;
}

/** `scopes[0].value` */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? shown(String(step), 100) : `.${shown(String(step), 100)}`;
  }
  return text;
}

/** The first complaint about a value, and the path of it below `at`. `secret` hides the value. */
export function complaintOf(
  issue: Issue,
  root: unknown,
  at: readonly PropertyKey[],
  secret: boolean,
): [string, PropertyKey[]] {
  const path = [...at, ...issue.path];
  const value = issue.path.reduce<unknown>(
    (inside, step) => (inside as Record<PropertyKey, unknown> | undefined)?.[step],
    root,
  );
  const text = secret ? '*****' : valueText(value);
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined && path.length > 0)
        return [`Missing required property: ${pathText(path.slice(-1))}`, path.slice(0, -1)];
      return [`Expected type ${expectedType(issue.expected)} but found type ${typeName(value)}`, path];
    case 'unrecognized_keys':
      return [`Additional properties not allowed: ${issue.keys.map((key) => shown(key, 100)).join(',')}`, path];
    case 'too_small':
      if (issue.origin === 'string')
        return [`String is too short (${lengthOf(value)} chars), minimum ${issue.minimum}`, path];
      if (issue.origin === 'array') return [`Array is too short (${lengthOf(value)}), minimum ${issue.minimum}`, path];
      return [`Value ${text} is less than minimum ${issue.minimum}`, path];
    case 'too_big':
      if (issue.origin === 'string')
        return [`String is too long (${lengthOf(value)} chars), maximum ${issue.maximum}`, path];
      if (issue.origin === 'array') return [`Array is too long (${lengthOf(value)}), maximum ${issue.maximum}`, path];
      if (issue.origin === 'object') return [`Too many properties defined, maximum ${issue.maximum}`, path];
      return [`Value ${text} is greater than maximum ${issue.maximum}`, path];
    case 'invalid_value':
      return [`No enum match for: ${text}`, path];
    case 'invalid_format':
      if (issue.format === 'regex')
        return [`String does not match pattern ${issue.pattern?.slice(1, -1)}: ${text}`, path];
      return [`Object didn't pass validation for format ${issue.format}: ${text}`, path];
    case 'invalid_union':
      return ["Data does not match any schemas from 'anyOf'", path];
    case 'invalid_key': {
      const [inner] = issue.issues;
      if (inner?.code === 'too_big') return [`Property name is too long, maximum ${inner.maximum}`, path.slice(0, -1)];
      return [`Property name not allowed: ${pathText(path.slice(-1))}`, path.slice(0, -1)];
    }
    case 'custom': {
      const format = issue.params?.format;
      if (typeof format === 'string') return [`Object didn't pass validation for format ${format}: ${text}`, path];
      return [issue.message, path];
    }
    default:
      return [issue.message, path];
  }
}

function expectedType(expected: string): string {
  return expected === 'int' ? 'integer' : expected === 'record' ? 'object' : expected;
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : 0;
}

function valueText(value: unknown): string {
  return shown(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'), 100);
}

/** A caller's text on one line: control characters become `?`, the rest is cut. */
function shown(text: string, most: number): string {
  const clean = text.slice(0, most + 1).replace(/[\x00-\x1f\x7f\u2028\u2029]/g, '?');
  return clean.length > most ? `${clean.slice(0, most)}...` : clean;
}
