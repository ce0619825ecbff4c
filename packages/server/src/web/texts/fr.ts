// French.

import type { Texts } from './texts.ts';

export const fr: Texts = {
  failure: {
    title: 'Une erreur s’est produite',
    code: 'Erreur',
    request: 'Requête',
    support: 'Contacter l’assistance',
    back: (application) => `Retour à ${application}`,
  },
};
