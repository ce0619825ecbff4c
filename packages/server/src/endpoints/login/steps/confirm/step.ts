// Confirmation: a session exists and nothing else was asked, but whoever listens at the callback can't be known (§7.4).

import { nameOf } from '../../../../domain/accounts/name.ts';
import { type Show, step } from '../../step.ts';
import { returnsTo } from '../returns.ts';
import { confirmPage } from './page.ts';

export const confirmStep = step<undefined>({
  name: 'confirm',

  load: async () => undefined,

  decide(ask) {
    const { user, pending, place, fields } = ask;
    if (!user || pending.confirmed !== undefined || pending.consent) return { kind: 'resume' };
    const show: Show = {
      kind: 'show',
      shown: confirmPage(place, { user: nameOf(user), returns: returnsTo(pending.request.redirect_uri) }),
      status: 200,
    };
    const answer = fields?.get('action');
    if (answer !== 'accept' && answer !== 'deny') return show;
    return { kind: 'proved', proof: { kind: 'confirmed', confirmed: answer === 'accept' }, lost: () => show };
  },
});
