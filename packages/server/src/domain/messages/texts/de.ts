// German.

import type { MailTexts } from './texts.ts';

export const de: MailTexts = {
  verify_email: ({ tenant, email, lifetime }) => ({
    subject: `Bestätigen Sie Ihre E-Mail-Adresse für ${tenant}`,
    heading: 'E-Mail-Adresse bestätigen',
    lines: [
      `Bitte bestätigen Sie, dass ${email} Ihre Adresse ist. Dann ist sicher, dass Nachrichten von ${tenant} bei Ihnen ankommen.`,
    ],
    button: 'E-Mail-Adresse bestätigen',
    notes: [
      `Der Link gilt einmal, innerhalb von: ${lifetime}.`,
      'Wenn Sie kein Konto angelegt haben, müssen Sie nichts tun: Ohne Sie kann niemand diese Adresse bestätigen.',
    ],
  }),
  reset_email: ({ tenant, email, lifetime }) => ({
    subject: `Neues Passwort für ${tenant}`,
    heading: 'Neues Passwort wählen',
    lines: [`Jemand, hoffentlich Sie selbst, hat ein neues Passwort für das ${tenant}-Konto von ${email} angefordert.`],
    button: 'Neues Passwort wählen',
    notes: [
      `Der Link gilt einmal, innerhalb von: ${lifetime}. Ein neuerer Link macht ihn ungültig.`,
      'Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist. Geben Sie diesen Link nie weiter.',
    ],
  }),
  welcome_email: ({ tenant, email }) => ({
    subject: `Willkommen bei ${tenant}`,
    heading: `Willkommen bei ${tenant}`,
    lines: [`Ihr Konto ist bereit. Sie melden sich mit ${email} an.`],
    notes: [],
  }),
  blocked_account: ({ tenant, email, ip }) => ({
    subject: `Zu viele fehlgeschlagene Anmeldungen bei ${tenant}`,
    heading: 'Jemand versucht, Ihr Passwort zu erraten',
    lines: [
      `Es gab viele fehlgeschlagene Anmeldungen am ${tenant}-Konto von ${email}${ip ? `, und zwar von der Adresse ${ip}` : ''}. Weitere Versuche von dort werden abgelehnt.`,
      'Wenn Sie das selbst waren, können Sie die Sperre mit diesem Link aufheben.',
    ],
    button: 'Sperre aufheben',
    notes: [
      'Wenn Sie das nicht waren, lassen Sie die Sperre bestehen, und ändern Sie Ihr Passwort, falls andere es kennen könnten.',
    ],
  }),
  stolen_credentials: ({ tenant, email }) => ({
    subject: `Ihr Passwort für ${tenant} ist anderen bekannt`,
    heading: 'Bitte ändern Sie Ihr Passwort',
    lines: [
      `Das Passwort des ${tenant}-Kontos von ${email} steht in einer Sammlung gestohlener Passwörter. Ändern Sie es, hier und überall sonst, wo Sie es benutzen.`,
    ],
    button: 'Neues Passwort wählen',
    notes: [],
  }),
  password_changed: ({ tenant, email }) => ({
    subject: `Ihr Passwort für ${tenant} wurde geändert`,
    heading: 'Ihr Passwort wurde geändert',
    lines: [
      `Das Passwort des ${tenant}-Kontos von ${email} wurde soeben geändert. Alle Browser und Anwendungen müssen sich neu anmelden.`,
    ],
    notes: [
      'Wenn Sie das nicht waren, fordern Sie sofort auf der Anmeldeseite ein neues Passwort an, und wenden Sie sich an den Support.',
    ],
  }),
  signup_attempt: ({ tenant, email }) => ({
    subject: `Sie haben schon ein Konto bei ${tenant}`,
    heading: 'Sie haben schon ein Konto',
    lines: [
      `Jemand, hoffentlich Sie selbst, wollte bei ${tenant} ein Konto mit ${email} anlegen. Es gibt schon eines mit dieser Adresse, deshalb wurde nichts angelegt.`,
      'Melden Sie sich mit Ihrem Passwort an, oder fordern Sie auf der Anmeldeseite ein neues an.',
    ],
    notes: ['Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Konto ist, wie es war.'],
  }),
  copy: 'Wenn die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse im Browser:',
  help: 'Hilfe:',
  sent: ({ tenant, email }) =>
    `${tenant} hat diese Nachricht an ${email} gesandt; es geht um ein Konto mit dieser Adresse.`,
};
