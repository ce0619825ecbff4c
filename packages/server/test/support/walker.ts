// A person without patience: presses every link and button of the login pages, in any order, in several tabs and browsers,
// goes back, double-clicks, replays old forms, mixes them up, and tries what was seen in another browser.

import { type Asked, type Deed, loginOracle, type Oracle, rightCredentials, type Window } from './login-oracle.ts';
import type { Api, Client, PeopledSite, Person } from './people.ts';
import { type Chance, chance } from './random.ts';
import { answerIn, authorizeUrl, exchange, userinfo } from './relying-party.ts';
import { type Submission, userAgent, type View } from './user-agent.ts';
import { type Recovery, recoveryOracle } from './walker-recovery.ts';

export interface Ground {
  readonly site: PeopledSite;
  readonly people: readonly Person[];
  readonly clients: readonly Client[];
  /** Undefined: no API, the token is for /userinfo. */
  readonly apis: readonly (Api | undefined)[];
  /** Whether a client of an API needs consent for its scopes. */
  needsConsent(client: Client, api: Api | undefined): boolean;
  /** Whether the callback is one that must be confirmed. */
  confirms(client: Client): boolean;
  /** Moves the server's clock, in seconds. */
  forward(seconds: number): void;
}

interface Tab {
  view: View;
  readonly shownTo: string | undefined;
}

export type Figures = Oracle['figures'] &
  Recovery['figures'] & { logouts: number; steps: number; requests: number; errors: number };

