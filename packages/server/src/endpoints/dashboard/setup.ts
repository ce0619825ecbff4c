// The page on which the first administrator is made. Needs no JavaScript. Pure: what is asked, what is wrong, what is shown.

import { canonicalEmail } from '../../domain/accounts/identifiers.ts';
import { judgePassword } from '../../domain/accounts/policy.ts';
import type { ConnectionFacts } from '../../domain/connections/facts.ts';
import { type FormError, field, type Place, passwordHint, type Shown, summary, titled } from '../../web/form.ts';
import { html } from '../../web/html.ts';
import { passwordRules, weakPassword } from '../../web/password-rules.ts';
import type { Texts } from '../../web/texts/index.ts';

type Database = Pick<ConnectionFacts, 'passwordPolicy'>;

export interface SetupFields {
  readonly email: string;
  readonly password: string;
}

/** What is wrong with the fields; empty: go on. */
export function judgeSetup({ passwordPolicy }: Database, fields: SetupFields, texts: Texts): FormError[] {
  const { email, password } = fields;
  const errors: FormError[] = [];
  if (email === '') errors.push({ field: 'email', text: texts.signup.missingEmail });
  else if (canonicalEmail(email) === undefined) errors.push({ field: 'email', text: texts.signup.badEmail });
  const lacks = judgePassword(passwordPolicy, password, { email });
  if (password === '') errors.push({ field: 'password', text: texts.signup.missingPassword });
  else if (lacks.length > 0) errors.push({ field: 'password', text: weakPassword(lacks, texts.signup) });
  return errors;
}

/** What stands in the card. `email`: as typed before. The ticket in the address is the proof of the form; it has no other. */
export function setupPage(
  place: Omit<Place, 'csrf'>,
  { passwordPolicy }: Database,
  email: string,
  errors: readonly FormError[],
): Shown {
  const { texts, action } = place;
  return {
    title: titled(place, texts.setup.title, errors),
    body: html`<h1>${texts.setup.title}</h1>
<p class="lead">${texts.setup.lead}</p>
${summary(texts, errors)}
<form method="post" action="${action}" novalidate>
${field({
  name: 'email',
  label: texts.signup.email,
  type: 'email',
  autocomplete: 'username',
  value: email,
  errors,
  focused: true,
})}
${field({
  name: 'password',
  label: texts.signup.password,
  type: 'password',
  autocomplete: 'new-password',
  hint: passwordHint(texts, passwordRules(passwordPolicy, texts.signup.rules)),
  errors,
})}
<div class="actions"><button type="submit">${texts.setup.submit}</button></div>
</form>`,
  };
}
