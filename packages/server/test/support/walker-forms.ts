// What a random walker types and presses: the form of a page that was seen once, as it is or mixed up, in its browser or in another.

import { type Deed, rightCredentials, type Window } from './login-oracle.ts';
import type { Person } from './people.ts';
import type { Submission } from './user-agent.ts';
import type { Tab, Walk } from './walker-state.ts';
import { follow, go } from './walker-ways.ts';

/** What the form of a page is about. */
export const stepOf: Readonly<Record<string, Deed['kind']>> = {
  '/u/login': 'login',
  '/u/signup': 'signup',
  '/u/consent': 'consent',
  '/u/confirm': 'confirm',
  '/u/select-account': 'select_account',
  '/u/reset-password/request': 'forgot',
  '/u/reset-password': 'reset',
  '/u/email-verification': 'verify',
  '/u/unblock': 'unblock',
  '/oidc/logout': 'logout',
  '/u/logout': 'logout',
};

/** Mostly answers the page at once, as people do; else it stays open among the tabs. */
export async function goAndSend(walk: Walk, window: Window, url: string): Promise<void> {
  const { by, tabs } = walk;
  await go(walk, window, url);
  const tab = tabs.get(window)?.at(-1);
  if (tab && tab.view.url === url.split('#')[0] && by.maybe(0.7)) await send(walk, window, window, tab, by.maybe(0.8));
}

/** Sends a form that was seen once, in this browser or in another, as it is or mixed up. */
export async function send(walk: Walk, window: Window, owner: Window, tab: Tab, careful: boolean): Promise<void> {
  const { seed, diary, by, people, recovery, figures, byHandle, past } = walk;
  const form = by.any(tab.view.forms);
  const button = by.any(form?.buttons ?? []);
  if (form === undefined) return;
  const target = new URL(form.action);
  const kind = stepOf[target.pathname] ?? 'other';
  const values: Record<string, string> = {};
  const person = by.any(people);
  const right = careful || by.maybe(0.6);
  let fresh: Person | undefined;
  for (const { name, type } of form.fields) {
    if (name === 'username' && kind === 'login')
      values.username = by.maybe(0.1) ? 'nobody@people.example.com' : (person?.email ?? '');
    if (name === 'email' && kind === 'forgot')
      values.email = by.maybe(0.1) ? 'nobody@people.example.com' : (person?.email ?? '');
    else if (name === 'email') {
      fresh = {
        userId: '',
        email: `new-${seed}-${figures.steps}@people.example.com`,
        password: 'Correct-Horse-9-Battery',
      };
      values.email = by.maybe(0.2) ? (person?.email ?? '') : fresh.email;
    }
    if (type === 'password')
      values[name] =
        kind === 'reset'
          ? by.maybe(0.1)
            ? by.of(['', 'weak', `Unlike-${name}-7-Battery`])
            : `Chosen-Horse-${seed}-${figures.steps}`
          : kind === 'signup'
            ? 'Correct-Horse-9-Battery'
            : right
              ? (person?.password ?? '')
              : by.of(['', 'wrong', ' ']);
  }
  const forced: Record<string, string> = {};
  let genuine = window === owner;
  let foreign = window !== owner;
  let headers: Record<string, string> = {};
  if (!careful && by.maybe(0.15)) {
    const hidden = form.fields.filter(({ type }) => type === 'hidden');
    const victim = by.any(hidden);
    const other = by
      .any(past)
      ?.tab.view.forms.flatMap(({ fields }) => fields)
      .find(({ name }) => name === victim?.name);
    if (victim) {
      const value = by.of(['', 'x', other?.value ?? '', `${victim.value}x`]);
      forced[victim.name] = value;
      if (value !== victim.value) genuine = false;
      if (value !== victim.value && victim.name === 'csrf') foreign = true;
    }
  }
  if (!careful && by.maybe(0.05)) {
    headers = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' };
    genuine = false;
    foreign = true;
  }
  const all = { ...Object.fromEntries(form.fields.map(({ name, value }) => [name, value])), ...values, ...forced };
  const taken = people.some(({ email }) => email === all.email?.toLowerCase());
  const credentials =
    kind === 'signup' && !taken ? all.email : kind === 'login' ? rightCredentials(people, all) : undefined;
  const about = byHandle.get(target.searchParams.get('state') ?? all.state ?? '');
  const deed: Deed = {
    window,
    about,
    late: about?.done === true,
    kind,
    genuine,
    foreign,
    credentials,
    pressed: button?.value,
    shownTo: tab.shownTo,
  };
  const pressed: Submission = { form, forced, headers, ...(button ? { press: button.value } : {}) };
  diary.push(
    `${window.name} posts ${kind} of ${deed.about?.state} as ${credentials ?? 'nobody'}, ${button?.value}${genuine ? '' : ', forged'}`,
  );
  const cause = recovery.behind(target);
  if (cause) await recovery.read(cause.email);
  const good = cause && recovery.newest().has(cause) ? cause : undefined;
  const twice = by.maybe(0.05);
  const sent = window.agent.submit(tab.view, values, pressed);
  const again = twice ? window.agent.submit(tab.view, values, pressed) : undefined;
  const first = await sent;
  const had = window.session?.email;
  await follow(walk, window, first, deed);
  if (kind === 'signup' && fresh && window.session?.email === fresh.email && had !== fresh.email) people.push(fresh);
  if (again) await follow(walk, window, await again, deed);
  if (cause) await recovery.check(good, all.password === all.repeated ? all.password : undefined);
}
