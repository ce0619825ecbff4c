// The mails that the server sends, in words.

import { type EffectiveTemplate, type EmailTemplate, templateEffects } from 'countersign/resources';

export const templatesPath = '/email-templates';

const words: Readonly<Record<EffectiveTemplate, { readonly label: string; readonly about: string }>> = {
  verify_email: {
    label: 'Confirm the address',
    about: 'After a sign-up, or when somebody asks for it: a link that proves that the address is theirs.',
  },
  reset_email: {
    label: 'Choose a new password',
    about: 'When somebody forgot the password: a link to the page where a new one is chosen.',
  },
  password_changed: {
    label: 'Password changed',
    about: 'After a password was changed by a link, so that a change by somebody else is noticed.',
  },
  signup_attempt: {
    label: 'Sign-up with a known address',
    about: 'To the owner of an address with which somebody tried to sign up again.',
  },
  blocked_account: {
    label: 'Account closed',
    about: 'When too many wrong passwords closed an account: a link that opens it again.',
  },
  welcome_email: { label: 'Welcome', about: 'Once an address was confirmed. Not sent unless you write it.' },
};

export interface Kind {
  readonly name: EffectiveTemplate;
  readonly label: string;
  readonly about: string;
}

/** All of them. */
export const mailKinds: readonly Kind[] = (Object.keys(templateEffects) as EffectiveTemplate[]).map((name) => ({
  name,
  ...words[name],
}));

/** What is sent: our own text, that of the operator, or nothing. */
export type State = 'ours' | 'yours' | 'off';

/** The state of a mail, by the template that was written for it, if one was. */
export function stateOf(name: EffectiveTemplate, template: EmailTemplate | undefined): State {
  if (template) return template.enabled ? 'yours' : 'off';
  return templateEffects[name].unasked ? 'ours' : 'off';
}
