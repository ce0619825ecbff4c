// Log in: an identifier and a password of the client's database connection.
// An unknown identifier and a wrong password give the same page after the same time (security-cases ENU-01, ENU-02).

import { nameOf } from '../../../../domain/accounts/name.ts';
import type { ConnectionFacts } from '../../../../domain/connections/facts.ts';
import type { Judged } from '../../../../domain/limits/password-door.ts';
import type { FormError } from '../../../../web/form.ts';
import { connectionFor, type Show, type StepAsk, type StepEvent, step } from '../../step.ts';
import { type LoginView, loginPage } from './page.ts';

interface LoginFacts {
  readonly connection: ConnectionFacts | undefined;
  readonly identifierFirst: boolean;
  /** Of an identifier and a password that were both sent. */
  readonly judged: Judged | undefined;
}

export const loginStep = step<LoginFacts>({
  name: 'login',

  async load(ask, sources) {
    const connection = connectionFor(ask.pending, await sources.connections());
    const { identifier, password } = typed(ask);
    const judged =
      connection && identifier && password ? await sources.verify(connection, identifier, password) : undefined;
    return { connection, identifierFirst: await sources.identifierFirst(), judged };
  },

  decide(ask, { connection, identifierFirst, judged }) {
    if (!connection) return { kind: 'unavailable' };
    const { texts } = ask.place;
    const { identifier, password } = typed(ask);
    const show = (stage: LoginView['stage'], errors: readonly FormError[] = [], event?: StepEvent): Show => ({
      kind: 'show',
      shown: loginPage(ask.place, {
        stage,
        usernames: connection.atSignup.username !== 'inactive',
        identifier: identifier ?? (ask.fields ? undefined : ask.pending.request.login_hint),
        forgot: connection.disableReset ? undefined : ask.forgot,
        signUp: connection.disableSignup ? undefined : ask.pages.signup,
        errors,
      }),
      status: errors.length > 0 ? 400 : 200,
      ...(event ? { event } : {}),
    });
    const first = identifierFirst ? 'identifier' : 'both';
    if (!ask.fields) return show(first);
    const usernames = connection.atSignup.username !== 'inactive';
    const missing = { field: 'username', text: usernames ? texts.login.missingIdentifier : texts.signup.missingEmail };
    const noPassword = { field: 'password', text: texts.login.missingPassword };
    if (!identifier) return show(first, !identifierFirst && !password ? [missing, noPassword] : [missing]);
    const second = identifierFirst ? 'password' : 'both';
    // The first of two pages has no password field: nothing is missing yet, and nothing is looked up yet.
    if (!password || !judged) return show(second, identifierFirst && !ask.fields.has('password') ? [] : [noPassword]);

    const wrong = (event?: StepEvent) => show(second, [{ text: texts.login.wrong }], event);
    const about = { connection: connection.name, user_name: loggable(identifier) };
    // The door has logged what closed it. Known or not, right or wrong: the page is the same.
    if (judged.kind === 'closed') {
      const text = judged.why === 'account' ? texts.login.closed : texts.login.slowDown;
      return { ...show(second, [{ text }]), status: 429, retryAfter: judged.seconds };
    }
    const { user } = judged;
    if (!user) {
      return wrong({
        ...about,
        type: 'fu',
        description: 'Wrong email or password.',
        because: 'no user of the connection has this identifier',
      });
    }
    const known = { ...about, user_id: user.user_id, user_name: nameOf(user) };
    if (judged.kind === 'wrong') {
      const because = judged.hasPassword ? 'the password is not that of the user' : 'the user has no password';
      return wrong({ ...known, type: 'fp', description: 'Wrong email or password.', because });
    }
    // Told only to who knows the password: nobody else learns that the account is there.
    if (user.blocked === true) {
      const because = 'the password was right, but the user is blocked; unblock with PATCH /api/v2/users/{id}';
      return show(second, [{ text: texts.login.blocked }], {
        ...known,
        type: 'f',
        description: 'user is blocked',
        because,
      });
    }
    return {
      kind: 'proved',
      proof: { kind: 'login', right: judged },
      lost: () =>
        wrong({
          ...known,
          type: 'f',
          description: 'Wrong email or password.',
          because: 'the user was removed or blocked, or its password changed, while it logged in',
        }),
    };
  },
});

function typed(ask: StepAsk): { identifier: string | undefined; password: string | undefined } {
  return {
    // A space before or after comes from copying; a password keeps its own.
    identifier: ask.fields?.get('username')?.trim() || undefined,
    password: ask.fields?.get('password') || undefined,
  };
}

/** People type passwords where the name belongs: only what looks like an e-mail address may stand in a log. */
function loggable(identifier: string): string | undefined {
  return /^[\w.+-]{1,64}@[\w-]+(\.[\w-]+)+$/.test(identifier) ? identifier : undefined;
}
