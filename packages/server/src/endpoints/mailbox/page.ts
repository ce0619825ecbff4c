// The mailbox as pages: the list of what was caught, and one message with its links, its HTML in a frame without powers, and its text.

import type { CaughtMail } from '../../domain/messages/mailbox.ts';
import { type Html, html, nothing } from '../../web/html.ts';

export interface MailboxPage {
  readonly title: string;
  readonly body: Html;
}

/** Web addresses in a text, in order, each once. Pure. */
export function linksIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\bhttps?:\/\/[^\s<>"()]+/g)].map(([link]) => link))].slice(0, 20);
}

const when = (mail: CaughtMail) => mail.caught_at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');

/** The list, the newest first. */
export function listPage(mails: readonly CaughtMail[]): MailboxPage {
  const rows = mails.map(
    (mail) =>
      html`<li><a class="mail" href="/dev/mailbox/${mail.id}"><b>${mail.subject}</b><small>${mail.to}</small><small>${when(mail)}</small></a></li>`,
  );
  return {
    title: 'Mailbox',
    body: html`<h1>Mailbox</h1>
<p class="lead">Mails of this development server. Nothing leaves it until an email provider is set.</p>
${
  mails.length === 0
    ? html`<p class="aside">No mails yet.</p>`
    : html`<ul class="mails">${rows}</ul>
<form method="post" action="/dev/mailbox"><div class="actions"><button type="submit" name="action" value="delete" class="quiet">Delete all</button></div></form>`
}
<p class="aside">For programs: <a href="/dev/mailbox.json">/dev/mailbox.json</a></p>`,
  };
}

/** One message. */
export function mailPage(mail: CaughtMail): MailboxPage {
  const links = linksIn(mail.text);
  return {
    title: mail.subject,
    body: html`<p class="up"><a href="/dev/mailbox">All mails</a></p>
<h1>${mail.subject}</h1>
<dl class="facts">
<div><dt>To</dt><dd>${mail.to}</dd></div>
<div><dt>From</dt><dd>${mail.from}</dd></div>
<div><dt>Caught</dt><dd>${when(mail)}</dd></div>
<div><dt>Template</dt><dd><code>${mail.template}</code></dd></div>
</dl>
${
  links.length === 0
    ? nothing
    : html`<h2>Links</h2>
<ul class="links">${links.map((link) => html`<li><a href="${link}">${link}</a></li>`)}</ul>`
}
<h2>As HTML</h2>
<iframe class="letter" src="/dev/mailbox/${mail.id}/html" title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
<h2>As text</h2>
<pre class="letter" tabindex="0">${mail.text}</pre>`,
  };
}
