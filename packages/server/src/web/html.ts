// The only maker of HTML: a template that escapes everything which is not HTML already.
// A page can't be built from strings, so text of a user, a client or a request can't become markup.

const markup: unique symbol = Symbol('markup');

/** HTML that this file made. No JSON, parameter or row can be one: the symbol is not exported. */
export interface Html {
  readonly [markup]: string;
}

/** What may stand in a template: text (escaped), numbers, HTML and lists of it; `undefined` and `false` are nothing. */
export type HtmlValue = string | number | Html | readonly Html[] | undefined | false;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // Closes no attribute today, but old browsers took it for a quote.
  '`': '&#96;',
};

/** Text as HTML text or as the value of a quoted attribute. Not for script, style or URLs: see `webAddress`. */
function escaped(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => escapes[character] ?? '');
}

function written(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  if (markup in value) return value[markup];
  return value.map((item) => item[markup]).join('');
}

/**
 * A piece of HTML. Attributes must be quoted: `href="${url}"`. @throws TypeError for a value right after `=`, where a space in it
 * would begin a new attribute, and for one inside `<script` or `<style`, where escaping protects from nothing.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0] ?? '';
  values.forEach((value, index) => {
    const before = strings[index] ?? '';
    if (before.endsWith('=')) throw new TypeError(`an attribute without quotes: ${before.slice(-30)}`);
    if (/<(script|style)[^<]*$/i.test(before)) throw new TypeError('a value inside a script or a style');
    text += written(value) + (strings[index + 1] ?? '');
  });
  return { [markup]: text };
}

/** Nothing, as HTML. */
export const nothing: Html = html``;

/** The text to send. */
export function render(piece: Html): string {
  return piece[markup];
}

/** The address if it is an absolute http(s) one, normalised; anything else (`javascript:`, `data:`) is `undefined`. */
export function webAddress(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}
