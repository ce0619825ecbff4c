// English.

import type { Texts } from './texts.ts';

export const en: Texts = {
  failure: {
    title: 'Something went wrong',
    code: 'Error',
    request: 'Request',
    support: 'Contact support',
    back: (application) => `Back to ${application}`,
  },
};
