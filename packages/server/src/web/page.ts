// A whole page for a person: brand, card, style, and the headers that keep scripts, frames and caches out of it.
// Pages need no JavaScript, so none can run in them.

import { hash } from 'node:crypto';
import { noStore } from './answers.ts';
import type { Answer, Ask } from './exchange.ts';
import { type Html, html, nothing, render, webAddress } from './html.ts';
import { chooseLanguage, directionOf, textsIn } from './language.ts';
import { readForm } from './params.ts';
import { styleSheet } from './style.ts';

/** What a tenant's pages look like. Addresses that are not http(s) and colours that are not `#rrggbb` are passed over. */
export interface Look {
  readonly tenantName: string;
  readonly logoUrl?: string | undefined;
  readonly faviconUrl?: string | undefined;
  readonly primary?: string | undefined;
  readonly pageBackground?: string | undefined;
  /** Where people get help: a web address or `mailto:`. */
  readonly support?: string | undefined;
  /** The tenant's `enabled_locales`. */
  readonly languages?: readonly string[] | undefined;
}

export interface Page {
  /** Of the document; the tenant's name is added. */
  readonly title: string;
  /** What stands in the card, with its own `<h1>`. */
  readonly body: Html;
  readonly look: Look;
  readonly language: string;
  readonly headers?: Answer['headers'];
  /**
   * Where the page's forms may lead, as CSP sources; `'self'` is always among them. Chromium holds the redirects
   * after a POST to it as well, so the client's callback must be named here (CSP 3 §6.4.1 leaves it open).
   */
  readonly formAction?: readonly string[];
  /** For lists and letters rather than one form. */
  readonly wide?: boolean;
  /** The page frames another one of ours. */
  readonly frames?: boolean;
}

/** Never in a frame, never in a cache, no script, no referrer beyond ourselves (HDR-01 to HDR-04 in OWASP's terms). */
function headersOf(page: Page, style: string): Record<string, string | readonly string[]> {
  const images = [page.look.logoUrl, page.look.faviconUrl].flatMap((address) => {
    const url = webAddress(address);
    return url ? [new URL(url).origin] : [];
  });
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
    `img-src ${[...new Set(images)].join(' ') || "'none'"}`,
    "script-src 'none'",
    "object-src 'none'",
    ...(page.frames ? ["frame-src 'self'"] : []),
    "base-uri 'none'",
    `form-action ${["'self'", ...new Set(page.formAction ?? [])].join(' ')}`,
    "frame-ancestors 'none'",
  ];
  return {
    ...noStore,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'x-frame-options': 'DENY',
    // Not `no-referrer`: browsers would then send `Origin: null` with our own forms, and the check against CSRF would have nothing to go by.
    'referrer-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...page.headers,
  };
}

function brandOf(look: Look): Html {
  const logo = webAddress(look.logoUrl);
  if (logo) return html`<div class="brand"><img src="${logo}" alt="${look.tenantName}" height="48"></div>`;
  const [initial = ''] = look.tenantName.trim().toUpperCase();
  return html`<div class="brand"><span class="mark" aria-hidden="true">${initial}</span><b>${look.tenantName}</b></div>`;
}

// The style element is HTML of ours but not of the template, which takes no values inside a style: built once per sheet below.
const marker = '%STYLE%';

/** A whole page as an answer. The style is inline and allowed by its hash: nothing else has to be fetched, also while we are in trouble. */
export function page(status: number, content: Page): Answer {
  const { look, language } = content;
  const style = styleSheet(look);
  const icon = webAddress(look.faviconUrl);
  const document = html`<!DOCTYPE html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${content.title} | ${look.tenantName}</title>
${icon ? html`<link rel="icon" href="${icon}">` : nothing}
<style>%STYLE%</style>
</head>
<body>
<main class="${content.wide ? 'card wide' : 'card'}">
${brandOf(look)}
${content.body}
</main>
</body>
</html>
`;
  const text = render(document);
  const at = text.indexOf(`<style>${marker}`) + '<style>'.length;
  return {
    status,
    headers: headersOf(content, style),
    body: `${text.slice(0, at)}${style}${text.slice(at + marker.length)}`,
  };
}

export interface ErrorPage {
  readonly status: number;
  /** A sentence for people; a general one when absent. */
  readonly title?: string | undefined;
  /** The error's code on the wire, such as `invalid_request`. */
  readonly error: string;
  /** What is wrong and what to do, for whoever runs the client. Shown as it is. */
  readonly description: string;
  readonly requestId?: string | undefined;
  /** Path of the page that says what the code means. */
  readonly about?: string | undefined;
  /** Where to go from here; only http(s) addresses become a link. */
  readonly link?: { readonly href: string; readonly text: string } | undefined;
  readonly headers?: Answer['headers'];
}

/** A page that says what failed; for everything that cannot be sent to a client. Needs neither the store nor a tenant. */
export function errorPage(ask: Pick<Ask, 'query' | 'headers'>, look: Look | undefined, failure: ErrorPage): Answer {
  const known = look ?? { tenantName: 'Countersign' };
  const query = readForm(ask.query);
  const language = chooseLanguage({
    uiLocales: query.kind === 'params' ? query.params.get('ui_locales') : undefined,
    acceptLanguage: ask.headers['accept-language'],
    enabled: known.languages,
  });
  const texts = textsIn(language).failure;
  const title = failure.title ?? texts.title;
  const link = failure.link && webAddress(failure.link.href);
  const support = supportAddress(known.support);
  return page(failure.status, {
    title,
    look: known,
    language,
    headers: failure.headers,
    body: html`<h1>${title}</h1>
<p class="lead">${failure.description}</p>
<dl class="facts">
<div><dt>${texts.code}</dt><dd>${failure.about ? html`<a href="${failure.about}"><code>${failure.error}</code></a>` : html`<code>${failure.error}</code>`}</dd></div>
${failure.requestId ? html`<div><dt>${texts.request}</dt><dd><code>${failure.requestId}</code></dd></div>` : nothing}
</dl>
${link ? html`<div class="actions"><a class="button" href="${link}">${failure.link?.text}</a></div>` : nothing}
${support ? html`<p class="aside"><a href="${support}">${texts.support}</a></p>` : nothing}`,
  });
}

function supportAddress(address: string | undefined): string | undefined {
  return address !== undefined && /^mailto:[^\s<>"?]+@[^\s<>"?]+$/.test(address) ? address : webAddress(address);
}
