// What the forms say that set somebody's password: which rules it must keep, and that it does not.

import { Link } from '@tanstack/react-router';

/** Beside the field. */
export const passwordRule = (
  <>
    It must keep the password policy of the database, which is under{' '}
    <Link to="/database" className="text-link underline">
      Database connection
    </Link>
    .
  </>
);

/** A refusal of the API because of the password itself; nothing for any other. */
export function weakPassword(error: Error | null): string | undefined {
  return error?.message.startsWith('PasswordStrengthError')
    ? 'Too weak for the password policy of the database. Make it longer, and mix letters, digits and other characters.'
    : undefined;
}
