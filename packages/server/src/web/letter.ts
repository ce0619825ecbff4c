// The HTML of a mail as a document that can do nothing: no script, no form, no frame, an origin of its own.

import { noStore } from './answers.ts';
import type { Answer } from './exchange.ts';

/**
 * The document, to be shown in a frame of ours. `links`: they open in a window of their own; else they do nothing. `pictures`:
 * where they may come from. The markup is not judged: the policy takes its powers, also where the frame has no `sandbox`.
 */
export function letter(
  html: string,
  { links, pictures }: { readonly links: boolean; readonly pictures: string },
): Answer {
  const policy = [
    links ? 'sandbox allow-popups allow-popups-to-escape-sandbox' : 'sandbox',
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `img-src ${pictures}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ];
  const head = html.search(/<head[^>]{0,200}>/i);
  const at = head < 0 ? 0 : html.indexOf('>', head) + 1;
  return {
    status: 200,
    headers: {
      ...noStore,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'x-frame-options': 'SAMEORIGIN',
      'x-dns-prefetch-control': 'off',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    },
    body: `${html.slice(0, at)}<base target="_blank">${html.slice(at)}`,
  };
}
