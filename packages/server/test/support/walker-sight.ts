// What a random walker looks at in each answer: whose session it shows, whether a client got what it may have, what is on the page.

import type { Asked, Deed, Window } from './login-oracle.ts';
import { answerIn, exchange, userinfo } from './relying-party.ts';
import type { View } from './user-agent.ts';
import type { Walk } from './walker-state.ts';

/** Everything that an answer shows: a session, a login on its way, an answer for the client. */
export async function observe(
  walk: Walk,
  window: Window,
  view: View,
  deed: Deed | undefined,
  from?: Asked,
): Promise<void> {
  const { fail, by, oracle, figures, byHandle, tabs, past } = walk;
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
  if (answer) await judgeAnswer(walk, window, answer);
  else if (view.status === 200) {
    const tab = { view, shownTo: window.session?.email };
    tabs.set(window, [...(tabs.get(window) ?? []), tab].slice(-4));
    past.push({ window, tab });
    if (past.length > 60) past.splice(by.below(30), 1);
  } else if (view.status >= 400) figures.errors++;
}

async function judgeAnswer(
  walk: Walk,
  window: Window,
  { params, at }: NonNullable<ReturnType<typeof answerIn>>,
): Promise<void> {
  const { ground, site, fail, oracle, recovery, hints, asked, subs } = walk;
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
    const email = subs.get(info.body.sub) ?? (await emailOf(walk, info.body.sub));
    oracle.issued(about, window, email, (scope ?? requested(walk, about)).split(' '));
  }
  about.done = true;
  if (params.error === 'access_denied') about.denied = true;
}

/** The scopes that a request asked for. */
export function requested({ scopesByState }: Walk, { state }: Asked): string {
  return scopesByState.get(state) ?? '';
}

async function emailOf(walk: Walk, sub: string): Promise<string> {
  const { site, subs } = walk;
  const { body } = await site.manage('GET', `/users/${encodeURIComponent(sub)}`);
  subs.set(sub, body.email);
  return body.email;
}
