// The answers of POST /dbconnections/signup, whose errors have an envelope of their own (auth0-behaviour SU-2, SU-6).

import type { PasswordProblem } from '../../domain/accounts/policy.ts';
import { describePassword, policyText } from '../../domain/accounts/policy-text.ts';
import type { User } from '../../domain/accounts/user.ts';
import type { ConnectionFacts } from '../../domain/connections/facts.ts';
import type { SignupProblem } from '../../domain/connections/signup.ts';
import type { SignupAsk } from './request.ts';

/** A refusal: what the client reads, and what the log says of it. */
export interface SignupRefusal {
  readonly status: 400 | 401 | 413 | 415 | 429;
  readonly body: Readonly<Record<string, unknown>>;
  readonly because: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal with a code and a sentence. `because`: the log's sentence if it may say more than the client's. Pure. */
export function refusal(
  code: string,
  description: string,
  because = description,
  status: SignupRefusal['status'] = 400,
): SignupRefusal {
  return { status, body: { name: 'BadRequestError', code, description, statusCode: status }, because };
}

/** A body that cannot be understood, or lacks something. Older SDKs read `error`. Pure. */
export function badRequest(description: string, status: SignupRefusal['status'] = 400): SignupRefusal {
  const { body, because } = refusal('bad_request', description, description, status);
  return { status, body: { ...body, error: description }, because };
}

/** The address has made too many accounts (auth0-behaviour ATT-6); `seconds` until it may make another. Pure. */
export function tooMany(seconds: number): SignupRefusal {
  const description =
    'We have detected suspicious login behavior and further attempts will be blocked. Please contact the administrator.';
  const because = 'too many sign-ups from this address (attack-protection/suspicious-ip-throttling)';
  const { body, ...rest } = refusal('too_many_attempts', description, because, 429);
  return { ...rest, body: { ...body, name: 'TooManyRequestsError' }, headers: { 'retry-after': String(seconds) } };
}

/** Too many requests for a mail to one address; `seconds` until there may be another. Pure. */
export function tooManyMails(seconds: number): SignupRefusal {
  const because = 'too many requests for this e-mail address from this address (the rate "reset")';
  const body = { error: 'too_many_requests', error_description: 'Global limit has been reached' };
  return { status: 429, body, because, headers: { 'retry-after': String(seconds) } };
}

/** Unknown, or not among those of the client: the answer does not say which. Pure. */
export function noConnection(because: string): SignupRefusal {
  return { ...badRequest('the connection was not found'), because };
}

/** The client's answer when somebody has the identifier already: generic, unless the tenant wants it told. Pure. */
export function taken(identifier: string, told: boolean): SignupRefusal {
  const because = `the ${identifier} belongs to a user of this connection`;
  if (!told) return refusal('invalid_signup', 'Invalid sign up', because);
  return identifier === 'username'
    ? refusal('username_exists', 'The username provided is in use already.', because)
    : refusal('user_exists', 'The user already exists.', because);
}

const labels = { email: 'email', username: 'username', phone_number: 'phone_number', password: 'password' } as const;

/** What the first problem of a sign-up is answered with. Pure. */
export function problemRefusal(problem: SignupProblem, connection: ConnectionFacts, password: string): SignupRefusal {
  switch (problem.kind) {
    case 'closed':
      return refusal('public_signup_disabled', 'Public signup is disabled');
    case 'missing':
      return badRequest(`Missing required property: ${labels[problem.field]}`);
    case 'invalid':
      return badRequest(invalid(problem.field, connection));
    case 'unwanted':
      return badRequest(`${labels[problem.field]} is not used by this connection`);
    case 'password':
      return passwordRefusal(problem.problems, connection, password);
  }
}

function invalid(field: 'email' | 'username' | 'phone_number', { usernameBounds }: ConnectionFacts): string {
  switch (field) {
    case 'email':
      return 'email: not an e-mail address';
    case 'username':
      return `username: ${usernameBounds.min} to ${usernameBounds.max} letters, digits or signs of _+-.!#$'^\`~@, and no e-mail address or phone number`;
    case 'phone_number':
      return 'phone_number: + and up to 15 digits';
  }
}

function passwordRefusal(
  problems: readonly PasswordProblem[],
  { passwordPolicy }: ConnectionFacts,
  password: string,
): SignupRefusal {
  const kinds = new Set(problems.map(({ kind }) => kind));
  const because = `the password breaks the rules of the connection: ${[...kinds].join(', ')}`;
  const named = (name: string, message: string, more: object): SignupRefusal => ({
    status: 400,
    body: { name, code: 'invalid_password', message, ...more, statusCode: 400 },
    because,
  });
  const said = (name: string, description: string) => named(name, description, { description });
  if (kinds.has('too_long')) return said('PasswordStrengthError', 'Password is too long: 72 bytes at most');
  if (kinds.has('unusable')) return said('PasswordStrengthError', 'Password has characters that cannot be kept');
  if (['too_short', 'types', 'repetition', 'sequence'].some((kind) => kinds.has(kind as PasswordProblem['kind']))) {
    const description = describePassword(passwordPolicy, password);
    return named('PasswordStrengthError', 'Password is too weak', { description, policy: policyText(passwordPolicy) });
  }
  if (kinds.has('dictionary')) return said('PasswordDictionaryError', 'Password is too common');
  if (kinds.has('personal')) return said('PasswordNoUserInfoError', 'Password contains user information');
  return said('PasswordHistoryError', 'Password has previously been used');
}

/** The body for a user who was created: identifiers that were given, and the profile as it was sent. Pure. */
export function createdBody(user: User, asked: SignupAsk): object {
  const { given_name, family_name, name, nickname, picture, user_metadata } = asked;
  const sent = Object.entries({ given_name, family_name, name, nickname, picture, user_metadata });
  return {
    _id: user.user_id.slice('auth0|'.length),
    ...(user.email === undefined ? {} : { email: user.email, email_verified: user.email_verified === true }),
    ...(user.username === undefined ? {} : { username: user.username }),
    ...(user.phone_number === undefined
      ? {}
      : { phone_number: user.phone_number, phone_verified: user.phone_verified === true }),
    ...Object.fromEntries(sent.filter(([, value]) => value !== undefined)),
  };
}
