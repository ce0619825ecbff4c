// Getting back in, as people and programs do it: asking for a link, opening it, choosing a password.

import { mailTo } from './mailbox.ts';
import { connection, goodPassword } from './people.ts';
import type { Reply, Site } from './running.ts';
import { type UserAgent, userAgent, type View } from './user-agent.ts';

export const mailSent = "We've just sent you an email to reset your password.";

/** POST /dbconnections/change_password. */
export function forgot(
  site: Pick<Site, 'send'>,
  email: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return site.send('POST', '/dbconnections/change_password', {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ connection, email, ...more }),
  });
}

/** Asks for a link and waits for its mail: the link as it stands there. `count`: how many such mails there are by then. */
export async function mailedLink(site: Site, email: string, count = 1): Promise<string> {
  const reply = await forgot(site, email);
  if (reply.status !== 200) throw new Error(`change_password: ${reply.status} ${reply.text}`);
  const mail = await mailTo(site, email, { count, template: 'reset_email' });
  return linkOf(mail.links);
}

/** The link of ours in a mail. */
export function linkOf(links: readonly string[]): string {
  const link = links.find((one) => one.includes('/u/'));
  if (link === undefined) throw new Error(`no link of ours in ${links.join(' ')}`);
  return link;
}

/** A link from the Management API. */
export async function ticket(
  site: Pick<Site, 'manage'>,
  kind: 'password-change' | 'email-verification',
  body: Readonly<Record<string, unknown>>,
): Promise<string> {
  const reply = await site.manage('POST', `/tickets/${kind}`, body);
  if (reply.status !== 201) throw new Error(`ticket: ${reply.status} ${reply.text}`);
  return reply.body.ticket;
}

/** Opens a link and chooses a password; the page that comes of it. */
export async function choose(link: string, password: string, browser: UserAgent = userAgent()): Promise<View> {
  const view = await browser.load(link);
  return view.forms.length === 0 ? view : browser.submit(view, { password, repeated: password });
}

/** Whether this password logs a user in, by the pages of a client. */
export const otherPassword = `${goodPassword}-the-next`;
