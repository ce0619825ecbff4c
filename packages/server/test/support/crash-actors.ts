// What people and applications do while nodes are killed under them, each step an operation of the history. None of them
// knows when a node dies; each goes on with what it was last told, as a client would.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor, CrashRig, Reply, Result } from './crash-rig.ts';
import { type Family, named } from './history.ts';
import type { Client, Person } from './people.ts';
import { answerIn, pkce } from './relying-party.ts';
import type { UserAgent, View } from './user-agent.ts';

/** How long the token before may be repeated at a client without leeway: the tenant's `refresh_race_window` as it is by default. */
export const raceWindowMs = 1_000;

/** Answers of an outage tell nothing about what was asked. */
export const outage = ({ status }: { status: number }): boolean => status >= 500 || status === 429;

/** An answer of the token endpoint, of /oauth/revoke and the like. */
export function judgeReply(reply: Reply, makes: readonly string[] = []): Result<Reply> {
  const because = `${reply.status} ${reply.body?.error ?? ''}`.trim();
  if (reply.status === 200) return { outcome: 'ok', value: reply, makes };
  return { outcome: outage(reply) ? 'unknown' : 'refused', value: reply, because };
}

export interface SignedIn {
  readonly browser: UserAgent;
  /** Its name in the history. */
  readonly session: string;
}

/** A challenge of which nobody keeps the verifier: the code of a login is not what is looked at. */
const proof = () => ({ code_challenge: pkce().challenge, code_challenge_method: 'S256' });
const cookieOf = (browser: UserAgent) => browser.cookies('localhost').countersign;
const failed = (view: View): Result<never> => ({
  outcome: outage(view) ? 'unknown' : 'refused',
  because: `${view.status} ${new URL(view.url).pathname}`,
});

/** Logs in through the page, in a new browser. `password` by its name in the history. */
export async function logIn(
  actor: Actor,
  client: Client,
  person: Person,
  password: string,
  probes = false,
): Promise<Result<SignedIn>> {
  const browser = actor.browser();
  return actor.attempt({ does: probes ? 'try a password' : 'log in', uses: password, probes }, async () => {
    const form = await browser.settle(await browser.load(actor.url(client, proof())));
    if (form.status !== 200) return { outcome: 'unknown', because: `${form.status} instead of the page` };
    const values = { username: person.email, password: person.password };
    const view = await browser.settle(await browser.submit(form, values));
    const cookie = cookieOf(browser);
    if (answerIn(view)?.params.code === undefined || cookie === undefined) return failed(view);
    const session = named('session', cookie);
    return { outcome: 'ok', value: { browser, session }, makes: [session] };
  });
}

/** A code without a page, from the session of a browser. */
export async function silentCode(
  actor: Actor,
  client: Client,
  { browser, session }: SignedIn,
  scope = 'openid offline_access',
): Promise<Result<{ code: string; verifier: string }>> {
  const { verifier, challenge } = pkce();
  const bound = { code_challenge: challenge, code_challenge_method: 'S256' };
  return actor.attempt({ does: 'silent', uses: session }, async () => {
    const view = await browser.load(actor.url(client, { prompt: 'none', scope, ...bound }));
    const answer = answerIn(view);
    if (answer?.params.code) return { outcome: 'ok', value: { code: answer.params.code, verifier } };
    if (answer?.params.error === 'login_required') return { outcome: 'refused', because: 'login_required' };
    return { outcome: 'unknown', because: `${view.status} ${answer?.params.error ?? ''}` };
  });
}

/** What a code buys, by name: the family of refresh tokens and the access token. */
export const boughtBy = (code: string, windowMs = raceWindowMs) => ({
  family: { name: named('family', code), windowMs } satisfies Family,
  access: named('access', code),
});

/** Exchanges a code. A refusal is that of a replay, and ends what was bought. */
export function redeem(
  actor: Actor,
  client: Client,
  { code, verifier }: { code: string; verifier: string },
  windowMs?: number,
): Promise<Result<Reply>> {
  const { family, access } = boughtBy(code, windowMs);
  return actor.attempt({ does: 'redeem', redeems: named('code', code), ends: [family.name, access] }, async () => {
    const reply = await actor.post('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: client.id,
      code,
      redirect_uri: client.callback,
      code_verifier: verifier,
    });
    const refresh = reply.body?.refresh_token;
    return judgeReply(reply, [access, ...(refresh ? [named('refresh', refresh)] : [])]);
  });
}

/** Shows an access token to /userinfo. */
export function useAccess(actor: Actor, access: string, token: string): Promise<Result<Reply>> {
  return actor.attempt({ does: 'userinfo', uses: access }, async () =>
    judgeReply(await actor.get('/userinfo', { authorization: `Bearer ${token}` })),
  );
}

/** Goes on until an outcome is known, for looks that change nothing. */
export async function untilKnown<T>(look: () => Promise<Result<T>>, most = 60): Promise<Result<T>> {
  for (let tries = 0; tries < most; tries++) {
    const result = await look();
    if (result.outcome !== 'unknown') return result;
    await sleep(150);
  }
  throw new Error(`${most} looks and no answer`);
}

/** Buys with codes, several times at once and again later; what a replayed code bought must die. */
export async function buyer(rig: CrashRig, actor: Actor, client: Client, person: Person, password: string) {
  const signedIn = await mustLogIn(actor, client, person, password);
  while (rig.going()) {
    const silent = await silentCode(actor, client, signedIn, 'openid');
    if (silent.value === undefined) continue;
    const { access } = boughtBy(silent.value.code);
    const asked = silent.value;
    const racers = actor.by.of([1, 1, 2, 3]);
    const first = await Promise.all(Array.from({ length: racers }, () => redeem(actor, client, asked)));
    const won = first.find(({ outcome }) => outcome === 'ok');
    if (won === undefined || actor.by.maybe(0.3)) await redeem(actor, client, asked);
    const token = won?.value?.body.access_token;
    if (token !== undefined) await useAccess(actor, access, token);
  }
  await untilKnown(() => silentCode(actor, client, signedIn, 'openid'));
}

/** Logs in and out. */
export async function visitor(rig: CrashRig, actor: Actor, client: Client, person: Person, password: string) {
  while (rig.going()) {
    const { value } = await logIn(actor, client, person, password);
    if (value === undefined) continue;
    for (let times = actor.by.below(4); times > 0; times--) await silentCode(actor, client, value, 'openid');
    await actor.attempt({ does: 'log out', ends: [value.session] }, async () => {
      const twin = value.browser.twin();
      const view = await twin.load('http://localhost:1/v2/logout');
      return { outcome: view.status === 200 ? 'ok' : 'unknown' };
    });
    await untilKnown(() => silentCode(actor, client, value, 'openid'));
  }
}

/** Logs in; the first time it must work in the end. */
export async function mustLogIn(actor: Actor, client: Client, person: Person, password: string): Promise<SignedIn> {
  const { value, because } = await untilKnown(() => logIn(actor, client, person, password));
  if (value === undefined) throw new Error(`${actor.name} cannot log in: ${because}`);
  return value;
}
