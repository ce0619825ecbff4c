// Consent: the user lets the client have what it asks for, or does not (auth0-behaviour §7). What is granted is what the
// server decided and the page showed; nothing in the form can add to it.

import { nameOf } from '../../../../domain/accounts/name.ts';
import type { UserDecision } from '../../../../domain/issuing/user-authorization.ts';
import { type Show, step } from '../../step.ts';
import { returnsTo } from '../returns.ts';
import { scopeLines } from './lines.ts';
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
    const { target } = decision.authorization;
    const described = ask.settings.flags?.use_scope_descriptions_for_consent === true && target.kind === 'api';
    const lines = scopeLines(
      scopes,
      place.texts.consent,
      place.language,
      described ? target.api.descriptions : undefined,
    );
    const shown = [...scopes].sort().join(' ');
    const show: Show = {
      kind: 'show',
      shown: consentPage(place, {
        user: nameOf(user),
        // Every scope may have been dropped: what is left is what any login tells.
        profile: lines.profile.length + lines.api.length === 0 ? [place.texts.consent.scopes.openid] : lines.profile,
        api: target.kind === 'api' ? { name: target.api.name, lines: lines.api } : undefined,
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
