// Our addition: `POST /api/v2/emails/provider/test` sends a message to an address by what is set, and says what came of it. The
// answer tells nothing of what a socket met or a server said, so that nobody looks into a network with it (security-cases SSR-06).

import { canonicalEmail } from '../../../domain/accounts/identifiers.ts';
import { emailTrial } from '../../../resources/index.ts';
import { readDraft } from '../../../schema/validate.ts';
import { json, type Route } from '../../../web/exchange.ts';
import { readBody } from '../body.ts';
import { recordWrite } from '../events.ts';
import { type Act, type Machinery, operation } from '../operation.ts';
import { badBody, refused, uncached } from '../problem.ts';
import { isRefused, readQuery } from '../query.ts';

/** Of one tenant: five at once, and three a minute. */
const pace = { name: 'test messages', capacity: 5, everyMs: 20_000 };

/** The route; none where the program talks to itself. */
export function emailTrialRoutes(machinery: Machinery): Route[] {
  const { deps } = machinery;
  const { tryMail } = deps;
  if (!tryMail) return [];

  const send: Act = async (ask, here) => {
    const query = readQuery(ask.query, []);
    if (isRefused(query)) return query;
    const body = readBody(ask);
    if (isRefused(body)) return body;
    const checked = readDraft(emailTrial, body.value);
    if (checked.kind === 'invalid') return badBody(checked.message);
    const to = canonicalEmail(checked.value.to);
    if (to === undefined) return badBody('to must be an e-mail address');
    const drawn = await deps.database.store(ask.tenant).transact((tx) => tx.draw(pace, here.now));
    if (!drawn.drawn) {
      const seconds = Math.max(1, Math.ceil((drawn.nextAt - here.now) / 1000));
      return {
        ...refused(429, 'Too many test messages; try again later', 'too_many_requests'),
        headers: { 'retry-after': String(seconds) },
      };
    }
    const trial = await tryMail(ask.tenant, to);
    const answer =
      trial.kind === 'failed' ? { to, outcome: trial.kind, because: trial.words } : { to, outcome: trial.kind };
    recordWrite(deps, ask, here.caller, 'Send a test message', body.value, { status: 200, body: answer });
    return json(200, answer, uncached);
  };

  const handle = operation(machinery, [['update:email_provider']], send);
  return [{ method: 'POST', path: '/api/v2/emails/provider/test', handle, family: 'management' }];
}
