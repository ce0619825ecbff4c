// Confirmation: a session exists and nothing else was asked, but whoever listens at the callback can't be known (§7.4). The page
// names the application and what it may do, since the user may have consented to that long ago, and to another program.

import { nameOf } from '../../../../domain/accounts/name.ts';
import type { UserDecision } from '../../../../domain/issuing/user-authorization.ts';
import { type Show, step } from '../../step.ts';
import { mayDoWith } from '../consent/lines.ts';
import { returnsTo } from '../returns.ts';
import { confirmPage } from './page.ts';

export const confirmStep = step<UserDecision | undefined>({
  name: 'confirm',

  load: async (ask, sources) => (ask.user ? sources.decision(ask.user) : undefined),

  decide(ask, decision) {
    const { user, pending, place, fields } = ask;
    // What is refused by now is for the flow to say.
    if (!user || decision?.kind !== 'granted' || pending.confirmed !== undefined || pending.consent)
      return { kind: 'resume' };
    const show: Show = {
      kind: 'show',
      shown: confirmPage(place, {
        user: nameOf(user),
        returns: returnsTo(pending.request.redirect_uri),
        ...mayDoWith(ask, decision.authorization.target, decision.scopes),
      }),
      status: 200,
    };
    const answer = fields?.get('action');
    if (answer !== 'accept' && answer !== 'deny') return show;
    return { kind: 'proved', proof: { kind: 'confirmed', confirmed: answer === 'accept' }, lost: () => show };
  },
});
