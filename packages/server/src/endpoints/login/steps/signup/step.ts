// Sign up: makes an account in the client's database connection and logs in with it. A taken address is told as the tenant
// wants: by name, or in words that say nothing about which accounts exist (auth0-behaviour SU-6, security-cases ENU-04).

import { canonicalEmail, canonicalPhone, canonicalUsername } from '../../../../domain/accounts/identifiers.ts';
import { judgePassword } from '../../../../domain/accounts/policy.ts';
import type { ConnectionFacts } from '../../../../domain/connections/facts.ts';
import type { FormError } from '../../../../web/form.ts';
import { passwordRules, weakPassword } from '../../../../web/password-rules.ts';
import { connectionFor, type Lost, type Show, type StepAsk, type StepEvent, step } from '../../step.ts';
import { signupPage } from './page.ts';

interface SignupFacts {
  readonly connection: ConnectionFacts | undefined;
  readonly errors: readonly FormError[];
  /** Of a password that may be one; only when nothing is wrong, and the address may still sign up. */
  readonly hash: string | undefined;
  /** The address has made too many accounts: seconds until it may make another. */
  readonly closedFor: number | undefined;
}

type Kind = 'email' | 'username' | 'phone_number';
const kinds: readonly Kind[] = ['email', 'username', 'phone_number'];

export const signupStep = step<SignupFacts>({
  name: 'signup',

  async load(ask, sources) {
    const connection = connectionFor(ask.pending, await sources.connections());
    const errors = connection && ask.fields ? problems(ask, connection) : [];
    // Hashed whether or not the address is taken, which only the commit finds out: both take the same time.
    const password = ask.fields?.get('password');
    const ready = connection && !connection.disableSignup && errors.length === 0 && password;
    const entered = ready ? await sources.enterSignup() : undefined;
    const closedFor = entered?.kind === 'closed' ? entered.seconds : undefined;
    const hash = ready && closedFor === undefined ? await sources.hash(password) : undefined;
    return { connection, errors, hash, closedFor };
  },

  decide(ask, { connection, errors, hash, closedFor }) {
    if (!connection) return { kind: 'unavailable' };
    const failed = (because: string): StepEvent => ({
      type: 'fs',
      description: 'Invalid sign up',
      because,
      connection: connection.name,
    });
    if (connection.disableSignup) {
      const event = failed('sign-up is switched off for the connection (options.disable_signup)');
      return { kind: 'page', page: 'login', ...(ask.fields ? { event } : {}) };
    }
    const show = (shown: readonly FormError[], event?: StepEvent): Show => ({
      kind: 'show',
      shown: page(ask, connection, shown),
      status: shown.length > 0 ? 400 : 200,
      ...(event ? { event } : {}),
    });
    if (!ask.fields) return show([]);
    if (closedFor !== undefined) {
      const tooMany = show([{ text: ask.place.texts.signup.slowDown }], failed('too many sign-ups from this address'));
      return { ...tooMany, status: 429, retryAfter: closedFor };
    }
    if (errors.length > 0 || hash === undefined) {
      const which = errors.map(({ field }) => field).join(', ');
      return show(errors, failed(`what was typed cannot be taken: ${which}`));
    }
    const { email, username, phone_number } = typed(ask, connection);
    return {
      kind: 'proved',
      proof: {
        kind: 'signup',
        draft: {
          connection: connection.name,
          password_hash: hash,
          ...(email === undefined ? {} : { email }),
          ...(username === undefined ? {} : { username }),
          ...(phone_number === undefined ? {} : { phone_number }),
        },
      },
      event: {
        type: 'ss',
        description: 'Success Signup',
        because: 'made on the sign-up page',
        connection: connection.name,
      },
      lost: (why) => show([taken(ask, why)], failed(`an account with this ${why} exists`)),
    };
  },
});

/** Identifiers that the connection knows, as typed; spaces around them come from copying. */
function typed(ask: StepAsk, connection: ConnectionFacts): Partial<Record<Kind, string>> {
  const values: Partial<Record<Kind, string>> = {};
  for (const kind of kinds) {
    const text = connection.atSignup[kind] === 'inactive' ? undefined : ask.fields?.get(kind)?.trim();
    if (text) values[kind] = text;
  }
  return values;
}

function problems(ask: StepAsk, connection: ConnectionFacts): FormError[] {
  const texts = ask.place.texts.signup;
  const { min, max } = connection.usernameBounds;
  const values = typed(ask, connection);
  const missing = { email: texts.missingEmail, username: texts.missingUsername, phone_number: texts.missingPhone };
  const bad = { email: texts.badEmail, username: texts.badUsername(min, max), phone_number: texts.badPhone };
  const canonical = {
    email: canonicalEmail,
    username: (text: string) => canonicalUsername(text, connection.usernameBounds),
    phone_number: canonicalPhone,
  };
  const errors: FormError[] = [];
  for (const kind of kinds) {
    const value = values[kind];
    if (value === undefined) {
      if (connection.atSignup[kind] === 'required') errors.push({ field: kind, text: missing[kind] });
    } else if (canonical[kind](value) === undefined) errors.push({ field: kind, text: bad[kind] });
  }
  const password = ask.fields?.get('password') ?? '';
  if (password === '') return [...errors, { field: 'password', text: texts.missingPassword }];
  const lacks = judgePassword(connection.passwordPolicy, password, values);
  if (lacks.length > 0) errors.push({ field: 'password', text: weakPassword(lacks, texts) });
  return errors;
}

function taken(ask: StepAsk, why: Lost): FormError {
  const texts = ask.place.texts.signup;
  if (ask.settings.flags?.enable_public_signup_user_exists_error !== true || why === 'user')
    return { text: texts.refused };
  const text = { email: texts.emailTaken, username: texts.usernameTaken, phone_number: texts.phoneTaken }[why];
  return { field: why, text };
}

function page(ask: StepAsk, connection: ConnectionFacts, errors: readonly FormError[]) {
  const texts = ask.place.texts.signup;
  const about = {
    email: { label: texts.email, type: 'email', autocomplete: 'email' },
    username: { label: texts.username, type: 'text', autocomplete: 'username' },
    phone_number: { label: texts.phone, type: 'tel', autocomplete: 'tel' },
  } as const;
  const { login_hint } = ask.pending.request;
  const identifiers = kinds.flatMap((kind) => {
    const status = connection.atSignup[kind];
    if (status === 'inactive') return [];
    const hinted = kind === 'email' && login_hint !== undefined && canonicalEmail(login_hint) ? login_hint : undefined;
    const optional = status === 'optional';
    const label = optional ? texts.optional(about[kind].label) : about[kind].label;
    return [{ ...about[kind], name: kind, label, optional, value: ask.fields ? ask.fields.get(kind) : hinted }];
  });
  const { min, max } = connection.usernameBounds;
  return signupPage(ask.place, {
    identifiers,
    usernameHint: texts.usernameHint(min, max),
    rules: passwordRules(connection.passwordPolicy, texts.rules),
    logIn: ask.pages.login,
    errors,
  });
}
