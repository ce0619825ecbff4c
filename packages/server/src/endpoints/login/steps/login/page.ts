// The page on which people say who they are and prove it: both at once, or one after the other.

import { type FormError, field, form, type Place, type Shown, summary, titled } from '../../../../web/form.ts';
import { html, nothing } from '../../../../web/html.ts';

export interface LoginView {
  /** `both` fields on one page, or first the `identifier`, then the `password`. */
  readonly stage: 'both' | 'identifier' | 'password';
  /** Whether usernames name people here, besides e-mail addresses. */
  readonly usernames: boolean;
  readonly identifier: string | undefined;
  /** Where a new password can be asked for, if it can. */
  readonly forgot: string | undefined;
  /** Where an account can be made, if it can. */
  readonly signUp: string | undefined;
  readonly errors: readonly FormError[];
}

/** The log-in page. */
export function loginPage(place: Place, view: LoginView): Shown {
  const { texts, application } = place;
  const { errors, stage } = view;
  const label = view.usernames ? texts.login.emailOrUsername : texts.login.email;
  const title = stage === 'password' ? texts.login.passwordTitle : texts.login.title;
  const identifier = field({
    name: 'username',
    label,
    type: 'text',
    autocomplete: 'username',
    value: view.identifier,
    errors,
    focused: !view.identifier,
  });
  // Known already: shown, sent along, and left in reach of password managers.
  const known = html`<div class="who"><p class="text"><small>${label}</small>${view.identifier}</p><a href="${place.action}">${texts.login.change}</a></div>
<input type="text" name="username" value="${view.identifier}" autocomplete="username" class="unseen" tabindex="-1" aria-hidden="true" readonly>`;
  const password = field({
    name: 'password',
    label: texts.login.password,
    type: 'password',
    autocomplete: 'current-password',
    errors,
    focused: stage === 'password' || Boolean(view.identifier),
  });
  return {
    title: titled(place, title, errors),
    body: html`<h1>${title}</h1>
<p class="lead">${texts.form.to(application)}</p>
${summary(texts, errors)}
${form(
  place,
  html`${stage === 'password' ? known : identifier}
${stage === 'identifier' || !view.forgot ? nothing : password}
<div class="actions"><button type="submit" name="action" value="default">${stage === 'identifier' ? texts.login.next : texts.login.submit}</button></div>`,
)}
${stage === 'identifier' || !view.forgot ? nothing : html`<p class="aside"><a href="${view.forgot}">${texts.recovery.forgot}</a></p>`}
${view.signUp ? html`<p class="aside">${texts.login.noAccount} <a href="${view.signUp}">${texts.login.signUp}</a></p>` : nothing}`,
  };
}
