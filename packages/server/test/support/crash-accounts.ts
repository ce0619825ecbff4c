// Accounts whose password is changed, and accounts that are deleted, while nodes are killed. Each change ends one password,
// one session and one family of refresh tokens and brings one password; afterwards each of them is tried.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { boughtBy, logIn, outage, redeem, type SignedIn, silentCode, untilKnown } from './crash-actors.ts';
import { refresh } from './crash-refresher.ts';
import type { Actor, CrashRig, Result } from './crash-rig.ts';
import { type Family, named } from './history.ts';
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

/** Forgets the password and chooses another by a link, again and again (CRA-04). The link is then used once more. */
export async function forgetter(rig: CrashRig, actor: Actor, client: Client, first: Person, firstName: string) {
  let [person, password] = [first, firstName];
  let mailed = false;
  for (let turn = 1; rig.going(); turn++) {
    const byMail = actor.by.maybe(0.3);
    if (byMail && mailed) {
      // Whoever was sent a link gets no other for a while.
      const fresh = await anotherPerson(rig);
      if (fresh === undefined) continue;
      [person, password] = [fresh, `${firstName} as yet another, ${turn}`];
    }
    mailed ||= byMail;
    const open = await opened(actor, client, person, password);
    if (open === undefined) continue;
    const link = byMail
      ? await mailedLink(rig, actor, client, person, turn)
      : (
          await actor.attempt({ does: 'make a ticket' }, () =>
            administer(rig, 'POST', '/tickets/password-change', { user_id: person.userId }),
          )
        ).value?.ticket;
    if (typeof link !== 'string') {
      // A mail that is still to come brings a link of its own, and the link that somebody then holds is worth nothing.
      const fresh = byMail ? await anotherPerson(rig) : undefined;
      if (fresh) [person, password, mailed] = [fresh, `${firstName} as another, ${turn}`, false];
      continue;
    }
    const chosen = (number: number): [Person, string] => [
      { ...person, password: `Forgotten-Horse-${turn}-Staple-${number}` },
      `${firstName}, ${turn}-${number}`,
    ];
    const [next, nextName] = chosen(1);
    const [other, otherName] = chosen(2);
    await useLink(actor, link, endsOf(open), nextName, next.password);
    const good = await lookAt(actor, open, next, nextName);
    if (good === 'neither') throw new Error(`${actor.name}: neither password logs in`);
    const again = await useLink(actor, link, endsOf(open), otherName, other.password);
    if (good === 'new') [person, password] = [next, nextName];
    else if (again.outcome === 'ok') [person, password] = [other, otherName];
    else if (again.outcome === 'unknown') {
      await sleep(250);
      const tried = await untilKnown(() => logIn(actor, client, other, otherName, true));
      if (tried.outcome === 'ok') [person, password] = [other, otherName];
    }
  }
}

async function anotherPerson(rig: CrashRig): Promise<Person | undefined> {
  for (let tries = 0; tries < 20; tries++) {
    try {
      return await (await rig.site()).user();
    } catch {
      await sleep(200);
    }
  }
  return undefined;
}

/** Asks for a link and waits for the mail with it, which must come if the request was acknowledged. */
async function mailedLink(rig: CrashRig, actor: Actor, client: Client, { email }: Person, turn: number) {
  const links = async (): Promise<string[]> => {
    const reply = await actor.get(`/dev/mailbox.json?to=${encodeURIComponent(email)}`);
    if (reply.status !== 200) throw new Error(`the mailbox answers ${reply.status}`);
    const mails: readonly { template: string; links: readonly string[] }[] = reply.body;
    const asked = mails.filter(({ template }) => template === 'reset_email');
    return asked.flatMap((mail) => mail.links).filter((link) => link.includes('ticket='));
  };
  const before = await actor.attempt({ does: 'read the mailbox' }, async () => ({
    outcome: 'ok',
    value: await links(),
  }));
  if (before.value === undefined) return undefined;
  const seen = new Set(before.value);
  const mail = `mail ${turn} of ${actor.name}`;
  const asked = await actor.attempt({ does: 'ask for a link', brings: [mail] }, async () => {
    const reply = await actor.post('/dbconnections/change_password', {
      client_id: client.id,
      connection: 'Username-Password-Authentication',
      email,
    });
    return { outcome: reply.status === 200 ? 'ok' : 'unknown', because: String(reply.status) };
  });
  const began = Date.now();
  // For a request without an answer nobody knows whether a mail will come; and nobody waits when all is over.
  while (asked.outcome === 'ok' && rig.going()) {
    const found = await actor.attempt<string>({ does: 'look for the mail', uses: mail }, async () => {
      const link = (await links()).find((one) => !seen.has(one));
      if (link !== undefined) return { outcome: 'ok', value: link };
      return { outcome: Date.now() - began > mailPatienceMs ? 'refused' : 'unknown', because: 'no mail yet' };
    });
    if (found.outcome !== 'unknown') return found.value;
    await sleep(200);
  }
  return undefined;
}

/**
 * The lease of a killed node's job (45 s) must run out before another node takes it over, and where nodes are killed all the
 * time that happens several times to one mail. It may come late, but it comes.
 */
const mailPatienceMs = 600_000;

/** Chooses a password behind a link. A link that is worth nothing shows a page that says so. */
async function useLink(actor: Actor, link: string, ends: readonly string[], brings: string, password: string) {
  const { pathname, search, searchParams } = new URL(link);
  const spends = named('link', searchParams.get('ticket') ?? '');
  const shown = await actor.get(`${pathname}${search}`).catch(() => undefined);
  const csrf =
    /name="csrf" value="([^"]*)"/.exec(shown?.html ?? '')?.[1] ?? ticketToken(searchParams.get('ticket') ?? '');
  return actor.attempt({ does: 'reset', spends, ends, brings: [brings] }, async () => {
    const reply = await actor.post(`${pathname}${search}`, { csrf, password, repeated: password });
    if (reply.status === 200) return { outcome: 'ok' };
    return { outcome: outage(reply) ? 'unknown' : 'refused', because: String(reply.status) };
  });
}

/** As the page makes it, for a page that shows no form any more: what is tried then is the link itself. */
const ticketToken = (ticket: string) => createHash('sha256').update(`form ${ticket}`).digest('base64url');
