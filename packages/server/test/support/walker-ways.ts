// Where a random walker goes: to an authorization request, to an old address, along redirects.

import type { Asked, Deed, Window } from './login-oracle.ts';
import { answerIn, authorizeUrl } from './relying-party.ts';
import type { View } from './user-agent.ts';
import { observe, requested } from './walker-sight.ts';
import type { Walk } from './walker-state.ts';

/** Loads an address in a browser and follows up to a few redirects, looking at each answer. */
export async function go(walk: Walk, window: Window, url: string, from?: Asked): Promise<void> {
  await follow(walk, window, await window.agent.load(url), undefined, from);
}

/** Looks at an answer and follows its redirects, most of the time to their end. */
export async function follow(walk: Walk, window: Window, first: View, deed?: Deed, from?: Asked): Promise<void> {
  const { by, past } = walk;
  await observe(walk, window, first, deed, from);
  // Some are left where they are: the redirect is then followed later, as an old address, or never.
  let view = first;
  for (let hop = 0; hop < 6 && view.location !== undefined && !answerIn(view); hop++) {
    past.push({ window, tab: { view, shownTo: window.session?.email } });
    if (by.maybe(0.05)) return;
    view = await window.agent.load(view.location);
    await observe(walk, window, view, undefined, from);
  }
}

/** Opens an old address. That of an authorization request begins it anew: under a name of its own, to tell them apart. */
export async function open(walk: Walk, window: Window, url: string, owner: Window): Promise<void> {
  const { site, seed, diary, asked, scopesByState } = walk;
  const { pathname, searchParams } = new URL(url);
  const before = asked.get(searchParams.get('state') ?? '');
  diary.push(`${window.name} opens ${pathname} of ${before?.state} of ${owner.name}`);
  if (pathname !== '/authorize' || before === undefined) return go(walk, window, url);
  const { client, redirect, audience, needsConsent, prompt, maxAge, confirms } = before;
  const state = `w${seed}-${asked.size}`;
  const again = { client, redirect, audience, needsConsent, prompt, maxAge, confirms, browserCookie: undefined };
  asked.set(state, { ...again, state, window });
  scopesByState.set(state, requested(walk, before));
  searchParams.set('state', state);
  return go(walk, window, `${site.base}/authorize?${searchParams}`, asked.get(state));
}

/** Begins a login at a client, with whatever a client may ask for. */
export async function begin(walk: Walk, window: Window): Promise<void> {
  const { ground, site, seed, diary, by, asked, scopesByState } = walk;
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
  await go(walk, window, url, request);
}
