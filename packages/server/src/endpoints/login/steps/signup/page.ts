// The page on which people make an account. What a password must be like is told before it is typed.

import {
  type FieldOptions,
  type FormError,
  field,
  form,
  type Place,
  passwordHint,
  type Shown,
  summary,
  titled,
} from '../../../../web/form.ts';
import { html } from '../../../../web/html.ts';

export interface SignupView {
  /** Identifiers that an account may have, in order. */
  readonly identifiers: readonly Pick<
    FieldOptions,
    'name' | 'label' | 'type' | 'autocomplete' | 'value' | 'optional'
  >[];
  /** What a username must be like, if there is one. */
  readonly usernameHint: string | undefined;
  /** What a password must be like. */
  readonly rules: readonly string[];
  readonly logIn: string;
  readonly errors: readonly FormError[];
}

/** The sign-up page. */
export function signupPage(place: Place, view: SignupView): Shown {
  const { texts } = place;
  const { errors, identifiers, usernameHint } = view;
  const first = identifiers.find(({ value }) => !value)?.name ?? 'password';
  const fields = identifiers.map((options) =>
    field({
      ...options,
      hint: options.name === 'username' && usernameHint ? html`<p class="hint">${usernameHint}</p>` : undefined,
      errors,
      focused: options.name === first,
    }),
  );
  return {
    title: titled(place, texts.signup.title, errors),
    body: html`<h1>${texts.signup.title}</h1>
<p class="lead">${texts.form.to(place.application)}</p>
${summary(texts, errors)}
${form(
  place,
  html`${fields}
${field({
  name: 'password',
  label: texts.signup.password,
  type: 'password',
  autocomplete: 'new-password',
  hint: passwordHint(texts, view.rules),
  errors,
  focused: first === 'password',
})}
<div class="actions"><button type="submit" name="action" value="default">${texts.signup.submit}</button></div>`,
)}
<p class="aside">${texts.signup.haveAccount} <a href="${view.logIn}">${texts.signup.logIn}</a></p>`,
  };
}
