// Accounts whose password is changed, and accounts that are deleted, while nodes are killed. Each change ends one password,
// one session and one family of refresh tokens and brings one password; afterwards each of them is tried.

import { setTimeout as sleep } from 'node:timers/promises';
import { boughtBy, logIn, outage, redeem, type SignedIn, silentCode, untilKnown } from './crash-actors.ts';
import { refresh } from './crash-refresher.ts';
import type { Actor, CrashRig, Result } from './crash-rig.ts';
import type { Family } from './history.ts';
import type { Client, Person } from './people.ts';

/** What an account has open before it is changed. */
export interface Open {
  readonly client: Client;
  readonly person: Person;
  /** Its password by name. */
  readonly password: string;
  readonly signedIn: SignedIn;
  readonly family: Family | undefined;
  readonly refreshToken: string | undefined;
}

/** Everything that a change of this account ends. */
export const endsOf = ({ password, signedIn, family }: Open): string[] => [
  password,
  signedIn.session,
  ...(family === undefined ? [] : [family.name]),
];

/** Logs in and buys a refresh token; `undefined` when something was cut off on the way. */
export async function opened(
  actor: Actor,
  client: Client,
  person: Person,
  password: string,
): Promise<Open | undefined> {
  const { value: signedIn, outcome } = await untilKnown(() => logIn(actor, client, person, password));
  if (signedIn === undefined) throw new Error(`${actor.name} cannot log in: ${outcome}`);
  const { value: silent } = await silentCode(actor, client, signedIn);
  const bought = silent && (await redeem(actor, client, silent));
  if (silent === undefined || bought?.outcome !== 'ok') return undefined;
  const refreshToken: string | undefined = bought.value?.body.refresh_token;
  const family = refreshToken === undefined ? undefined : boughtBy(silent.code).family;
  return { client, person, password, signedIn, family, refreshToken };
}

/** Tries everything that a change ends and brings. Tells which password is good. */
export async function lookAt(
  actor: Actor,
  open: Open,
  next: Person,
  nextName: string,
): Promise<'old' | 'new' | 'neither'> {
  const { client, person, password, signedIn, family, refreshToken } = open;
  // What was committed while its process was killed has arrived by then.
  await sleep(250);
  const old = await untilKnown(() => logIn(actor, client, person, password));
  await untilKnown(() => silentCode(actor, client, signedIn, 'openid'));
  if (family !== undefined && refreshToken !== undefined)
    await untilKnown(() => refresh(actor, client, family, refreshToken));
  const fresh = await untilKnown(() => logIn(actor, client, next, nextName, true));
  if (fresh.outcome === 'ok') return 'new';
  return old.outcome === 'ok' ? 'old' : 'neither';
}

/** An administrator's request; what is not acknowledged is unknown. */
export async function administer(
  rig: CrashRig,
  method: string,
  path: string,
  body?: object,
): Promise<Result<Record<string, unknown>>> {
  const site = await rig.site();
  const reply = await site.manage(method, path, body);
  const because = String(reply.status);
  if (reply.status < 300) return { outcome: 'ok', value: reply.body };
  return { outcome: outage(reply) || reply.status === 401 ? 'unknown' : 'refused', because };
}

/** A password that an administrator sets anew, again and again (CRA-04). */
export async function changer(rig: CrashRig, actor: Actor, client: Client, first: Person, firstName: string) {
  let [person, password] = [first, firstName];
  for (let turn = 1; rig.going(); turn++) {
    const open = await opened(actor, client, person, password);
    if (open === undefined) continue;
    const next = { ...person, password: `Another-Horse-${turn}-Staple` };
    const nextName = `${firstName}, ${turn}`;
    await actor.attempt({ does: 'change password', ends: endsOf(open), brings: [nextName] }, () =>
      administer(rig, 'PATCH', `/users/${encodeURIComponent(person.userId)}`, {
        password: next.password,
        connection: 'Username-Password-Authentication',
      }),
    );
    const good = await lookAt(actor, open, next, nextName);
    if (good === 'neither') throw new Error(`${actor.name}: neither password logs in`);
    if (good === 'new') [person, password] = [next, nextName];
  }
}

/** Users that are made, log in and are deleted (CRA-05): gone with all that they had, or there with all of it. */
export async function deleter(rig: CrashRig, actor: Actor, client: Client) {
  for (let turn = 1; rig.going(); turn++) {
    const site = await rig.site();
    const person = await site.user().catch(() => undefined);
    if (person === undefined) {
      await sleep(100);
      continue;
    }
    const password = `password of ${actor.name}, ${turn}`;
    const open = await opened(actor, client, person, password);
    if (open === undefined) continue;
    await actor.attempt({ does: 'delete user', ends: endsOf(open) }, () =>
      administer(rig, 'DELETE', `/users/${encodeURIComponent(person.userId)}`),
    );
    await sleep(250);
    await untilKnown(() => logIn(actor, client, person, password));
    await untilKnown(() => silentCode(actor, client, open.signedIn, 'openid'));
    const { family, refreshToken } = open;
    if (family !== undefined && refreshToken !== undefined)
      await untilKnown(() => refresh(actor, client, family, refreshToken));
  }
}
