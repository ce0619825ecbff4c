// Consent: the user lets the client have what it asks for, or does not (auth0-behaviour §7). What is granted is what the
// server decided and the page showed; nothing in the form can add to it.

import { nameOf } from '../../../../domain/accounts/name.ts';
import type { UserDecision } from '../../../../domain/issuing/user-authorization.ts';
import { type Show, step } from '../../step.ts';
import { returnsTo } from '../returns.ts';
import { mayDoWith } from './lines.ts';
import { consentPage } from './page.ts';

export const consentStep = step<UserDecision | undefined>({
  name: 'consent',

  load: async (ask, sources) => (ask.user ? sources.decision(ask.user) : undefined),

  decide(ask, decision) {
    const { user, pending, place, fields } = ask;
    // Nobody there, or nothing to ask: the flow decides anew what comes next. An answer that was given before is no reason:
    // the flow comes back here when it does not cover what is asked now.
    if (!user || decision?.kind !== 'granted' || decision.consent.kind !== 'needed') return { kind: 'resume' };
    const { scopes } = decision.consent;
    const shown = [...scopes].sort().join(' ');
    const show: Show = {
      kind: 'show',
      shown: consentPage(place, {
        user: nameOf(user),
        ...mayDoWith(ask, decision.authorization.target, scopes),
        returns: returnsTo(pending.request.redirect_uri),
        shown,
      }),
      status: 200,
    };
    const answer = fields?.get('action');
    if (answer === 'deny') {
      return { kind: 'proved', proof: { kind: 'consent', user, given: false, scopes }, lost: () => show };
    }
    // What may be granted changed since the page was made: it is shown again, never granted unseen.
    if (answer !== 'accept' || fields?.get('shown') !== shown) return show;
    return { kind: 'proved', proof: { kind: 'consent', user, given: true, scopes }, lost: () => show };
  },
});
