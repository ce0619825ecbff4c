// Makes what a stranger sent fit for one line of a log: short, printable, and never a token.

import type { Evidence } from './refusal.ts';

const longest = 200;
const mostValues = 20;

/** Cut to 200 characters, control and non-ASCII characters escaped, and anything that looks like a JWT taken out. */
export function printable(text: string): string {
  const masked = text.slice(0, 1000).replace(/eyJ[\w-]{17,}[\w.-]*/g, '[token]');
  const cut = masked.length > longest ? `${masked.slice(0, longest)}...` : masked;
  return cut.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same evidence, fit for a log. */
export function cleaned<E extends Evidence>(evidence: E): E {
  const clean: Record<string, Evidence[string]> = {};
  for (const [name, value] of Object.entries<Evidence[string]>(evidence)) clean[name] = cleanedValue(value);
  return clean as E;
}

function cleanedValue(value: Evidence[string]): Evidence[string] {
  if (typeof value === 'string') return printable(value);
  if (typeof value !== 'object') return value;
  const shown = value.slice(0, mostValues).map(printable);
  return value.length > mostValues ? [...shown, `and ${value.length - mostValues} more`] : shown;
}
