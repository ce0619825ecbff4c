// The pages behind "forgot your password?" and behind the links that come by mail. Pure.

import {
  type FormError,
  field,
  form,
  type Place,
  passwordHint,
  type Shown,
  summary,
  titled,
  who,
} from '../../web/form.ts';
import { html, nothing } from '../../web/html.ts';
import type { Texts } from '../../web/texts/index.ts';

export interface AskView {
  /** Whether usernames name people here, besides e-mail addresses. */
  readonly usernames: boolean;
  readonly typed: string | undefined;
  /** The log-in page that people came from, if it is known. */
  readonly logIn: string | undefined;
  readonly errors: readonly FormError[];
}

const aside = (href: string | undefined, text: string) =>
  href === undefined ? nothing : html`<p class="aside"><a href="${href}">${text}</a></p>`;

/** Where a link is asked for. */
export function askPage(place: Place, { usernames, typed, logIn, errors }: AskView): Shown {
  const { texts } = place;
  return {
    title: titled(place, texts.recovery.askTitle, errors),
    body: html`<h1>${texts.recovery.askTitle}</h1>
<p class="lead">${texts.recovery.askLead}</p>
${summary(texts, errors)}
${form(
  place,
  html`${field({
    name: 'email',
    label: usernames ? texts.login.emailOrUsername : texts.login.email,
    type: usernames ? 'text' : 'email',
    autocomplete: 'username',
    value: typed,
    errors,
    focused: true,
  })}
<div class="actions"><button type="submit" name="action" value="default">${texts.recovery.askSubmit}</button></div>`,
)}
${aside(logIn, texts.recovery.backToLogIn)}`,
  };
}

/** The same for everybody, whether or not there is such an account. */
export function sentPage(place: Place, typed: string, logIn: string | undefined): Shown {
  const { recovery } = place.texts;
  return {
    title: recovery.sentTitle,
    body: html`<h1>${recovery.sentTitle}</h1>
<p class="lead">${recovery.sent(typed)}</p>
<p class="more">${recovery.sentHint}</p>
${aside(place.action, recovery.sendAgain)}
${aside(logIn, recovery.backToLogIn)}`,
  };
}

/** Where a new password is chosen. `account`: who it is for. */
export function resetPage(
  place: Place,
  view: { readonly account: string; readonly rules: readonly string[]; readonly errors: readonly FormError[] },
): Shown {
  const { texts } = place;
  const { errors, rules, account } = view;
  return {
    title: titled(place, texts.recovery.resetTitle, errors),
    body: html`<h1>${texts.recovery.resetTitle}</h1>
${summary(texts, errors)}
${who(texts.recovery.account, account)}
${form(
  place,
  html`<input type="text" name="username" value="${account}" autocomplete="username" class="unseen" tabindex="-1" aria-hidden="true" readonly>
${field({
  name: 'password',
  label: texts.recovery.newPassword,
  type: 'password',
  autocomplete: 'new-password',
  hint: passwordHint(texts, rules),
  errors,
  focused: true,
})}
${field({
  name: 'repeated',
  label: texts.recovery.repeat,
  type: 'password',
  autocomplete: 'new-password',
  errors,
})}
<div class="actions"><button type="submit" name="action" value="default">${texts.recovery.resetSubmit}</button></div>`,
)}`,
  };
}

/** Where an address is confirmed: a button, since programs open links as well. */
export function verifyPage(place: Place, email: string): Shown {
  const { recovery } = place.texts;
  return {
    title: recovery.verifyTitle,
    body: html`<h1>${recovery.verifyTitle}</h1>
<p class="lead">${recovery.verifyLead(place.tenant)}</p>
${who(recovery.account, email)}
${form(
  place,
  html`<div class="actions"><button type="submit" name="action" value="default">${recovery.verifySubmit}</button></div>`,
)}`,
  };
}

/** Something is done, or cannot be; with a way on where there is one. */
export function endPage(
  title: string,
  text: string,
  next: { readonly href: string; readonly text: string } | undefined,
): Shown {
  return {
    title,
    body: html`<h1>${title}</h1>
<p class="lead">${text}</p>
${next ? html`<div class="actions"><a class="button" href="${next.href}">${next.text}</a></div>` : nothing}`,
  };
}

/** A link that is worth nothing, whatever the reason: nobody learns more from it. `again`: where a new one can be asked for. */
export function gonePage({ recovery }: Texts, told: string, again?: string): Shown {
  return endPage(recovery.goneTitle, told, again === undefined ? undefined : { href: again, text: recovery.askAgain });
}
