// The page on which people make an account. What a password must be like is told before it is typed.

import { html, nothing } from '../../../../web/html.ts';
import { type FormError, field, form, type Place, type Shown, summary, titled } from '../../form.ts';

export interface SignupView {
  readonly email: string | undefined;
  /** Lengths that are allowed; `undefined` where accounts have no username. */
  readonly usernames: { readonly least: number; readonly most: number } | undefined;
  readonly username: string | undefined;
  /** What a password must be like. */
  readonly rules: readonly string[];
  readonly logIn: string;
  readonly errors: readonly FormError[];
}

/** The sign-up page. */
export function signupPage(place: Place, view: SignupView): Shown {
  const { texts } = place;
  const { errors, usernames } = view;
  const rules = html`<p class="hint">${texts.signup.rules.intro}</p><ul class="hint">${view.rules.map((rule) => html`<li>${rule}</li>`)}</ul>`;
  return {
    title: titled(place, texts.signup.title, errors),
    body: html`<h1>${texts.signup.title}</h1>
<p class="lead">${texts.form.to(place.application)}</p>
${summary(texts, errors)}
${form(
  place,
  html`${field({
    name: 'email',
    label: texts.signup.email,
    type: 'email',
    autocomplete: 'email',
    value: view.email,
    errors,
    focused: !view.email,
  })}
${
  usernames
    ? field({
        name: 'username',
        label: texts.signup.username,
        type: 'text',
        autocomplete: 'username',
        value: view.username,
        hint: html`<p class="hint">${texts.signup.usernameHint(usernames.least, usernames.most)}</p>`,
        errors,
      })
    : nothing
}
${field({
  name: 'password',
  label: texts.signup.password,
  type: 'password',
  autocomplete: 'new-password',
  hint: view.rules.length > 0 ? rules : undefined,
  errors,
  focused: Boolean(view.email) && !usernames,
})}
<div class="actions"><button type="submit" name="action" value="default">${texts.signup.submit}</button></div>`,
)}
<p class="aside">${texts.signup.haveAccount} <a href="${view.logIn}">${texts.signup.logIn}</a></p>`,
  };
}
