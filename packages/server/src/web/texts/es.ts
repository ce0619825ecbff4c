// Spanish.

import type { Texts } from './texts.ts';

export const es: Texts = {
  failure: {
    title: 'Algo ha salido mal',
    code: 'Error',
    request: 'Solicitud',
    support: 'Contactar con soporte',
    back: (application) => `Volver a ${application}`,
  },
};
