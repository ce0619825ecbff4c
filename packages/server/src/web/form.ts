// The parts that our forms are made of: fields with their errors, the summary of errors, the hidden proofs.
// Pure; every text is escaped by the template.

import { type Html, html, nothing } from './html.ts';
import type { Texts } from './texts/index.ts';

/** What every form of ours carries and names. */
export interface Place {
  readonly texts: Texts;
  /** BCP 47. */
  readonly language: string;
  /** Where the form goes: this page. */
  readonly action: string;
  /** Proves that the form is ours; checked by `readOwnForm`. */
  readonly csrf: string;
  /** The client's name; the tenant's where no client is known. */
  readonly application: string;
  readonly tenant: string;
}

/** What stands in the card, and the title of the document. */
export interface Shown {
  readonly title: string;
  readonly body: Html;
}

/** Something wrong with the form; `field` is the id of the field it is about. */
export interface FormError {
  readonly field?: string;
  readonly text: string;
}

export interface FieldOptions {
  /** Its name on the wire, and its id. */
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'email' | 'tel' | 'password';
  readonly autocomplete: string;
  readonly optional?: boolean;
  readonly value?: string | undefined;
  /** Read before the field is filled in, and tied to it for screen readers. */
  readonly hint?: Html | undefined;
  readonly errors: readonly FormError[];
  /** The first thing to fill in, when nothing else is to be told. */
  readonly focused?: boolean;
}

/** A labelled field. What is wrong with it stands above it, and is part of its description. */
export function field(options: FieldOptions): Html {
  const { name, errors } = options;
  const wrong = errors.filter((error) => error.field === name);
  const described = [options.hint ? `${name}-hint` : '', wrong.length > 0 ? `${name}-error` : ''].filter(Boolean);
  const typing =
    options.type === 'password' ? nothing : html` autocapitalize="none" autocorrect="off" spellcheck="false"`;
  return html`<div class="field">
<label for="${name}">${options.label}</label>
${options.hint ? html`<div id="${name}-hint">${options.hint}</div>` : nothing}
${wrong.length > 0 ? html`<div id="${name}-error" class="error">${wrong.map(({ text }) => html`<span>${text}</span>`)}</div>` : nothing}
<input id="${name}" name="${name}" type="${options.type}" autocomplete="${options.autocomplete}"${options.optional ? nothing : html` required`}${typing}${
    options.value ? html` value="${options.value}"` : nothing
  }${described.length > 0 ? html` aria-describedby="${described.join(' ')}"` : nothing}${
    wrong.length > 0 ? html` aria-invalid="true"` : nothing
  }${options.focused && errors.length === 0 ? html` autofocus` : nothing}>
</div>`;
}

/** What a password must be like, told before it is typed; nothing where there is no rule. `rules` are those of `passwordRules`. */
export function passwordHint(texts: Texts, rules: readonly string[]): Html | undefined {
  if (rules.length === 0) return undefined;
  return html`<p class="hint">${texts.signup.rules.intro}</p><ul class="hint">${rules.map((rule) => html`<li>${rule}</li>`)}</ul>`;
}

/** What is wrong, at the head of the page: it takes the focus and is announced (WCAG 2.2 §3.3.1, §4.1.3). Nothing without errors. */
export function summary(texts: Texts, errors: readonly FormError[]): Html {
  if (errors.length === 0) return nothing;
  const [only] = errors;
  const told =
    errors.length === 1 && only?.field === undefined
      ? html`<p>${only?.text}</p>`
      : html`<h2>${texts.form.problem}</h2>
<ul>${errors.map(({ field: id, text }) => html`<li>${id ? html`<a href="#${id}">${text}</a>` : text}</li>`)}</ul>`;
  return html`<div class="summary" role="alert" tabindex="-1" autofocus>${told}</div>`;
}

/** A form of ours: posts to its own page and carries the proof that it is ours. The server checks; the browser does not. */
export function form(place: Place, content: Html): Html {
  return html`<form method="post" action="${place.action}" novalidate>
<input type="hidden" name="csrf" value="${place.csrf}">
${content}
</form>`;
}

/** The title of a page; says first that something is wrong, since that is what a screen reader reads first. */
export function titled(place: Pick<Place, 'texts'>, title: string, errors: readonly FormError[] = []): string {
  return errors.length > 0 ? `${place.texts.form.error}: ${title}` : title;
}

/** Who is logged in. */
export function who(label: string, name: string): Html {
  const [initial = ''] = name.trim();
  return html`<div class="who"><span class="face" aria-hidden="true">${initial}</span><p class="text"><small>${label}</small>${name}</p></div>`;
}
