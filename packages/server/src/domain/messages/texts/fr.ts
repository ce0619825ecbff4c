// French.

import type { MailTexts } from './texts.ts';

export const fr: MailTexts = {
  verify_email: ({ tenant, email, lifetime }) => ({
    subject: `Confirmez votre adresse e-mail pour ${tenant}`,
    heading: 'Confirmez votre adresse e-mail',
    lines: [
      `Veuillez confirmer que ${email} est votre adresse. ${tenant} saura alors que ses messages vous parviennent.`,
    ],
    button: 'Confirmer l’adresse e-mail',
    notes: [
      `Le lien ne sert qu’une fois, pendant ${lifetime}.`,
      'Si vous n’avez pas créé de compte, ne faites rien : sans vous, personne ne peut confirmer cette adresse.',
    ],
  }),
  reset_email: ({ tenant, email, lifetime }) => ({
    subject: `Réinitialisez votre mot de passe pour ${tenant}`,
    heading: 'Choisissez un nouveau mot de passe',
    lines: [`Quelqu’un, vous, espérons-le, a demandé un nouveau mot de passe pour le compte ${tenant} de ${email}.`],
    button: 'Choisir un nouveau mot de passe',
    notes: [
      `Le lien ne sert qu’une fois, pendant ${lifetime}, et seulement tant qu’aucun lien plus récent n’est demandé.`,
      'Si ce n’était pas vous, ne faites rien : votre mot de passe reste inchangé. Ne transmettez jamais ce lien.',
    ],
  }),
  welcome_email: ({ tenant, email }) => ({
    subject: `Bienvenue chez ${tenant}`,
    heading: `Bienvenue chez ${tenant}`,
    lines: [`Votre compte est prêt. Vous vous connectez avec ${email}.`],
    notes: [],
  }),
  blocked_account: ({ tenant, email, ip }) => ({
    subject: `Trop de connexions échouées chez ${tenant}`,
    heading: 'Quelqu’un essaie de deviner votre mot de passe',
    lines: [
      `Il y a eu de nombreuses tentatives échouées de connexion au compte ${tenant} de ${email}${ip ? ` depuis l’adresse ${ip}` : ''}. Les tentatives suivantes depuis cette adresse sont refusées.`,
      'Si c’était vous, vous pouvez lever le blocage avec ce lien.',
    ],
    button: 'Lever le blocage',
    notes: [
      'Si ce n’était pas vous, laissez le blocage en place et changez votre mot de passe si d’autres peuvent le connaître.',
    ],
  }),
  stolen_credentials: ({ tenant, email }) => ({
    subject: `Votre mot de passe pour ${tenant} est connu d’autres personnes`,
    heading: 'Veuillez changer votre mot de passe',
    lines: [
      `Le mot de passe du compte ${tenant} de ${email} figure dans une collection de mots de passe volés. Changez-le, ici et partout où vous l’utilisez.`,
    ],
    button: 'Choisir un nouveau mot de passe',
    notes: [],
  }),
  password_changed: ({ tenant, email }) => ({
    subject: `Votre mot de passe pour ${tenant} a été modifié`,
    heading: 'Votre mot de passe a été modifié',
    lines: [
      `Le mot de passe du compte ${tenant} de ${email} vient d’être modifié. Tous les navigateurs et applications doivent se reconnecter.`,
    ],
    notes: [
      'Si ce n’était pas vous, demandez aussitôt un nouveau mot de passe sur la page de connexion et prévenez l’assistance.',
    ],
  }),
  signup_attempt: ({ tenant, email }) => ({
    subject: `Vous avez déjà un compte chez ${tenant}`,
    heading: 'Vous avez déjà un compte',
    lines: [
      `Quelqu’un, vous, espérons-le, a voulu créer un compte chez ${tenant} avec ${email}. Il en existe déjà un avec cette adresse ; rien n’a donc été créé.`,
      'Connectez-vous avec votre mot de passe, ou demandez-en un nouveau sur la page de connexion.',
    ],
    notes: ['Si ce n’était pas vous, ne faites rien : votre compte reste inchangé.'],
  }),
  copy: 'Si le bouton ne fonctionne pas, ouvrez cette adresse dans votre navigateur :',
  help: 'Aide :',
  sent: ({ tenant, email }) => `${tenant} a envoyé ce message à ${email} au sujet d’un compte qui a cette adresse.`,
};
