// How an authorization response travels (auth0-behaviour §5; OAuth 2.0 Multiple Response Types, Form Post Response Mode).
// All modes take the same parameters and go only to a proven target. None may be cached, and none tells the address it came
// from, since that has the request in it.

import { hash } from 'node:crypto';
import type { ResponseMode } from '../../oauth/authorization-request.ts';
import { originOf } from '../../oauth/redirect-uri.ts';
import { noStore } from '../../web/answers.ts';
import type { Answer } from '../../web/exchange.ts';
import { type Html, html, render } from '../../web/html.ts';
import type { Target } from './target.ts';

/** Parameters in the order of the wire. */
export type ResponseParams = Readonly<Record<string, string>>;

/** What a page has to say to people while it hands the answer over. */
export interface DeliveryTexts {
  readonly language: string;
  readonly title: string;
  readonly continue: string;
}

export const englishDelivery: DeliveryTexts = { language: 'en', title: 'Signing in', continue: 'Continue' };

type Deliver = (target: Target, params: ResponseParams, texts: DeliveryTexts, afterPost: boolean) => Answer;

const modes: Readonly<Record<ResponseMode, Deliver>> = {
  query: (target, params, _texts, afterPost) => redirect(withQuery(target.redirect, params), afterPost),
  fragment: (target, params, _texts, afterPost) => redirect(`${target.redirect}#${encoded(params)}`, afterPost),
  form_post: formPost,
  web_message: webMessage,
};

/**
 * The answer that carries these parameters to the target. `afterPost`: the browser came with a POST, whose body must not be
 * sent on, so the redirect is a 303; 307 and 308 are never used (RFC 9700 §4.12).
 */
export function deliver(
  target: Target,
  params: ResponseParams,
  texts: DeliveryTexts = englishDelivery,
  afterPost = false,
): Answer {
  return modes[target.mode](target, params, texts, afterPost);
}

/** RFC 6749 appendix B, with `%20` for a space: form decoders and percent decoders read it the same. */
function encoded(params: ResponseParams): string {
  return Object.entries(params)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

/** The query that was registered stays as it is, byte by byte; ours comes after it. */
function withQuery(redirectUri: string, params: ResponseParams): string {
  const separator = !redirectUri.includes('?') ? '?' : /[?&]$/.test(redirectUri) ? '' : '&';
  return `${redirectUri}${separator}${encoded(params)}`;
}

function redirect(location: string, afterPost: boolean): Answer {
  return { status: afterPost ? 303 : 302, headers: { ...noStore, location, 'referrer-policy': 'no-referrer' } };
}

const submit = 'document.forms[0].submit();';
const post = `(function () {
  var response = document.getElementById('response');
  var reader = window.opener || (window.parent !== window ? window.parent : null);
  if (reader) reader.postMessage(JSON.parse(response.dataset.message), response.dataset.origin);
})();`;

function document(texts: DeliveryTexts, body: Html, script: string, policy: readonly string[], frames: string): Answer {
  const page = html`<!DOCTYPE html>
<html lang="${texts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${texts.title}</title>
</head>
<body>
${body}
`;
  const csp = [
    "default-src 'none'",
    `script-src 'sha256-${hash('sha256', script, 'base64')}'`,
    "object-src 'none'",
    "base-uri 'none'",
    `frame-ancestors ${frames}`,
    ...policy,
  ];
  return {
    status: 200,
    headers: {
      ...noStore,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': csp.join('; '),
      'referrer-policy': 'no-referrer',
      ...(frames === "'none'" ? { 'x-frame-options': 'DENY' } : {}),
    },
    // The script is a constant of ours, allowed by its hash; the template takes no values inside a script.
    body: `${render(page)}<script>${script}</script>\n</body>\n</html>\n`,
  };
}

/** A form that sends itself; without JavaScript the button does (Form Post Response Mode §2). */
function formPost({ redirect: action }: Target, params: ResponseParams, texts: DeliveryTexts): Answer {
  const inputs = Object.entries(params).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`,
  );
  const body = html`<form method="post" action="${action}">
${inputs}<noscript><h1>${texts.title}</h1><button type="submit">${texts.continue}</button></noscript>
</form>`;
  // For a custom scheme and for an IPv6 address the scheme is the narrowest source that CSP has words for.
  const origin = originOf(action);
  const destination = origin && !origin.includes('[') ? origin : action.slice(0, action.indexOf(':') + 1);
  return document(texts, body, submit, [`form-action ${destination}`], "'none'");
}

/**
 * A page in a frame or a popup of the client that posts the answer to the one origin that the client registered (RESP-2).
 * No other origin may frame it or receive the message (OPR-10).
 */
function webMessage({ origin }: Target, params: ResponseParams, texts: DeliveryTexts): Answer {
  if (origin === undefined) throw new Error('a web message without a registered origin');
  const message = JSON.stringify({ type: 'authorization_response', response: params });
  const body = html`<div id="response" data-origin="${origin}" data-message="${message}"></div>`;
  return document(texts, body, post, ["form-action 'none'"], origin);
}
