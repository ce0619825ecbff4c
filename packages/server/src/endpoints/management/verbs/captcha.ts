// The CAPTCHA settings: keys of providers come in, and since no CAPTCHA is ever asked for, their secrets are not kept.

import type { captcha } from '../../../resources/index.ts';
import type { SingletonVerbs } from './verb.ts';

const secrets: ReadonlySet<string> = new Set(['secret', 'api_key']);

export const captchaVerbs: SingletonVerbs<typeof captcha.fields> = {
  patch: (patch) => ({
    kind: 'valid',
    value: Object.fromEntries(
      Object.entries(patch).map(([name, value]) => [
        name,
        typeof value === 'object' && value !== null
          ? Object.fromEntries(Object.entries(value).filter(([member]) => !secrets.has(member)))
          : value,
      ]),
    ),
  }),
};
