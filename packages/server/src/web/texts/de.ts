// German.

import type { Texts } from './texts.ts';

export const de: Texts = {
  failure: {
    title: 'Etwas ist schiefgegangen',
    code: 'Fehler',
    request: 'Anfrage',
    support: 'Hilfe erhalten',
    back: (application) => `Zurück zu ${application}`,
  },
};
