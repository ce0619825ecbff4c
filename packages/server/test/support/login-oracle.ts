// What must have happened before a browser may have a session or a client may have a token. It knows only what was typed,
// pressed and answered on the wire: which password was right, which consent was given, by whom and in which browser.

import type { Person } from './people.ts';
import type { UserAgent } from './user-agent.ts';

/** A browser of the walk, and who is signed in there as far as the wire has shown. */
export interface Window {
  readonly name: string;
  readonly agent: UserAgent;
  session: { readonly email: string; readonly value: string } | undefined;
}

/** An authorization request of the walk. */
export interface Asked {
  /** The client's `state`: its name in the walk. */
  readonly state: string;
  readonly window: Window;
  readonly client: string;
  readonly redirect: string;
  /** What consent is kept for: the API, or `userinfo`. */
  readonly audience: string;
  /** API scopes that need consent here; empty when none do. */
  readonly needsConsent: readonly string[];
  readonly prompt: string;
  readonly maxAge: number | undefined;
  readonly confirms: boolean;
  /** The value that the login is bound to; a cookie of the browser must have it, whichever. */
  browserCookie: string | undefined;
  freshBy?: string;
  acceptedBy?: string;
  denied?: boolean;
  confirmed?: boolean;
  selected?: boolean;
  /** The client got an answer, whichever. */
  done?: boolean;
}

/** What was sent in one request, as far as it may prove something. */
export interface Deed {
  readonly window: Window;
  /** The login that it is about; `undefined` when the request names none or an unknown one. */
  readonly about: Asked | undefined;
  readonly kind:
    | 'login'
    | 'signup'
    | 'consent'
    | 'confirm'
    | 'select_account'
    | 'forgot'
    | 'reset'
    | 'verify'
    | 'unblock'
    | 'logout'
    | 'other';
  /** The form as it was shown in this very browser, and no header that tells of another site. */
  readonly genuine: boolean;
  /** The login had its answer before this was sent. The second of a double click may be answered after it. */
  readonly late: boolean;
  /** The form of another browser, or sent from another site, or with another token. */
  readonly foreign: boolean;
  /** Who the right password was posted of. */
  readonly credentials: string | undefined;
  readonly pressed: string | undefined;
  /** Who was signed in when the page was shown. */
  readonly shownTo: string | undefined;
}

export interface Oracle {
  /** Judges the session cookie after an answer. */
  sessionNow(window: Window, value: string | undefined, deed: Deed | undefined): void;
  /** Notes what a deed would prove, before the answer is judged. */
  did(deed: Deed): void;
  /** Judges an answer that gave the client something. `email` is whose it is. */
  issued(asked: Asked, window: Window, email: string, scopes: readonly string[]): void;
  readonly figures: Record<'logins' | 'signups' | 'consents' | 'denials' | 'issued', number>;
}

const consentKey = (email: string, { client, audience }: Asked) => `${email} ${client} ${audience}`;

/** A fresh oracle. `fail` gets the sentence that says what must not be. */
export function loginOracle(fail: (what: string) => never): Oracle {
  const stored = new Map<string, Set<string>>();
  const figures = { logins: 0, signups: 0, consents: 0, denials: 0, issued: 0 };

  /** The login for which the deed may count: its own browser, its own form, still open. */
  const counted = ({ about, window, genuine, late }: Deed): Asked | undefined =>
    about !== undefined &&
    genuine &&
    !late &&
    about.window === window &&
    about.browserCookie !== undefined &&
    Object.values(window.agent.cookies('localhost')).includes(about.browserCookie)
      ? about
      : undefined;

  return {
    figures,
    sessionNow(window, value, deed) {
      if (value === undefined || value === '') {
        window.session = undefined;
        return;
      }
      if (window.session?.value === value) return;
      const about = deed && counted(deed);
      if (deed?.credentials === undefined || about === undefined) {
        return fail(`${window.name} got a session without a proof: ${JSON.stringify(deedText(deed))}`);
      }
      if (deed.kind !== 'login' && deed.kind !== 'signup') return fail(`a session by ${deed.kind}`);
      figures[deed.kind === 'login' ? 'logins' : 'signups']++;
      window.session = { email: deed.credentials, value };
      about.freshBy = deed.credentials;
    },
    did(deed) {
      const about = counted(deed);
      if (about === undefined) return;
      const signedIn = deed.window.session?.email;
      if (signedIn === undefined || signedIn !== deed.shownTo) return;
      if (deed.kind === 'consent' && deed.pressed === 'accept') {
        figures.consents++;
        about.acceptedBy = signedIn;
        const key = consentKey(signedIn, about);
        stored.set(key, new Set([...(stored.get(key) ?? []), ...about.needsConsent]));
      }
      if (deed.pressed === 'deny' && (deed.kind === 'consent' || deed.kind === 'confirm')) figures.denials++;
      if (deed.kind === 'confirm' && deed.pressed === 'accept') about.confirmed = true;
      if (deed.kind === 'select_account' && deed.pressed === 'accept') about.selected = true;
    },
    issued(asked, window, email, scopes) {
      const what = `${asked.state} of ${window.name} for ${email}`;
      figures.issued++;
      if (asked.window !== window) fail(`${what}: in a browser that did not ask`);
      if (asked.done) fail(`${what}: the request was answered before`);
      if (window.session?.email !== email) fail(`${what}: signed in is ${window.session?.email ?? 'nobody'}`);
      const forced = asked.prompt.includes('login') || asked.maxAge === 0;
      if (forced && asked.freshBy !== email) fail(`${what}: a new login was asked for`);
      if (asked.prompt.includes('consent') && asked.needsConsent.length > 0 && asked.acceptedBy !== email)
        fail(`${what}: consent was asked for anew`);
      const held = stored.get(consentKey(email, asked)) ?? new Set();
      const unheld = scopes.filter((scope) => asked.needsConsent.includes(scope) && !held.has(scope));
      if (unheld.length > 0) fail(`${what}: ${unheld} without consent`);
      if (asked.denied) fail(`${what}: it was declined`);
      const interacted = asked.freshBy ?? asked.acceptedBy ?? asked.confirmed ?? asked.selected;
      if (asked.confirms && interacted === undefined) fail(`${what}: nobody confirmed the callback`);
      if (asked.prompt.includes('select_account') && !asked.selected && asked.freshBy !== email)
        fail(`${what}: no account was chosen`);
    },
  };
}

function deedText(deed: Deed | undefined): object {
  if (deed === undefined) return { deed: 'none' };
  const { window, about, ...rest } = deed;
  return { ...rest, window: window.name, about: about?.state, askedIn: about?.window.name, done: about?.done };
}

/** Whether somebody's right password is among the fields of a login form. */
export function rightCredentials(
  people: readonly Person[],
  fields: Readonly<Record<string, string>>,
): string | undefined {
  const name = fields.username?.trim().toLowerCase();
  return people.find(({ email, password }) => email === name && password === fields.password)?.email;
}
