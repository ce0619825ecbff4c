// What must have happened before an account may change while a random walker presses everything: a password, and the proof of
// an address, only by a link that was mailed to that very person, once, and only by the newest. And what refresh tokens may do.

import { mailsTo } from './mailbox.ts';
import type { Client, PeopledSite, Person } from './people.ts';
import { userinfo } from './relying-party.ts';

/** A link as it stood in a mail. */
export interface Mailed {
  readonly email: string;
  readonly url: string;
  readonly kind: string;
  used: boolean;
}

export interface HeldToken {
  readonly client: Client;
  readonly email: string;
  refresh: string;
  /** Why it must be refused from now on. */
  dead: string | undefined;
}

export interface Recovery {
  /** Reads somebody's mail, as only that person can. The newest first. */
  read(email: string): Promise<readonly Mailed[]>;
  /** The links that may be used at this moment, one of a kind and person. To be taken before a form is sent. */
  newest(): ReadonlySet<Mailed>;
  /** What a request behind a link could do, by its address. */
  behind(url: URL): Mailed | undefined;
  /** Compares every account with what was proven. `cause`: the link that the last request was behind, if it was the newest. */
  check(cause?: Mailed, password?: string): Promise<void>;
  /** Keeps a refresh token that the walk got. */
  hold(token: HeldToken): void;
  readonly held: readonly HeldToken[];
  refresh(token: HeldToken): Promise<void>;
  revoke(token: HeldToken): Promise<void>;
  readonly figures: Record<'mails' | 'resets' | 'verified' | 'refreshes' | 'revoked', number>;
}

/** `people` is kept up to date: whose password was changed has the new one there. `left` is told whose sessions ended. */
export async function recoveryOracle(
  site: PeopledSite,
  people: Person[],
  fail: (what: string) => never,
  left: (email: string) => void,
): Promise<Recovery> {
  const mailed: Mailed[] = [];
  const held: HeldToken[] = [];
  const known = new Map<string, string | undefined>();
  const proven = new Set<string>();
  const figures = { mails: 0, resets: 0, verified: 0, refreshes: 0, revoked: 0 };
  const account = async (email: string) => {
    const reply = await site.manage('GET', `/users-by-email?email=${encodeURIComponent(email)}`);
    if (reply.body.length !== 1) return fail(`${reply.body.length} accounts of ${email}`);
    return reply.body[0] as { last_password_reset?: string; email_verified?: boolean };
  };
  for (const { email } of people) {
    known.set(email, (await account(email)).last_password_reset);
    proven.add(email);
  }

  return {
    figures,
    held,
    async read(email) {
      for (const mail of (await mailsTo(site, email)).toReversed()) {
        for (const url of mail.links) {
          if (mailed.some((one) => one.url === url) || !url.includes('ticket=')) continue;
          mailed.unshift({ email, url, kind: mail.template, used: false });
          figures.mails++;
        }
      }
      return mailed.filter((one) => one.email === email);
    },
    newest() {
      const first = new Map<string, Mailed>();
      for (const one of mailed) if (!first.has(`${one.kind} ${one.email}`)) first.set(`${one.kind} ${one.email}`, one);
      return new Set(first.values());
    },
    behind: (url) =>
      mailed.find(({ url: link }) => {
        const at = new URL(link);
        return at.pathname === url.pathname && at.searchParams.get('ticket') === url.searchParams.get('ticket');
      }),
    async check(cause, password) {
      for (const [index, person] of people.entries()) {
        const { email } = person;
        const now = await account(email);
        if (!known.has(email)) known.set(email, now.last_password_reset);
        else if (now.last_password_reset !== known.get(email)) {
          if (cause?.email !== email || cause.kind !== 'reset_email' || cause.used || !password)
            return fail(`the password of ${email} was changed without the link that was mailed there`);
          cause.used = true;
          people[index] = { ...person, password };
          known.set(email, now.last_password_reset);
          proven.add(email);
          for (const token of held) if (token.email === email) token.dead ??= 'the password was changed';
          left(email);
          figures.resets++;
        }
        if (now.email_verified !== true || proven.has(email)) continue;
        if (cause?.email !== email || cause.used)
          return fail(`the address ${email} counts as proven without the link that was mailed there`);
        cause.used = true;
        proven.add(email);
        figures.verified++;
      }
    },
    hold: (token) => void held.push(token),
    async refresh(token) {
      const { client, email, dead } = token;
      const reply = await site.token({
        grant_type: 'refresh_token',
        client_id: client.id,
        ...(client.secret === undefined ? {} : { client_secret: client.secret }),
        refresh_token: token.refresh,
      });
      if (reply.status !== 200) {
        if (dead === undefined) fail(`a refresh token of ${email} is refused: ${reply.text}`);
        return;
      }
      if (dead !== undefined) fail(`a refresh token of ${email} is good although ${dead}`);
      token.refresh = reply.body.refresh_token ?? token.refresh;
      const info = await userinfo(site, reply.body.access_token);
      const { body } = await site.manage('GET', `/users-by-email?email=${encodeURIComponent(email)}`);
      if (info.body.sub !== body[0].user_id) fail(`a refresh of ${email} brought a token of ${info.body.sub}`);
      figures.refreshes++;
    },
    async revoke(token) {
      const { client } = token;
      const body = new URLSearchParams({
        client_id: client.id,
        ...(client.secret === undefined ? {} : { client_secret: client.secret }),
        token: token.refresh,
      }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const reply = await site.send('POST', '/oauth/revoke', { headers, body });
      if (reply.status !== 200) fail(`a token could not be given back: ${reply.status} ${reply.text}`);
      token.dead ??= 'it was given back';
      figures.revoked++;
    },
  };
}