const stepOf: Readonly<Record<string, Deed['kind']>> = {
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

/** Walks this many steps. Throws, with seed and last steps, at the first thing that must not be. */
export async function walkAtRandom(ground: Ground, seed: number, steps: number): Promise<Figures> {
  const by: Chance = chance(seed);
  const { site } = ground;
  const diary: string[] = [];
  const fail = (what: string): never => {
    throw new Error(
      `${what}\nseed ${seed}, step ${figures?.steps}; the last steps:\n${diary.slice(-Number(process.env.COUNTERSIGN_DIARY ?? 25)).join('\n')}`,
    );
  };
  const oracle = loginOracle(fail);
  const people = [...ground.people];
  const recovery = await recoveryOracle(site, people, fail, (email) => {
    for (const window of windows) if (window.session?.email === email) window.session = undefined;
  });
  const figures: Figures = Object.assign(oracle.figures, recovery.figures, {
    steps: 0,
    requests: 0,
    errors: 0,
    logouts: 0,
  });
  /** ID tokens of the walk, for logouts that say whose session they are about. */
  const hints: string[] = [];
  const asked = new Map<string, Asked>();
  const byHandle = new Map<string, Asked>();
  const subs = new Map(ground.people.map(({ userId, email }) => [userId, email]));
  const windows: Window[] = ['left', 'right'].map((name) => ({
    name,
    agent: userAgent({ judge: judgeView }),
    session: undefined,
  }));
  const tabs = new Map<Window, Tab[]>(windows.map((window) => [window, []]));
  /** Every page that was ever seen, with the browser that saw it: old forms are replayed from here. */
  const past: { window: Window; tab: Tab }[] = [];

  function judgeView(view: View): void {
    figures.requests++;
    if (view.status >= 500) fail(`${view.status} from ${view.url}: ${view.text}`);
    const page = view.status < 300 && view.headers.get('content-type')?.startsWith('text/html');
    if (page && !/frame-ancestors/.test(view.headers.get('content-security-policy') ?? ''))
      fail(`a page without a policy: ${view.url}`);
  }

  /** Everything that an answer shows: a session, a login on its way, an answer for the client. */
  async function observe(window: Window, view: View, deed: Deed | undefined, from?: Asked): Promise<void> {
    if (deed?.kind === 'logout' && window.session && !window.agent.cookies('localhost').countersign) {
      if (deed.foreign || deed.pressed !== 'accept') fail(`${window.name} was logged out without wanting it`);
      figures.logouts++;
    }
    if (view.setCookies.some((line) => line.startsWith('countersign=')))
      oracle.sessionNow(window, window.agent.cookies('localhost').countersign, deed);
    if (deed) oracle.did(deed);
    const location = view.location === undefined ? undefined : new URL(view.location);
    const handle = location?.searchParams.get('state');
    if (from && location?.pathname.startsWith('/u/') && handle) {
      byHandle.set(handle, from);
      from.browserCookie = window.agent.cookies('localhost').countersign_did;
    }
    if (from?.prompt === 'none' && answerIn(view) === undefined && view.status < 400)
      fail(`prompt=none showed something: ${view.location ?? view.text}`);
    const answer = answerIn(view);
    if (answer) await judgeAnswer(window, answer);
    else if (view.status === 200) {
      const tab = { view, shownTo: window.session?.email };
      tabs.set(window, [...(tabs.get(window) ?? []), tab].slice(-4));
      past.push({ window, tab });
      if (past.length > 60) past.splice(by.below(30), 1);
    } else if (view.status >= 400) figures.errors++;
  }

  async function judgeAnswer(window: Window, { params, at }: NonNullable<ReturnType<typeof answerIn>>): Promise<void> {
    const about = asked.get(params.state ?? '');
    if (about === undefined) return fail(`an answer to nobody: ${JSON.stringify(params)}`);
    if (at !== about.redirect) fail(`the answer of ${about.state} went to ${at}`);
    const client = ground.clients.find(({ id }) => id === about.client);
    const got = params.code ?? params.id_token ?? params.access_token;
    if (params.error === undefined && got === undefined) fail('neither an answer nor an error');
    if (got !== undefined && client) {
      let { access_token: access = '' } = params;
      let scope = params.scope;
      if (params.code !== undefined) {
        const reply = await exchange(site, client, params.code);
        if (reply.status !== 200) fail(`the code of ${about.state} buys nothing: ${reply.text}`);
        access = reply.body.access_token;
        scope = reply.body.scope;
        if (reply.body.id_token) hints.push(reply.body.id_token);
        const email = window.session?.email;
        const refresh: string | undefined = reply.body.refresh_token;
        if (refresh && email) recovery.hold({ client, email, refresh, dead: undefined });
      }
      const info = await userinfo(site, access);
      if (info.status !== 200) fail(`the token of ${about.state} is dead: ${info.text}`);
      const email = subs.get(info.body.sub) ?? (await emailOf(info.body.sub));
      oracle.issued(about, window, email, (scope ?? requested(about)).split(' '));
    }
    about.done = true;
    if (params.error === 'access_denied') about.denied = true;
  }

  const scopesByState = new Map<string, string>();
  const requested = ({ state }: Asked) => scopesByState.get(state) ?? '';

  async function emailOf(sub: string): Promise<string> {
    const { body } = await site.manage('GET', `/users/${encodeURIComponent(sub)}`);
    subs.set(sub, body.email);
    return body.email;
  }

  /** Loads an address in a browser and follows up to a few redirects, looking at each answer. */
  async function go(window: Window, url: string, from?: Asked): Promise<void> {
    await follow(window, await window.agent.load(url), undefined, from);
  }

  /** Mostly answers the page at once, as people do; else it stays open among the tabs. */
  async function goAndSend(window: Window, url: string): Promise<void> {
    await go(window, url);
    const tab = tabs.get(window)?.at(-1);
    if (tab && tab.view.url === url.split('#')[0] && by.maybe(0.7)) await send(window, window, tab, by.maybe(0.8));
  }

  async function follow(window: Window, first: View, deed?: Deed, from?: Asked): Promise<void> {
    await observe(window, first, deed, from);
    // Some are left where they are: the redirect is then followed later, as an old address, or never.
    let view = first;
    for (let hop = 0; hop < 6 && view.location !== undefined && !answerIn(view); hop++) {
      past.push({ window, tab: { view, shownTo: window.session?.email } });
      if (by.maybe(0.05)) return;
      view = await window.agent.load(view.location);
      await observe(window, view, undefined, from);
    }
  }

  /** Opens an old address. That of an authorization request begins it anew: under a name of its own, to tell them apart. */
  async function open(window: Window, url: string, owner: Window): Promise<void> {
    const { pathname, searchParams } = new URL(url);
    const before = asked.get(searchParams.get('state') ?? '');
    diary.push(`${window.name} opens ${pathname} of ${before?.state} of ${owner.name}`);
    if (pathname !== '/authorize' || before === undefined) return go(window, url);
    const { client, redirect, audience, needsConsent, prompt, maxAge, confirms } = before;
    const state = `w${seed}-${asked.size}`;
    const again = { client, redirect, audience, needsConsent, prompt, maxAge, confirms, browserCookie: undefined };
    asked.set(state, { ...again, state, window });
    scopesByState.set(state, requested(before));
    searchParams.set('state', state);
    return go(window, `${site.base}/authorize?${searchParams}`, asked.get(state));
  }

  async function begin(window: Window): Promise<void> {
    const client = by.any(ground.clients);
    const api = by.any(ground.apis);
    if (client === undefined) return;
    const scope = by.of([
      'openid',
      'openid read:patients',
      'openid read:patients write:patients',
      'openid email',
      'openid offline_access',
    ]);
    const prompt = by.of(['', '', '', 'none', 'login', 'consent', 'select_account', 'create', 'login consent']);
    const maxAge = by.maybe(0.1) ? 0 : undefined;
    const state = `w${seed}-${asked.size}`;
    const needed = ground.needsConsent(client, api) ? scope.split(' ').filter((word) => word.includes(':')) : [];
    const request: Asked = {
      state,
      window,
      client: client.id,
      redirect: client.callback,
      audience: api?.audience ?? 'userinfo',
      needsConsent: api === undefined ? [] : needed,
      prompt,
      maxAge,
      confirms: ground.confirms(client),
      browserCookie: undefined,
    };
    asked.set(state, request);
    scopesByState.set(state, scope);
    const url = authorizeUrl(site, client, {
      state,
      scope,
      nonce: state,
      ...(prompt === '' ? {} : { prompt }),
      ...(maxAge === undefined ? {} : { max_age: '0' }),
      ...(api === undefined ? {} : { audience: api.audience }),
      response_type: by.of(['code', 'code', 'id_token token', 'code id_token token', 'token']),
      response_mode: by.of(['form_post', 'fragment']),
    });
    const at = api ? `at ${api.record.name}` : '';
    diary.push(`${window.name} asks ${state} for ${client.record.name} ${at} ${scope} ${prompt} ${maxAge ?? ''}`);
    await go(window, url, request);
  }

  /** Sends a form that was seen once, in this browser or in another, as it is or mixed up. */
  async function send(window: Window, owner: Window, tab: Tab, careful: boolean): Promise<void> {
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
    await follow(window, first, deed);
    if (kind === 'signup' && fresh && window.session?.email === fresh.email && had !== fresh.email) people.push(fresh);
    if (again) await follow(window, await again, deed);
    if (cause) await recovery.check(good, all.password === all.repeated ? all.password : undefined);
  }

  async function step(): Promise<void> {
    const window = by.any(windows);
    if (window === undefined) return;
    const own = tabs.get(window) ?? [];
    const roll = by.next();
    if (own.length === 0 || roll < 0.2) return begin(window);
    const tab = by.any(own);
    if (roll < 0.55 && tab) return send(window, window, tab, true);
    if (roll < 0.7 && tab) return send(window, window, tab, false);
    const old = by.any(past);
    if (roll < 0.76 && old) return send(window, old.window, old.tab, false);
    if (roll < 0.8) {
      const links = await recovery.read(by.any(people)?.email ?? '');
      const link = by.maybe(0.6) ? links.find(({ kind }) => kind === 'reset_email') : by.any(links);
      if (link === undefined) return recovery.check();
      diary.push(`${window.name} opens the ${link.kind} mailed to ${link.email}`);
      return goAndSend(window, link.url);
    }
    if (roll < 0.86 && old) {
      const { url, location = url } = old.tab.view;
      return open(window, by.maybe(0.5) ? url : location, old.window);
    }
    if (roll < 0.9) {
      const handle = by.any([...byHandle.keys()]) ?? 'x';
      const path = by.of(['/authorize/resume', ...(Object.keys(stepOf) as [string, ...string[]])]);
      diary.push(`${window.name} goes to ${path} of ${byHandle.get(handle)?.state}`);
      return go(window, `${site.base}${path}?state=${handle}`);
    }
    if (roll < 0.95) {
      const link = by.any(tab?.view.links ?? []);
      if (link === undefined || new URL(link).host !== new URL(site.base).host) return begin(window);
      diary.push(`${window.name} follows ${new URL(link).pathname}`);
      return go(window, link);
    }
    if (roll < 0.955) {
      const token = by.any(recovery.held);
      if (token === undefined) return begin(window);
      diary.push(`a token of ${token.email} is refreshed`);
      return recovery.refresh(token);
    }
    if (roll < 0.957) {
      const token = by.any(recovery.held);
      if (token) await recovery.revoke(token);
      return;
    }
    if (roll < 0.966) {
      const hint = by.maybe(0.5) ? by.any(hints) : undefined;
      diary.push(`${window.name} goes to log out${hint ? ' with a hint' : ''}`);
      return goAndSend(window, `${site.base}/oidc/logout${hint ? `?id_token_hint=${hint}` : ''}`);
    }
    if (roll < 0.975) {
      diary.push(`${window.name} forgot a password`);
      return goAndSend(window, `${site.base}/u/reset-password/request`);
    }
    if (roll < 0.978) {
      diary.push(`${window.name} logs out`);
      return go(window, `${site.base}/v2/logout`);
    }
    if (roll < 0.99) {
      const name = by.any(Object.keys(window.agent.cookies('localhost'))) ?? '';
      diary.push(`${window.name} loses ${name}`);
      window.agent.jar.get('localhost')?.delete(name);
      if (name === 'countersign') window.session = undefined;
      return;
    }
    // Sessions end by idleness, pages by age.
    const days = by.of([0.05, 4]);
    diary.push(`${days} days pass`);
    ground.forward(days * 86_400);
    if (days > 3) for (const one of windows) one.session = undefined;
  }

  for (; figures.steps < steps; figures.steps++) await step();
  return { ...figures, ...recovery.figures };
}
