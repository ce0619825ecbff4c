// The page on which the first administrator is made. Needs no JavaScript. Pure: what is asked, what is wrong, what is shown.

import { canonicalEmail } from '../../domain/accounts/identifiers.ts';
import { judgePassword, type PasswordPolicy, type PasswordProblem } from '../../domain/accounts/policy.ts';
import type { ConnectionFacts } from '../../domain/connections/facts.ts';
import { type Html, html, nothing } from '../../web/html.ts';

export interface SetupFields {
  readonly email: string;
  readonly password: string;
}
export interface SetupProblem {
  readonly field: 'email' | 'password';
  readonly text: string;
}

/** What is wrong with the fields; empty: go on. */
export function judgeSetup(connection: Pick<ConnectionFacts, 'passwordPolicy'>, fields: SetupFields): SetupProblem[] {
  const problems: SetupProblem[] = [];
  if (canonicalEmail(fields.email) === undefined) problems.push({ field: 'email', text: 'Enter an e-mail address.' });
  const [weak] = judgePassword(connection.passwordPolicy, fields.password, { email: fields.email });
  if (weak) problems.push({ field: 'password', text: words(weak) });
  return problems;
}

function words(problem: PasswordProblem): string {
  switch (problem.kind) {
    case 'too_short':
      return `The password needs at least ${problem.least} characters.`;
    case 'too_long':
      return `The password has more than ${problem.mostBytes} bytes.`;
    case 'types':
      return `The password needs ${problem.needed} of: ${problem.types.join(', ')}.`;
    case 'repetition':
      return 'The password has the same character three times in a row.';
    case 'sequence':
      return 'The password has a sequence such as abcd or 1234.';
    case 'dictionary':
      return 'The password is among the most common ones.';
    case 'personal':
      return 'The password contains the e-mail address.';
    default:
      return 'This password cannot be used.';
  }
}

function hintOf(policy: PasswordPolicy): string {
  const least = Math.max(1, policy.minLength);
  const types = policy.typesNeeded > 0 ? `, with ${policy.typesNeeded} of: ${policy.types.join(', ')}` : '';
  return `At least ${least} characters${types}.`;
}

function input(name: 'email' | 'password', label: string, value: string, hint: string, wrong?: SetupProblem): Html {
  const described = [hint ? `${name}-hint` : '', wrong ? `${name}-error` : ''].filter(Boolean).join(' ');
  return html`<div class="field">
<label for="${name}">${label}</label>
${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}
${wrong ? html`<div class="error" id="${name}-error"><span>${wrong.text}</span></div>` : nothing}
<input id="${name}" name="${name}" type="${name}" required autocomplete="${name === 'email' ? 'username' : 'new-password'}"${
    name === 'email' ? html` value="${value}"` : nothing
  }${described ? html` aria-describedby="${described}"` : nothing}${wrong ? html` aria-invalid="true"` : nothing}>
</div>`;
}

/** What stands in the card. `email`: as typed before. */
export function setupPage(
  action: string,
  policy: PasswordPolicy,
  email: string,
  problems: readonly SetupProblem[],
): Html {
  const wrong = (field: SetupProblem['field']) => problems.find((problem) => problem.field === field);
  return html`<h1>Make the first administrator</h1>
<p class="lead">The account that you make here may do everything in the dashboard. It is a user of this server like any other.</p>
${
  problems.length > 0
    ? html`<div class="summary" role="alert" tabindex="-1" autofocus><p>${problems.map(({ text }) => text).join(' ')}</p></div>`
    : nothing
}
<form method="post" action="${action}" novalidate>
${input('email', 'E-mail address', email, '', wrong('email'))}
${input('password', 'Password', '', hintOf(policy), wrong('password'))}
<div class="actions"><button type="submit">Make administrator</button></div>
</form>`;
}
