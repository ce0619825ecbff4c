// Operators' templates, in Liquid as at Auth0. What a template prints of a user is escaped unless it is printed into a header, no template
// reads a file or another template, and time, memory and size are bounded: a broken one costs its own mail only.

import { Liquid } from 'liquidjs';
import { escapeHtml } from './layout.ts';

export type Rendered =
  | { readonly kind: 'rendered'; readonly text: string }
  /** Why, in one line, for the operator. Nothing of the variables is in it. */
  | { readonly kind: 'failed'; readonly because: string };

/** `html`: what is printed is escaped. `text`: it is not; for subjects and addresses, which are checked afterwards. */
export type Target = 'html' | 'text';

/** Of one rendering: ms, units of memory as the engine counts them, characters. */
const limits = { renderLimit: 250, memoryLimit: 5_000_000, parseLimit: 300_000 };
const longestOutput = 1_000_000;
/** They read other templates, of which there are none, or could name files. */
const noTags = ['include', 'render', 'layout', 'block'] as const;

function engine(target: Target): Liquid {
  const liquid = new Liquid({
    ...limits,
    ...(target === 'html' ? { outputEscape: (text: unknown) => escapeHtml(printed(text)) } : {}),
    // A member that is absent is nothing; a filter that is unknown is a slip, and told when the template is saved.
    strictVariables: false,
    strictFilters: true,
    ownPropertyOnly: true,
    templates: {},
    relativeReference: false,
  });
  for (const tag of noTags) delete liquid.tags[tag];
  // `raw` would let a user's name become markup. Those who escape by hand must not escape twice.
  delete liquid.filters.raw;
  for (const name of ['escape', 'escape_once', 'xml_escape']) {
    if (target === 'html')
      liquid.registerFilter(name, { raw: true, handler: (value: unknown) => escapeHtml(printed(value)) });
  }
  if (target === 'html') {
    liquid.registerFilter('newline_to_br', {
      raw: true,
      handler: (value: unknown) => escapeHtml(printed(value)).replace(/\r?\n/g, '<br>\n'),
    });
  }
  return liquid;
}

function printed(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

let engines: Readonly<Record<Target, Liquid>> | undefined;
const engineFor = (target: Target): Liquid => {
  engines ??= { html: engine('html'), text: engine('text') };
  return engines[target];
};

/** What is wrong with a template, with its line; `undefined` for one that can be read. Does not render it. */
export function liquidFault(template: string, target: Target): string | undefined {
  try {
    engineFor(target).parse(template);
    return undefined;
  } catch (error) {
    return reason(error);
  }
}

/** A template with these variables. Never throws; blocks for the limit of time at most. */
export function renderLiquid(template: string, variables: object, target: Target): Rendered {
  try {
    const liquid = engineFor(target);
    const text: unknown = liquid.renderSync(liquid.parse(template), variables);
    // The length first: a text of half a gigabyte is still in pieces here, and putting it together would take its memory.
    if (typeof text !== 'string' || text.length > longestOutput)
      return { kind: 'failed', because: `it prints more than ${longestOutput} characters` };
    return { kind: 'rendered', text };
  } catch (error) {
    return { kind: 'failed', because: reason(error) };
  }
}

/** The engine's words without the excerpts and stacks that it adds. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').replace(/, file:.*?(?=, line:|$)/, '').slice(0, 300);
}
