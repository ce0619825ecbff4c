// A person without patience: presses every link and button of the login pages, in any order, in several tabs and browsers,
// goes back, double-clicks, replays old forms, mixes them up, and tries what was seen in another browser.

import { goAndSend, send, stepOf } from './walker-forms.ts';
import { beginWalk, type Figures, type Ground, type Walk } from './walker-state.ts';
import { begin, go, open } from './walker-ways.ts';

/** Walks this many steps. Throws, with seed and last steps, at the first thing that must not be. */
export async function walkAtRandom(ground: Ground, seed: number, steps: number): Promise<Figures> {
  const walk = await beginWalk(ground, seed);
  const { figures, recovery } = walk;
  for (; figures.steps < steps; figures.steps++) await step(walk);
  return { ...figures, ...recovery.figures };
}

async function step(walk: Walk): Promise<void> {
  const { ground, site, diary, by, people, recovery, hints, byHandle, windows, tabs, past } = walk;
  const window = by.any(windows);
  if (window === undefined) return;
  const own = tabs.get(window) ?? [];
  const roll = by.next();
  if (own.length === 0 || roll < 0.2) return begin(walk, window);
  const tab = by.any(own);
  if (roll < 0.55 && tab) return send(walk, window, window, tab, true);
  if (roll < 0.7 && tab) return send(walk, window, window, tab, false);
  const old = by.any(past);
  if (roll < 0.76 && old) return send(walk, window, old.window, old.tab, false);
  if (roll < 0.8) {
    const links = await recovery.read(by.any(people)?.email ?? '');
    const link = by.maybe(0.6) ? links.find(({ kind }) => kind === 'reset_email') : by.any(links);
    if (link === undefined) return recovery.check();
    diary.push(`${window.name} opens the ${link.kind} mailed to ${link.email}`);
    return goAndSend(walk, window, link.url);
  }
  if (roll < 0.86 && old) {
    const { url, location = url } = old.tab.view;
    return open(walk, window, by.maybe(0.5) ? url : location, old.window);
  }
  if (roll < 0.9) {
    const handle = by.any([...byHandle.keys()]) ?? 'x';
    const path = by.of(['/authorize/resume', ...(Object.keys(stepOf) as [string, ...string[]])]);
    diary.push(`${window.name} goes to ${path} of ${byHandle.get(handle)?.state}`);
    return go(walk, window, `${site.base}${path}?state=${handle}`);
  }
  if (roll < 0.95) {
    const link = by.any(tab?.view.links ?? []);
    if (link === undefined || new URL(link).host !== new URL(site.base).host) return begin(walk, window);
    diary.push(`${window.name} follows ${new URL(link).pathname}`);
    return go(walk, window, link);
  }
  if (roll < 0.955) {
    const token = by.any(recovery.held);
    if (token === undefined) return begin(walk, window);
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
    return goAndSend(walk, window, `${site.base}/oidc/logout${hint ? `?id_token_hint=${hint}` : ''}`);
  }
  if (roll < 0.975) {
    diary.push(`${window.name} forgot a password`);
    return goAndSend(walk, window, `${site.base}/u/reset-password/request`);
  }
  if (roll < 0.978) {
    diary.push(`${window.name} logs out`);
    return go(walk, window, `${site.base}/v2/logout`);
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
