// Our own mails as HTML and as plain text: the tenant's logo and colour, and no more than mail programs understand.
// Every text is escaped here, as none of it is markup.

import { hex, parseColour, textOn } from '../../schema/colour.ts';
import type { TenantLook } from '../tenants/look.ts';
import type { MailText, MailTexts } from './texts/index.ts';

export interface Letter {
  readonly text: MailText;
  readonly texts: Pick<MailTexts, 'copy' | 'help'>;
  readonly language: string;
  readonly look: Pick<TenantLook, 'tenantName' | 'logoUrl' | 'primary' | 'support'>;
  /** Where the button leads; without it there is no button. */
  readonly url: string | undefined;
  /** Why it was sent. */
  readonly sent: string;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML text or as the value of a quoted attribute. Pure. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');
}

/** An address that may become a link: http(s), or `mailto:` where asked. */
function linkable(address: string | undefined, mail = false): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return protocol === 'https:' || protocol === 'http:' || (mail && protocol === 'mailto:') ? href : undefined;
}

const font = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const ink = '#1c1c21';
const faint = '#5d5d66';

/** A mail as an HTML document. Pure. */
export function letterHtml(letter: Letter): string {
  const { text, texts, look, language } = letter;
  const ground = parseColour(look.primary) ?? ([63, 81, 181] as const);
  const url = text.button === undefined ? undefined : linkable(letter.url);
  const logo = linkable(look.logoUrl);
  const support = linkable(look.support, true);
  const name = escapeHtml(look.tenantName);
  const paragraph = (line: string, style: string) => `<p style="margin:0 0 16px;${style}">${escapeHtml(line)}</p>`;
  const brand = logo
    ? `<img src="${escapeHtml(logo)}" alt="${name}" height="40" style="display:block;border:0;height:40px">`
    : `<p style="margin:0;font-size:18px;font-weight:600;color:${ink}">${name}</p>`;
  const button = url
    ? `<p style="margin:24px 0"><a href="${escapeHtml(url)}" style="display:inline-block;padding:13px 24px;border-radius:10px;background:${hex(ground)};color:${hex(textOn(ground))};font-weight:600;text-decoration:none">${escapeHtml(text.button ?? '')}</a></p>`
    : '';
  const copy = url
    ? `<p style="margin:24px 0 0;font-size:13px;color:${faint}">${escapeHtml(texts.copy)}<br><a href="${escapeHtml(url)}" style="color:${faint};word-break:break-all">${escapeHtml(url)}</a></p>`
    : '';
  const help = support
    ? ` ${escapeHtml(texts.help)} <a href="${escapeHtml(support)}" style="color:${faint}">${escapeHtml(support.replace(/^mailto:/, ''))}</a>`
    : '';
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(text.subject)}</title>
</head>
<body style="margin:0;padding:0;background:#f4f4f6">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f4f6"><tr><td align="center" style="padding:32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border-radius:16px"><tr><td style="padding:32px;${font};font-size:16px;line-height:1.55;color:${ink}">
${brand}
<h1 style="margin:28px 0 16px;font-size:24px;line-height:1.3;color:${ink}">${escapeHtml(text.heading)}</h1>
${text.lines.map((line) => paragraph(line, '')).join('\n')}
${button}
${text.notes.map((line) => paragraph(line, `font-size:14px;color:${faint}`)).join('\n')}
${copy}
</td></tr></table>
<p style="max-width:560px;margin:16px auto 0;${font};font-size:12px;line-height:1.5;color:${faint};text-align:center">${escapeHtml(letter.sent)}${help}</p>
</td></tr></table>
</body>
</html>
`;
}

/** The same mail as plain text, lines ended by `\n`. Pure. */
export function letterText({ text, texts, look, url, sent }: Letter): string {
  const link = text.button === undefined ? undefined : linkable(url);
  const support = linkable(look.support, true)?.replace(/^mailto:/, '');
  const paragraphs = [
    text.heading,
    ...text.lines,
    ...(link ? [`${text.button}:\n${link}`] : []),
    ...text.notes,
    `--\n${sent}${support ? `\n${texts.help} ${support}` : ''}`,
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

/** The text of an operator's HTML, for mail programs that show none: tags go, links keep their address. Linear in its length. Pure. */
export function textOfHtml(html: string): string {
  let out = '';
  let at = 0;
  let hidden: string | undefined;
  let href: string | undefined;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    const piece = html.slice(at, open < 0 ? html.length : open);
    if (hidden === undefined) out += piece.replace(/\s+/g, ' ');
    if (open < 0) break;
    const close = html.indexOf('>', open);
    if (close < 0) break;
    const tag = html.slice(open + 1, close);
    const name = /^\/?[a-z0-9!]+/i.exec(tag)?.[0]?.toLowerCase() ?? '';
    if (hidden !== undefined) {
      if (name === `/${hidden}`) hidden = undefined;
    } else if (name === 'style' || name === 'script' || name === 'title') hidden = name;
    else if (name === 'a')
      href = /href\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag.slice(0, 4_000))?.slice(1).find(Boolean);
    else if (name === '/a') {
      if (href && !out.endsWith(href)) out += ` (${href})`;
      href = undefined;
    } else if (/^\/?(?:p|div|tr|table|h[1-6]|li|ul|ol|blockquote)$/.test(name)) out += '\n\n';
    else if (name === 'br') out += '\n';
    at = close + 1;
  }
  // Line by line: an expression for the spaces around line ends takes quadratic time on long runs of spaces.
  const lines = entities(out)
    .split('\n')
    .map((line) => line.trim());
  return `${lines
    .filter((line, i) => line !== '' || lines[i - 1] !== '')
    .join('\n')
    .trim()}\n`;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function entities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    return point > 0x1f && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)
      ? String.fromCodePoint(point)
      : ' ';
  });
}
