// The flags of a command, apart from those that find the store (`--data`, `--database`...), which every command passes on.

import { parseArgs } from 'node:util';

export interface Flags<Name extends string> {
  readonly values: { readonly [N in Name]?: string };
  readonly switches: ReadonlySet<string>;
  readonly words: readonly string[];
  /** For `readConfig`. */
  readonly rest: string[];
}

/** Splits arguments. `texts` take a value, `switches` none; words come before the first flag. */
export function readFlags<Name extends string>(
  args: readonly string[],
  texts: readonly Name[],
  switches: readonly string[] = [],
): Flags<Name> {
  const first = args.findIndex((arg) => arg.startsWith('--'));
  const words = first < 0 ? args : args.slice(0, first);
  const flags = first < 0 ? [] : args.slice(first);
  const { values, tokens } = parseArgs({
    args: [...flags],
    options: Object.fromEntries([
      ...texts.map((name) => [name, { type: 'string' as const }]),
      ...switches.map((name) => [name, { type: 'boolean' as const }]),
    ]),
    strict: false,
    tokens: true,
  });
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (switches.includes(token.name)) taken.add(token.index);
    if (!texts.some((name) => name === token.name)) continue;
    taken.add(token.index);
    if (token.inlineValue === false) taken.add(token.index + 1);
  }
  const given = Object.entries(values).filter(
    ([name, value]) => texts.some((text) => text === name) && typeof value === 'string',
  );
  return {
    values: Object.fromEntries(given) as Flags<Name>['values'],
    switches: new Set(switches.filter((name) => values[name] === true)),
    words,
    rest: flags.filter((_, index) => !taken.has(index)),
  };
}
