// Reads the JSON of a Management API body. What no database or log could keep is refused here, for every field of
// every resource: NUL, lone surrogates, nesting that would overflow a stack, keys that reach for a prototype.

export type ReadJson =
  | { readonly kind: 'object'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'malformed'; readonly message: string };

/** Deeper than any body that means something. */
const mostDepth = 20;

export type ReadJsonList =
  | { readonly kind: 'list'; readonly value: readonly unknown[] }
  | { readonly kind: 'malformed'; readonly message: string };

/** One JSON object. An empty text is an empty object. Never throws; says nothing of the values. */
export function readJsonObject(text: string): ReadJson {
  const read = readSound(text === '' ? '{}' : text);
  if (read.kind === 'malformed') return read;
  return isObject(read.value) ? { kind: 'object', value: read.value } : unexpected('object', read.value);
}

/** One JSON list. An empty text is none. Never throws; says nothing of the values. */
export function readJsonList(text: string): ReadJsonList {
  const read = readSound(text === '' ? 'null' : text);
  if (read.kind === 'malformed') return read;
  return Array.isArray(read.value) ? { kind: 'list', value: read.value } : unexpected('array', read.value);
}

interface Malformed {
  readonly kind: 'malformed';
  readonly message: string;
}

function unexpected(type: string, value: unknown): Malformed {
  const message = `Payload validation error: 'Expected type ${type} but found type ${typeName(value)}'.`;
  return { kind: 'malformed', message };
}

function readSound(text: string): { readonly kind: 'sound'; readonly value: unknown } | Malformed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'malformed', message: 'Invalid request payload JSON format' };
  }
  const wrong = unsound(value);
  return wrong ? { kind: 'malformed', message: `Payload validation error: '${wrong}'.` } : { kind: 'sound', value };
}

/** Whether a text can be stored and compared on every engine. */
export function isSound(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Walks without recursion: the input decides the depth. */
function unsound(root: unknown): string | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 0 }];
  for (let at = open.pop(); at; at = open.pop()) {
    if (typeof at.value === 'string' && !isSound(at.value))
      return 'Strings with NUL or unpaired surrogates are not allowed';
    if (typeof at.value !== 'object' || at.value === null) continue;
    if (at.depth >= mostDepth) return `Nested more than ${mostDepth} levels deep`;
    for (const [key, value] of Object.entries(at.value)) {
      if (!isSound(key)) return 'Property names with NUL or unpaired surrogates are not allowed';
      if (key === '__proto__') return 'Additional properties not allowed: __proto__';
      open.push({ value, depth: at.depth + 1 });
    }
  }
  return undefined;
}

/** Whether a JSON value is an object, and neither null nor a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON Schema name of a value's type. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
