// Seeds a tenant from a file in the YAML format of auth0-deploy-cli. Applying it again changes nothing; a wrong value
// stops the start and is named by file, line and field; a section that is not supported yet is named in a warning.

import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { StartRefused } from '../config.ts';
import { applyDatabase, applyRole, applyUser } from './people.ts';
import { applyClient, applyClientGrant, applyResourceServer, applyTenant, Wrong } from './sections.ts';
import type { Call } from './trusted.ts';

type Apply = (call: Call, entry: Record<string, unknown>) => Promise<boolean>;

/** Sections in the order in which they build on each other. */
const sections: readonly { readonly name: string; readonly list: boolean; readonly apply: Apply }[] = [
  { name: 'tenant', list: false, apply: applyTenant },
  { name: 'resourceServers', list: true, apply: applyResourceServer },
  { name: 'clients', list: true, apply: applyClient },
  { name: 'clientGrants', list: true, apply: applyClientGrant },
  { name: 'databases', list: true, apply: applyDatabase },
  { name: 'roles', list: true, apply: applyRole },
  { name: 'users', list: true, apply: applyUser },
];

interface Place {
  readonly file: string;
  readonly line: number;
  readonly field: string;
}

function refused({ file, line, field }: Place, what: string): StartRefused {
  return new StartRefused(`${file}:${line}: ${field === '' ? '' : `${field}: `}${what}`);
}

/** `##NAME##` becomes the variable's text, `@@NAME@@` its value as JSON, before the YAML is read. */
export function replaceKeywords(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
  file: string,
): string {
  return text
    .split('\n')
    .map((line, index) =>
      /^\s*#(?!#)/.test(line)
        ? line
        : line.replace(
            /(["']?)(##|@@)([A-Za-z_][A-Za-z0-9_]*)\2\1/g,
            (whole, _quote: string, mark: string, name: string) => {
              const value = environment[name];
              if (value === undefined)
                throw refused({ file, line: index + 1, field: '' }, `the environment has no variable ${name}`);
              if (mark === '##') return whole.replace(`##${name}##`, value);
              try {
                JSON.parse(value);
                return value;
              } catch {
                return JSON.stringify(value);
              }
            },
          ),
    )
    .join('\n');
}

/** The line of the node at a path, or of the nearest one around it. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function shown(path: readonly (string | number)[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}

/** `scopes[0].value` -> ['scopes', 0, 'value'] */
function parts(field: string): (string | number)[] {
  return [...field.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new StartRefused(`The tenant file ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/**
 * Applies a tenant file. What was applied before an error stays: each entry is one change of its own, and the next start
 * goes on from there. @returns how many entries changed something
 */
export async function applyTenantFile(
  call: Call,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
  warn: (message: string) => void,
): Promise<number> {
  const text = replaceKeywords(await read(file), environment, file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken) throw refused({ file, line: lines.linePos(broken.pos[0]).line, field: '' }, broken.message);
  if (document.contents === null) return 0;
  if (!isMap(document.contents)) throw refused({ file, line: 1, field: '' }, 'a tenant file is a map of sections');
  const content = document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>;
  for (const name of Object.keys(content)) {
    if (!sections.some((section) => section.name === name))
      warn(`${file}: the section "${name}" is not supported yet and was left out`);
  }
  let changed = 0;
  for (const { name, list, apply } of sections) {
    const value = content[name];
    if (value === undefined || value === null) continue;
    if (list && !Array.isArray(value))
      throw refused({ file, line: lineOf(document, lines, [name]), field: name }, 'must be a list');
    for (const [index, entry] of (list ? (value as unknown[]) : [value]).entries()) {
      const path = list ? [name, index] : [name];
      const at = (more: readonly (string | number)[]): Place => ({
        file,
        line: lineOf(document, lines, [...path, ...more]),
        field: shown([...path, ...more]),
      });
      if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw refused(at([]), 'must be a map');
      try {
        if (await apply(call, entry as Record<string, unknown>)) changed++;
      } catch (error) {
        if (error instanceof Wrong) throw refused(at(parts(error.field)), error.message);
        throw error;
      }
    }
  }
  return changed;
}
