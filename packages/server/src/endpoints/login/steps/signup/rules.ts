// The rules of a password policy in words: those of every page on which a password is chosen.

export { passwordRules, problemText } from '../../../../web/password-rules.ts';
