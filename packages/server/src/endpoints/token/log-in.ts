// The password grants at the token endpoint: the look-up that takes a password, and the commit beat.

import { canonicalEmail } from '../../domain/accounts/identifiers.ts';
import { nameOf } from '../../domain/accounts/name.ts';
import type { Authentication } from '../../domain/clients/authenticate.ts';
import { logInByPassword, type PasswordLogin } from '../../domain/issuing/password-login.ts';
import type { MintDeps } from '../../domain/issuing/user-tokens.ts';
import type { Admission, PasswordDoor } from '../../domain/limits/password-door.ts';
import type { LogEvent } from '../../domain/logs/event.ts';
import { telemetry } from '../../domain/logs/telemetry.ts';
import { type Refusal, refuse } from '../../oauth/errors.ts';
import type { Ask } from '../../web/exchange.ts';
import { userTokensBody } from './bodies.ts';
import { callerOf, loggedInEvent } from './events.ts';
import type { TokenFacts } from './facts.ts';
import type { AnyGrant } from './grant.ts';
import { lostRefusal, spendAssertion } from './spend.ts';

/** Does the work of a request that may say a password; however it ends, the door hears that it is over. */
export async function withPasswords<T>(
  deps: { readonly door: PasswordDoor; readonly record: (event: LogEvent) => void },
  ask: Ask,
  work: (password: TokenFacts['password']) => Promise<T>,
): Promise<T> {
  const admissions: Admission[] = [];
  try {
    return await work(async (client, connection, identifier, password) => {
      const about = {
        client_id: client.clientId,
        client_name: client.name,
        user_agent: ask.headers['user-agent'],
        hostname: ask.host,
        auth0_client: telemetry(ask.headers['auth0-client']),
      };
      const { ip } = callerOf(ask, client);
      const judged = await deps.door.judge({ tenant: ask.tenant, connection, identifier, password, ip, about });
      if (judged.kind === 'right') admissions.push(judged.admission);
      if (judged.kind === 'wrong') {
        const { user } = judged;
        deps.record({
          ...about,
          tenant: ask.tenant,
          ip,
          type: user ? 'fp' : 'fu',
          description: 'Wrong email or password.',
          connection: connection.name,
          user_id: user?.user_id,
          // People type passwords where the name belongs: only an e-mail address may stand in a log.
          user_name: user ? nameOf(user) : canonicalEmail(identifier),
          details: { request_id: ask.id },
        });
      }
      return judged;
    });
  } finally {
    for (const admission of admissions) await admission.end();
  }
}

/** Writes the login down, issues, records. `scope` is told whenever there is one (TOK-6). @throws StoreUnavailable */
export async function logIn(
  deps: MintDeps & { readonly now: () => number; readonly record: (event: LogEvent) => void },
  ask: Ask,
  grant: AnyGrant,
  authentication: Authentication & { readonly kind: 'authenticated' },
  login: PasswordLogin,
): Promise<
  { readonly kind: 'issued'; readonly body: object } | { readonly kind: 'refused'; readonly refusal: Refusal }
> {
  try {
    const asked = { ...login, caller: callerOf(ask, login.client) };
    const spendAlso = (tx: Parameters<typeof spendAssertion>[0]) => spendAssertion(tx, authentication);
    const done = await logInByPassword(deps, ask.tenant, asked, spendAlso, deps.now());
    if (done.kind === 'ended') {
      const because = 'the user was removed or blocked, or its password changed, while it logged in';
      return { kind: 'refused', refusal: refuse('invalid_grant', 'Wrong email or password.', because) };
    }
    deps.record(loggedInEvent(ask, grant, login, done));
    const scope = login.decision.scopes.join(' ') || undefined;
    return { kind: 'issued', body: userTokensBody(done.minted, done.refresh?.token, scope) };
  } catch (error) {
    return { kind: 'refused', refusal: lostRefusal(error) };
  }
}
