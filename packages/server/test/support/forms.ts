// What a browser sees of a page: its forms with their fields and buttons, its links and its text. Written for the tests:
// it reads HTML as it is sent, without running scripts.

/** A form as it would be sent. Fields that a browser leaves out (disabled, unchecked) are left out. */
export interface Form {
  readonly method: 'GET' | 'POST';
  /** Absolute. */
  readonly action: string;
  readonly fields: readonly Field[];
  readonly buttons: readonly Button[];
}

export interface Field {
  readonly name: string;
  readonly value: string;
  /** `hidden`, `text`, `password`, ... */
  readonly type: string;
}

export interface Button {
  readonly name: string | undefined;
  readonly value: string;
  readonly text: string;
  /** `formaction`, absolute. */
  readonly action: string | undefined;
}

export interface Tag {
  readonly name: string;
  readonly closing: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  /** Where the text after it begins. */
  readonly end: number;
  readonly start: number;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Character references resolved (HTML §13.2.5.72, those that a server writes). */
export function decoded(text: string): string {
  return text.replace(/&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|([a-z]+));/g, (all, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return named[name] ?? all;
  });
}

/** Every tag in order. Comments, and what stands inside `script` and `style`, are no tags. */
export function tagsOf(html: string): Tag[] {
  const tags: Tag[] = [];
  const pattern = /<!--[\s\S]*?-->|<(\/?)([a-zA-Z][^\s/>]*)((?:\s+|"[^"]*"|'[^']*'|[^>"'])*)>/g;
  for (let found = pattern.exec(html); found !== null; found = pattern.exec(html)) {
    const [all, slash, name = '', rest = ''] = found;
    if (name === '') continue;
    const attributes: Record<string, string> = {};
    for (const [, key = '', double, single, bare] of rest.matchAll(
      /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g,
    ))
      attributes[key.toLowerCase()] ??= decoded(double ?? single ?? bare ?? '');
    const tag = name.toLowerCase();
    tags.push({ name: tag, closing: slash === '/', attributes, start: found.index, end: found.index + all.length });
    if (slash === '' && (tag === 'script' || tag === 'style')) {
      const close = html.toLowerCase().indexOf(`</${tag}`, pattern.lastIndex);
      if (close >= 0) pattern.lastIndex = close;
    }
  }
  return tags;
}

/** The text that is shown, spaces collapsed; without scripts and styles. */
export function textOf(html: string): string {
  const shown = html.replace(/<!--[\s\S]*?-->|<!doctype[^>]*>/gi, ' ');
  const pieces: string[] = [];
  let from = 0;
  let unseen = false;
  for (const { name, closing, start, end } of tagsOf(shown)) {
    if (!unseen) pieces.push(shown.slice(from, start));
    unseen = !closing && (name === 'script' || name === 'style');
    from = end;
  }
  return decoded([...pieces, shown.slice(from)].join(' '))
    .replace(/\s+/g, ' ')
    .trim();
}

/** The forms of a page that was loaded from `url`. */
export function formsOf(html: string, url: string): Form[] {
  const forms: { method: 'GET' | 'POST'; action: string; fields: Field[]; buttons: Button[] }[] = [];
  let open: (typeof forms)[number] | undefined;
  for (const { name, closing, attributes, end } of tagsOf(html)) {
    if (name === 'form') {
      if (closing) open = undefined;
      else {
        open = {
          method: attributes.method?.toUpperCase() === 'POST' ? 'POST' : 'GET',
          action: new URL(attributes.action || url, url).href,
          fields: [],
          buttons: [],
        };
        forms.push(open);
      }
    }
    if (open === undefined || closing || 'disabled' in attributes) continue;
    const type = (attributes.type ?? (name === 'button' ? 'submit' : 'text')).toLowerCase();
    if (name === 'button' || (name === 'input' && (type === 'submit' || type === 'image'))) {
      if (type !== 'submit' && type !== 'image') continue;
      const close = html.indexOf('</button', end);
      open.buttons.push({
        name: attributes.name,
        value: attributes.value ?? '',
        text: name === 'button' ? textOf(html.slice(end, close < 0 ? end : close)) : (attributes.value ?? ''),
        action: attributes.formaction === undefined ? undefined : new URL(attributes.formaction, url).href,
      });
    } else if (name === 'input' && attributes.name) {
      if ((type === 'checkbox' || type === 'radio') && !('checked' in attributes)) continue;
      if (type === 'button' || type === 'reset' || type === 'file') continue;
      const value = attributes.value ?? (type === 'checkbox' || type === 'radio' ? 'on' : '');
      open.fields.push({ name: attributes.name, value, type });
    }
  }
  return forms;
}

/** Absolute targets of the links of a page, fragments of the page itself left out. */
export function linksOf(html: string, url: string): string[] {
  return tagsOf(html).flatMap(({ name, closing, attributes }) =>
    name === 'a' && !closing && attributes.href !== undefined && !attributes.href.startsWith('#')
      ? [new URL(attributes.href, url).href]
      : [],
  );
}
