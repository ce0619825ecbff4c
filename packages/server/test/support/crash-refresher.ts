// Applications that refresh in a loop, in two tabs now and then, go on with the last token that they were told, retry what
// got no answer, and sometimes do what a thief would: present what was spent.

import { setTimeout as sleep } from 'node:timers/promises';
import { boughtBy, judgeReply, mustLogIn, raceWindowMs, redeem, silentCode, untilKnown } from './crash-actors.ts';
import type { Actor, CrashRig, Reply, Result } from './crash-rig.ts';
import { type Family, named } from './history.ts';
import type { Client, Person } from './people.ts';

/** One refresh of a rotating token. */
export function refresh(actor: Actor, client: Client, family: Family, token: string): Promise<Result<Reply>> {
  return actor.attempt({ does: 'refresh', rotates: named('refresh', token), family }, async () => {
    const reply = await actor.post('/oauth/token', {
      grant_type: 'refresh_token',
      client_id: client.id,
      refresh_token: token,
    });
    const next = reply.body?.refresh_token;
    return judgeReply(reply, next ? [named('refresh', next)] : []);
  });
}

export interface Refreshing {
  readonly client: Client;
  readonly person: Person;
  readonly password: string;
  /** The client's `leeway`, in s. */
  readonly leeway: number;
}

/** A family from its code to its end, again and again. */
export async function refresher(rig: CrashRig, actor: Actor, { client, person, password, leeway }: Refreshing) {
  const windowMs = Math.max(leeway * 1000, raceWindowMs);
  const signedIn = await mustLogIn(actor, client, person, password);
  while (rig.going()) {
    const silent = await silentCode(actor, client, signedIn);
    if (silent.value === undefined) continue;
    const bought = await redeem(actor, client, silent.value, windowMs);
    const first = bought.value?.body?.refresh_token;
    if (typeof first !== 'string') continue;
    await liveOn(rig, actor, client, boughtBy(silent.value.code, windowMs).family, first);
  }
}

async function liveOn(rig: CrashRig, actor: Actor, client: Client, family: Family, first: string): Promise<void> {
  let token = first;
  const spent: string[] = [];
  while (rig.going()) {
    const roll = actor.by.next();
    if (roll < 0.01) return revoke(actor, client, family, token);
    const old = actor.by.any(spent.slice(0, -1));
    if (roll < 0.02 && old !== undefined) {
      await refresh(actor, client, family, old);
      await untilKnown(() => refresh(actor, client, family, token));
      return;
    }
    const tabs = roll < 0.3 ? 2 + actor.by.below(3) : 1;
    const results = await Promise.all(Array.from({ length: tabs }, () => refresh(actor, client, family, token)));
    const next = results.find(({ outcome }) => outcome === 'ok')?.value?.body.refresh_token;
    if (typeof next === 'string') {
      spent.push(token);
      token = next;
      await sleep(actor.by.below(30));
    } else if (results.some(({ outcome }) => outcome === 'refused')) return;
    // Some retry at once, some when it is too late.
    else if (actor.by.maybe(0.2)) await sleep(2_500);
  }
  // The last token that was acknowledged works, unless a request without an answer spent it.
  await untilKnown(() => refresh(actor, client, family, token));
}

async function revoke(actor: Actor, client: Client, family: Family, token: string): Promise<void> {
  await actor.attempt({ does: 'revoke', ends: [family.name] }, async () => {
    const reply = await actor.post('/oauth/revoke', { client_id: client.id, token });
    return { outcome: reply.status === 200 ? 'ok' : 'unknown', because: String(reply.status) };
  });
  await untilKnown(() => refresh(actor, client, family, token));
}
