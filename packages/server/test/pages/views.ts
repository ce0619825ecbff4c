// Every page that people see, as a pure function of a language and a look: for tests that look at pages without a server.

import type { Place, Shown } from '../../src/endpoints/login/form.ts';
import { confirmPage } from '../../src/endpoints/login/steps/confirm/page.ts';
import { scopeLines } from '../../src/endpoints/login/steps/consent/lines.ts';
import { consentPage } from '../../src/endpoints/login/steps/consent/page.ts';
import { loginPage } from '../../src/endpoints/login/steps/login/page.ts';
import { selectAccountPage } from '../../src/endpoints/login/steps/select-account/page.ts';
import { signupPage } from '../../src/endpoints/login/steps/signup/page.ts';
import type { Answer } from '../../src/web/exchange.ts';
import { textsIn } from '../../src/web/language.ts';
import { errorPage, type Look, page } from '../../src/web/page.ts';
import { type Language, textsOf } from '../../src/web/texts/index.ts';

export const languages = Object.keys(textsOf) as Language[];

export const plain: Look = { tenantName: 'Acme Travel' };

type View = (language: Language, look: Look) => Answer;

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

const rules = (language: Language) => {
  const texts = textsIn(language).signup.rules;
  return [texts.length(8), texts.kinds(3, [texts.lower, texts.upper, texts.digit, texts.special].join(', '))];
};

export const views: Readonly<Record<string, View>> = {
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
  confirm: shown((place) => confirmPage(place, { user: 'jane@example.com', returns: 'localhost:3000' })),
  'select-account': shown((place) =>
    selectAccountPage(place, { account: { name: 'Jane Doe', detail: 'jane@example.com' } }),
  ),
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
