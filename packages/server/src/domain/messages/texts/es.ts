// Spanish.

import type { MailTexts } from './texts.ts';

export const es: MailTexts = {
  verify_email: ({ tenant, email, lifetime }) => ({
    subject: `Confirme su correo electrónico para ${tenant}`,
    heading: 'Confirme su correo electrónico',
    lines: [`Confirme que ${email} es su dirección. Así ${tenant} sabrá que sus mensajes le llegan.`],
    button: 'Confirmar correo electrónico',
    notes: [
      `El enlace sirve una sola vez, durante ${lifetime}.`,
      'Si no ha creado una cuenta, no haga nada: sin usted nadie puede confirmar esta dirección.',
    ],
  }),
  reset_email: ({ tenant, email, lifetime }) => ({
    subject: `Restablezca su contraseña de ${tenant}`,
    heading: 'Elija una contraseña nueva',
    lines: [`Alguien, esperamos que usted, pidió una contraseña nueva para la cuenta de ${tenant} de ${email}.`],
    button: 'Elegir una contraseña nueva',
    notes: [
      `El enlace sirve una sola vez, durante ${lifetime}, y solo mientras no se pida otro más nuevo.`,
      'Si no fue usted, no haga nada: su contraseña sigue igual. No comparta nunca este enlace.',
    ],
  }),
  welcome_email: ({ tenant, email }) => ({
    subject: `Le damos la bienvenida a ${tenant}`,
    heading: `Le damos la bienvenida a ${tenant}`,
    lines: [`Su cuenta está lista. Inicie sesión con ${email}.`],
    notes: [],
  }),
  blocked_account: ({ tenant, email, ip }) => ({
    subject: `Demasiados intentos fallidos en ${tenant}`,
    heading: 'Alguien intenta adivinar su contraseña',
    lines: [
      `Hubo muchos intentos fallidos de entrar en la cuenta de ${tenant} de ${email}${ip ? ` desde la dirección ${ip}` : ''}. Los siguientes intentos desde allí se rechazan.`,
      'Si fue usted, puede levantar el bloqueo con este enlace.',
    ],
    button: 'Levantar el bloqueo',
    notes: ['Si no fue usted, deje el bloqueo como está y cambie su contraseña si otras personas pueden conocerla.'],
  }),
  stolen_credentials: ({ tenant, email }) => ({
    subject: `Otras personas conocen su contraseña de ${tenant}`,
    heading: 'Cambie su contraseña',
    lines: [
      `La contraseña de la cuenta de ${tenant} de ${email} está en una colección de contraseñas robadas. Cámbiela aquí y en cualquier otro sitio donde la use.`,
    ],
    button: 'Elegir una contraseña nueva',
    notes: [],
  }),
  password_changed: ({ tenant, email }) => ({
    subject: `Su contraseña de ${tenant} ha cambiado`,
    heading: 'Su contraseña ha cambiado',
    lines: [
      `La contraseña de la cuenta de ${tenant} de ${email} acaba de cambiar. Todos los navegadores y aplicaciones deben volver a iniciar sesión.`,
    ],
    notes: [
      'Si no fue usted, pida enseguida una contraseña nueva en la página de inicio de sesión y avise al servicio de ayuda.',
    ],
  }),
  signup_attempt: ({ tenant, email }) => ({
    subject: `Ya tiene una cuenta en ${tenant}`,
    heading: 'Ya tiene una cuenta',
    lines: [
      `Alguien, esperamos que usted, intentó crear una cuenta en ${tenant} con ${email}. Ya existe una con esta dirección, así que no se ha creado nada.`,
      'Inicie sesión con su contraseña o pida una nueva en la página de inicio de sesión.',
    ],
    notes: ['Si no fue usted, no haga nada: su cuenta sigue igual.'],
  }),
  copy: 'Si el botón no funciona, abra esta dirección en su navegador:',
  help: 'Ayuda:',
  sent: ({ tenant, email }) => `${tenant} envió este mensaje a ${email} por una cuenta con esta dirección.`,
};
