// English.

import type { MailTexts } from './texts.ts';

export const en: MailTexts = {
  verify_email: ({ tenant, email, lifetime }) => ({
    subject: `Confirm your email address for ${tenant}`,
    heading: 'Confirm your email address',
    lines: [`Please confirm that ${email} is your address. ${tenant} will then know that its messages reach you.`],
    button: 'Confirm email address',
    notes: [
      `The link works once, within ${lifetime}.`,
      'If you did not create an account, do nothing: without you nobody can confirm this address.',
    ],
  }),
  reset_email: ({ tenant, email, lifetime }) => ({
    subject: `Reset your password for ${tenant}`,
    heading: 'Choose a new password',
    lines: [`Somebody, hopefully you, asked for a new password for the ${tenant} account of ${email}.`],
    button: 'Choose a new password',
    notes: [
      `The link works once, within ${lifetime}, and only until a newer one is asked for.`,
      'If it was not you, do nothing: your password stays as it is. Never pass this link on.',
    ],
  }),
  welcome_email: ({ tenant, email }) => ({
    subject: `Welcome to ${tenant}`,
    heading: `Welcome to ${tenant}`,
    lines: [`Your account is ready. You log in with ${email}.`],
    notes: [],
  }),
  blocked_account: ({ tenant, email, ip }) => ({
    subject: `Too many failed logins at ${tenant}`,
    heading: 'Somebody is guessing your password',
    lines: [
      `There were many failed attempts to log in to the ${tenant} account of ${email}${ip ? ` from the address ${ip}` : ''}. Further attempts from there are refused.`,
      'If it was you, you can lift the block with this link.',
    ],
    button: 'Lift the block',
    notes: ['If it was not you, leave the block in place, and change your password if others may know it.'],
  }),
  stolen_credentials: ({ tenant, email }) => ({
    subject: `Your password for ${tenant} is known to others`,
    heading: 'Please change your password',
    lines: [
      `The password of the ${tenant} account of ${email} was found in a collection of stolen passwords. Change it, here and wherever else you use it.`,
    ],
    button: 'Choose a new password',
    notes: [],
  }),
  password_changed: ({ tenant, email }) => ({
    subject: `Your password for ${tenant} was changed`,
    heading: 'Your password was changed',
    lines: [
      `The password of the ${tenant} account of ${email} has just been changed. Every browser and application must log in again.`,
    ],
    notes: ['If it was not you, ask for a new password on the login page at once, and tell support.'],
  }),
  signup_attempt: ({ tenant, email }) => ({
    subject: `You have an account at ${tenant} already`,
    heading: 'You have an account already',
    lines: [
      `Somebody, hopefully you, tried to create an account at ${tenant} with ${email}. There is one with this address, so nothing was created.`,
      'Log in with the password that you have, or ask for a new one on the login page.',
    ],
    notes: ['If it was not you, do nothing: your account is as it was.'],
  }),
  copy: 'If the button does not work, open this address in your browser:',
  help: 'Help:',
  sent: ({ tenant, email }) => `${tenant} sent this message to ${email} about an account with this address.`,
};
