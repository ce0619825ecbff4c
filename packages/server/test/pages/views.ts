// Every page that people see, as a pure function of a language and a look: for tests that look at pages without a server.

import type { PasswordPolicy } from '../../src/domain/accounts/policy.ts';
import { setupPage } from '../../src/endpoints/dashboard/setup.ts';
import { confirmPage } from '../../src/endpoints/login/steps/confirm/page.ts';
import { scopeLines } from '../../src/endpoints/login/steps/consent/lines.ts';
import { consentPage } from '../../src/endpoints/login/steps/consent/page.ts';
import { loginPage } from '../../src/endpoints/login/steps/login/page.ts';
import { selectAccountPage } from '../../src/endpoints/login/steps/select-account/page.ts';
import { signupPage } from '../../src/endpoints/login/steps/signup/page.ts';
import { endPage as logoutEndPage, questionPage } from '../../src/endpoints/logout/pages.ts';
import { askPage, endPage, gonePage, resetPage, sentPage, verifyPage } from '../../src/endpoints/recovery/pages.ts';
import { endPage as unblockEndPage, askPage as unblockPage } from '../../src/endpoints/unblock/page.ts';
import type { Answer } from '../../src/web/exchange.ts';
import type { Place, Shown } from '../../src/web/form.ts';
import { textsIn } from '../../src/web/language.ts';
import { errorPage, type Look, page } from '../../src/web/page.ts';
import { weakPassword } from '../../src/web/password-rules.ts';
import { type Language, textsOf } from '../../src/web/texts/index.ts';

export const languages = Object.keys(textsOf) as Language[];

export const plain: Look = { tenantName: 'Acme Travel' };

/** A page in a language, with a look. */
export type View = (language: Language, look: Look) => Answer;

const application = 'Trip Planner';

function shown(make: (place: Place) => Shown): View {
  return (language, look) => {
    const place: Place = {
      texts: textsIn(language),
      language,
      action: '/u/page?state=handle',
      csrf: 'proof',
      application,
      tenant: look.tenantName,
    };
    return page(200, { ...make(place), look, language, formAction: ['https://app.example.com'] });
  };
}

const failed =
  (title: 'expired' | 'foreign'): View =>
  (language, look) => {
    const texts = textsIn(language).failure;
    return errorPage(
      { query: '', headers: { 'accept-language': language } },
      { ...look, support: 'mailto:help@example.com' },
      {
        status: 400,
        title: title === 'expired' ? texts.expiredTitle : texts.foreignTitle,
        error: 'invalid_request',
        description: texts[title],
        requestId: '01J9Z6W0QK3V5',
        link: { href: 'https://app.example.com/login', text: texts.back(application) },
      },
    );
  };

const passwordPolicy: PasswordPolicy = {
  minLength: 8,
  types: ['lowercase', 'uppercase', 'number', 'special'],
  typesNeeded: 3,
  repetition: false,
  sequences: true,
  dictionary: { words: new Set() },
  noPersonalInfo: true,
  history: 0,
};

const rules = (language: Language) => {
  const texts = textsIn(language).signup.rules;
  return [texts.length(8), texts.kinds(3, [texts.lower, texts.upper, texts.digit, texts.special].join(', '))];
};

