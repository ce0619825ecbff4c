// Select account: go on as who is logged in, or as somebody else (OpenID Connect Core §3.1.2.1, `prompt=select_account`).

import { nameOf } from '../../../../domain/accounts/name.ts';
import { step } from '../../step.ts';
import { selectAccountPage } from './page.ts';

export const selectAccountStep = step<undefined>({
  name: 'select_account',

  load: async () => undefined,

  decide(ask) {
    const { user, pending, place, fields } = ask;
    if (!user || pending.selected === user.user_id) return { kind: 'resume' };
    const answer = fields?.get('action');
    if (answer === 'other') return { kind: 'page', page: 'login' };
    const identifier = nameOf(user);
    const name = user.name ?? identifier;
    const shown = selectAccountPage(place, {
      account: { name, detail: name === identifier ? undefined : identifier },
    });
    if (answer !== 'accept') return { kind: 'show', shown, status: 200 };
    return { kind: 'proved', proof: { kind: 'selected', user }, lost: () => ({ kind: 'show', shown, status: 200 }) };
  },
});
