// The options of a database connection: those that decide something here are typed; the others are kept as they come.

import { z } from 'zod';
import type { Problem } from '../../schema/collection.ts';
import { isObject } from '../../schema/json.ts';
import { distinct, flag, list, oneOf, text, whole } from '../../schema/types.ts';

const ownWords = list(text(50, 1), 200);
const status = oneOf(['required', 'optional', 'inactive']);
const identifier = z.looseObject({ active: flag.optional() });

/** An identifier of users, in the newer form of `requires_username`. */
const attribute = z.looseObject({
  identifier: identifier.optional(),
  profile_required: flag.optional(),
  signup: z.looseObject({ status: status.optional() }).optional(),
});
const usernameAttribute = attribute.extend({
  validation: z
    .looseObject({ min_length: whole(1, 128).optional(), max_length: whole(1, 128).optional() })
    .nullable()
    .optional(),
});

const passwordOptions = z.looseObject({
  complexity: z
    .looseObject({
      min_length: whole(1, 72).optional(),
      character_types: distinct(oneOf(['lowercase', 'uppercase', 'number', 'special']), 4).optional(),
      character_type_rule: oneOf(['all', 'three_of_four']).optional(),
      identical_characters: oneOf(['allow', 'block']).optional(),
      sequential_characters: oneOf(['allow', 'block']).optional(),
      max_length_exceeded: oneOf(['error', 'truncate']).optional(),
    })
    .optional(),
  profile_data: z.looseObject({ active: flag.optional(), blocked_fields: list(text(100), 100).optional() }).optional(),
  history: z.looseObject({ active: flag.optional(), size: whole(0, 24).optional() }).optional(),
  dictionary: z
    .looseObject({ active: flag.optional(), custom: ownWords.optional(), default: text(50).optional() })
    .optional(),
});

/** auth0-behaviour §32.3. Members that are not named here mean nothing yet: scripts never run. */
export const databaseOptions = z.looseObject({
  passwordPolicy: oneOf(['none', 'low', 'fair', 'good', 'excellent']).nullable().optional(),
  password_complexity_options: z
    .looseObject({ min_length: whole(1, 72).optional() })
    .nullable()
    .optional(),
  password_history: z
    .looseObject({ enable: flag, size: whole(0, 24).optional() })
    .nullable()
    .optional(),
  password_dictionary: z.looseObject({ enable: flag, dictionary: ownWords.optional() }).nullable().optional(),
  password_no_personal_info: z.looseObject({ enable: flag }).nullable().optional(),
  password_options: passwordOptions.nullable().optional(),
  disable_signup: flag.optional(),
  requires_username: flag.optional(),
  import_mode: flag.optional(),
  brute_force_protection: flag.optional(),
  enabledDatabaseCustomization: flag.optional(),
  disable_self_service_change_password: flag.optional(),
  validation: z
    .looseObject({
      username: z
        .looseObject({ min: whole(1, 128).optional(), max: whole(1, 128).optional() })
        .nullable()
        .optional(),
    })
    .nullable()
    .optional(),
  attributes: z
    .looseObject({
      email: attribute.optional(),
      phone_number: attribute.optional(),
      username: usernameAttribute.optional(),
    })
    .nullable()
    .optional(),
});
export type DatabaseOptions = z.infer<typeof databaseOptions>;

/** What a database connection begins with, as recorded; a level of rules unless the newer rules were sent. */
export function optionDefaults(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    mfa: { active: true, return_enroll_settings: true },
    ...(options.password_options ? {} : { passwordPolicy: 'good' }),
    ...keptDefaults,
  };
}

const profileFields = ['name', 'username', 'nickname', 'email', 'phone_number'];
const passwordDefaults = {
  complexity: {
    character_type_rule: 'all',
    identical_characters: 'allow',
    sequential_characters: 'allow',
    max_length_exceeded: 'error',
    min_length: 15,
    character_types: [],
  },
  profile_data: {
    active: false,
    blocked_fields: [...profileFields, 'user_metadata.name', 'user_metadata.first', 'user_metadata.last'],
  },
  history: { active: false, size: 3 },
  dictionary: { active: false, custom: [], default: 'en_100k' },
} as const;

/** Options with every part of the newer password rules that was left out, as recorded; of another shape, as they are. Pure. */
export function withPasswordDefaults(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const given = options.password_options;
  if (!isObject(given)) return options;
  const parts = Object.entries(passwordDefaults).map(([name, part]) => {
    const own = given[name];
    return [name, own === undefined ? part : isObject(own) ? { ...part, ...own } : own];
  });
  return { ...options, password_options: { ...given, ...Object.fromEntries(parts) } };
}

/** Members that come back when a PATCH leaves them out, as recorded. */
export const keptDefaults = {
  strategy_version: 2,
  authentication_methods: {
    password: { enabled: true, api_behavior: 'required', signup_behavior: 'allow' },
    passkey: { enabled: false },
  },
  passkey_options: { challenge_ui: 'both', progressive_enrollment_enabled: true, local_enrollment_enabled: true },
  brute_force_protection: true,
} as const;

/** Rules across the options of a database, with Auth0's words. */
export function databaseProblems(options: DatabaseOptions): Problem[] {
  const problems: Problem[] = [];
  const say = (message: string, path = '') => problems.push({ path, message });
  const { attributes, validation } = options;
  if (attributes) {
    if (options.requires_username) say('Cannot set both options.attributes and options.requires_username');
    if (validation?.username) say('Cannot set both options.attributes and options.validation');
    for (const name of ['email', 'phone_number', 'username'] as const) {
      const one = attributes[name];
      if (one?.profile_required && one.signup?.status !== undefined && one.signup.status !== 'required') {
        say(`attribute ${name} must also be required on signup`);
      }
    }
    if (![attributes.email, attributes.phone_number, attributes.username].some((one) => one?.identifier?.active)) {
      say('attributes must contain one active identifier');
    }
  }
  const bounds = validation?.username;
  if (bounds && (bounds.min ?? 1) > (bounds.max ?? 128)) {
    say('min must not be greater than max', 'options.validation.username.min');
  }
  // A password that is cut lets in whoever knows its beginning.
  if (options.password_options?.complexity?.max_length_exceeded === 'truncate') {
    say('Passwords are never cut here: use error', 'options.password_options.complexity.max_length_exceeded');
  }
  return problems;
}