export const views: Readonly<Record<string, View>> = {
  logout: shown((place) =>
    questionPage(place, application, 'jane@example.com', [
      ['client_id', 'a-client'],
      ['post_logout_redirect_uri', 'https://app.example.com/bye'],
    ]),
  ),
  'logout-done': shown((place) => logoutEndPage(place.texts, true)),
  'logout-stayed': shown((place) => logoutEndPage(place.texts, false)),
  login: shown((place) =>
    loginPage(place, {
      stage: 'both',
      forgot: '/u/reset-password/request',
      usernames: false,
      identifier: undefined,
      signUp: '/u/signup?state=handle',
      errors: [],
    }),
  ),
  'login-wrong': shown((place) =>
    loginPage(place, {
      stage: 'both',
      forgot: '/u/reset-password/request',
      usernames: true,
      identifier: 'jane@example.com',
      signUp: '/u/signup?state=handle',
      errors: [{ text: place.texts.login.wrong }],
    }),
  ),
  'login-closed': shown((place) =>
    loginPage(place, {
      stage: 'both',
      forgot: '/u/reset-password/request',
      usernames: false,
      identifier: 'jane@example.com',
      signUp: '/u/signup?state=handle',
      errors: [{ text: place.texts.login.closed }],
    }),
  ),
  unblock: shown((place) => unblockPage(place, 'jane@example.com')),
  'unblock-done': shown((place) => {
    const { unblockDoneTitle, unblockDone } = place.texts.recovery;
    return unblockEndPage(unblockDoneTitle, unblockDone, {
      href: 'https://app.example.com/login',
      text: place.texts.failure.back(application),
    });
  }),
  'login-identifier': shown((place) =>
    loginPage(place, {
      stage: 'identifier',
      forgot: '/u/reset-password/request',
      usernames: false,
      identifier: undefined,
      signUp: undefined,
      errors: [],
    }),
  ),
  'login-password': shown((place) =>
    loginPage(place, {
      stage: 'password',
      forgot: '/u/reset-password/request',
      usernames: false,
      identifier: 'jane@example.com',
      signUp: undefined,
      errors: [],
    }),
  ),
  signup: shown((place) =>
    signupPage(place, {
      identifiers: [{ name: 'email', label: place.texts.signup.email, type: 'email', autocomplete: 'email' }],
      usernameHint: undefined,
      rules: rules(place.language as Language),
      logIn: '/u/login?state=handle',
      errors: [],
    }),
  ),
  'signup-errors': shown((place) => {
    const texts = place.texts.signup;
    return signupPage(place, {
      identifiers: [
        { name: 'email', label: texts.email, type: 'email', autocomplete: 'email', value: 'jane@example' },
        { name: 'username', label: texts.username, type: 'text', autocomplete: 'username', value: 'jane' },
        {
          name: 'phone_number',
          label: texts.optional(texts.phone),
          type: 'tel',
          autocomplete: 'tel',
          optional: true,
        },
      ],
      usernameHint: texts.usernameHint(1, 15),
      rules: rules(place.language as Language),
      logIn: '/u/login?state=handle',
      errors: [
        { field: 'email', text: texts.badEmail },
        { field: 'password', text: `${texts.weakPassword}: ${texts.rules.length(8)}` },
      ],
    });
  }),
  consent: shown((place) => {
    const lines = scopeLines(
      'openid profile email offline_access read:trips write:trips delete:trips read:bookings'.split(' '),
      place.texts.consent,
      place.language,
    );
    return consentPage(place, {
      user: 'jane@example.com',
      profile: lines.profile,
      api: { name: 'Travel API', lines: lines.api },
      returns: 'app.example.com',
      shown: 'x',
    });
  }),
  confirm: shown((place) => {
    const { profile, api } = scopeLines(
      'openid email read:trips write:trips'.split(' '),
      place.texts.consent,
      place.language,
    );
    const mayDo = { profile, api: { name: 'Travel API', lines: api } };
    return confirmPage(place, { user: 'jane@example.com', returns: 'localhost:3000', ...mayDo });
  }),
  'select-account': shown((place) =>
    selectAccountPage(place, { account: { name: 'Jane Doe', detail: 'jane@example.com' } }),
  ),
  'recovery-ask': shown((place) =>
    askPage(place, { usernames: false, typed: undefined, logIn: '/u/login?state=handle', errors: [] }),
  ),
  'recovery-ask-wrong': shown((place) =>
    askPage(place, {
      usernames: true,
      typed: 'jane@example',
      logIn: undefined,
      errors: [{ field: 'email', text: place.texts.signup.badEmail }],
    }),
  ),
  'recovery-sent': shown((place) => sentPage(place, 'jane@example.com', '/u/login?state=handle')),
  'recovery-reset': shown((place) =>
    resetPage(place, { account: 'jane@example.com', rules: rules(place.language as Language), errors: [] }),
  ),
  'recovery-reset-wrong': shown((place) =>
    resetPage(place, {
      account: 'a-rather-long-address-of-somebody@a-rather-long-domain.example.com',
      rules: rules(place.language as Language),
      errors: [{ field: 'repeated', text: place.texts.recovery.mismatch }],
    }),
  ),
  'recovery-done': shown(({ texts }) =>
    endPage(texts.recovery.resetDoneTitle, texts.recovery.resetDone, {
      href: 'https://app.example.com/',
      text: texts.failure.back(application),
    }),
  ),
  'recovery-gone': shown(({ texts }) => gonePage(texts, texts.recovery.goneReset, '/u/reset-password/request')),
  'verify-ask': shown((place) => verifyPage(place, 'jane@example.com')),
  setup: shown((place) => setupPage(place, { passwordPolicy }, '', [])),
  'setup-wrong': shown((place) => {
    const texts = place.texts.signup;
    return setupPage(place, { passwordPolicy }, 'jane@example', [
      { field: 'email', text: texts.badEmail },
      { field: 'password', text: weakPassword([{ kind: 'too_short', least: 8 }, { kind: 'dictionary' }], texts) },
    ]);
  }),
  expired: failed('expired'),
  foreign: failed('foreign'),
  error: (language, look) =>
    errorPage({ query: '', headers: { 'accept-language': language } }, look, {
      status: 403,
      error: 'invalid_request',
      description:
        'Callback URL mismatch. https://app.example.com/other-callback is not in the list of allowed callback URLs of this client.',
      requestId: '01J9Z6W0QK3V5',
    }),
};
