// Reads the mailbox of a development server, as a person or a script of a developer would.

import type { Site } from './running.ts';

export interface Mail {
  readonly id: string;
  readonly template: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly language: string;
  readonly links: readonly string[];
  readonly text: string;
  readonly html: string;
}

/** Mails to an address, the newest first. */
export async function mailsTo(site: Pick<Site, 'send'>, address: string): Promise<Mail[]> {
  const reply = await site.send('GET', `/dev/mailbox.json?to=${encodeURIComponent(address)}`);
  if (reply.status !== 200) throw new Error(`no mailbox: ${reply.status} ${reply.text}`);
  return reply.body;
}

/** The newest mail to an address once there are so many of them, of one template if it is named; waits for it. */
export async function mailTo(
  site: Pick<Site, 'send'>,
  address: string,
  { count = 1, template }: { readonly count?: number; readonly template?: string } = {},
): Promise<Mail> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const mails = (await mailsTo(site, address)).filter((mail) => template === undefined || mail.template === template);
    if (mails.length >= count && mails[0]) return mails[0];
    if (Date.now() > deadline) throw new Error(`${mails.length} of ${count} mails to ${address} came`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
