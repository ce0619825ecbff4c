// Whether a form that came in is one of ours, sent by the page that we showed (security-cases CSR-01, CSR-03).

import { timingSafeEqual } from 'node:crypto';
import type { Ask } from './exchange.ts';
import { type Params, readBody } from './params.ts';

export type OwnForm =
  | { readonly kind: 'fields'; readonly fields: Params }
  /** Why, for the log. */
  | { readonly kind: 'refused'; readonly because: string };

/**
 * The fields of a form that this browser got from us: from our own origin as far as the browser says (`Origin`,
 * `Sec-Fetch-Site`), in a form's encoding, with the token that was in it.
 */
export function readOwnForm(ask: Ask, csrf: string): OwnForm {
  const refused = (because: string): OwnForm => ({ kind: 'refused', because });
  const { origin } = ask.headers;
  const site = ask.headers['sec-fetch-site'];
  if (ask.repeated.size > 0) return refused(`the header ${[...ask.repeated][0]} came twice`);
  if (origin !== undefined && `${origin}/` !== ask.issuer)
    return refused(`the form came from another origin than ${ask.issuer}; behind a proxy, see --trusted-proxies`);
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return refused('the form came from another site');
  const type = ask.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return refused('the body is no form');
  const body = readBody(ask.body, ask.headers['content-type']);
  if (body.kind === 'malformed') return refused(body.description);
  const sent = Buffer.from(body.params.get('csrf') ?? '');
  const wanted = Buffer.from(csrf);
  if (sent.length !== wanted.length || !timingSafeEqual(sent, wanted))
    return refused('the token of the form is not that of the page');
  return { kind: 'fields', fields: body.params };
}
