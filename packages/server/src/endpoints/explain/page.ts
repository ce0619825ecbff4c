// The explanation of a refusal, as HTML.

import { logPage, type TokenExplanation } from '../../resources/index.ts';
import { type Html, html } from '../../web/html.ts';

export interface ExplainPage {
  readonly title: string;
  readonly body: Html;
}

function row(name: string, value: string | undefined): Html {
  return value === undefined || value === ''
    ? html``
    : html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>
`;
}

/** The page; what a stranger put into the token is shown as text. */
export function explainPage({
  cause,
  fix,
  evidence,
  token,
  api,
  issuance,
  scopes,
  notes,
}: TokenExplanation): ExplainPage {
  const title = cause?.title ?? 'This server would accept the token';
  return {
    title,
    body: html`<h1>${title}</h1>
<p class="lead">${cause?.message ?? notes[0]}</p>
${cause?.certainty === 'likely' ? html`<p class="hint">This is the likely cause, not a certain one.</p>` : undefined}
${
  fix
    ? html`<h2>What to do</h2>
<p>${fix.text}</p>
${fix.code ? html`<pre class="letter">${fix.code}</pre>` : undefined}
${fix.command ? html`<pre class="letter">${fix.command}</pre>` : undefined}`
    : undefined
}
${
  scopes.length > 0
    ? html`<h2>Scopes of the call</h2>
<dl class="facts">${scopes.map(({ value, granted, because }) =>
        row(value, granted ? 'the token has it' : `missing: ${because}`),
      )}</dl>`
    : undefined
}
<h2>What was found</h2>
<dl class="facts">${evidence.map(({ name, value }) => row(name, value))}${row('API', api?.identifier)}${row('kind', token.kind)}${row('client', token.client_name ?? token.client_id)}${row('issuer', token.issuer)}${row('issued', token.issued_at)}${row('expires', token.expires_at)}</dl>
${
  issuance
    ? html`<h2>How it was issued</h2>
<dl class="facts">${issuance.trace.map(({ rule, because, dropped }) =>
        row(rule, dropped ? `${because}: ${dropped.join(' ')}` : because),
      )}</dl>
<p class="more"><a href="${logPage(issuance.log_id)}">Its event in the log</a></p>`
    : undefined
}
${cause ? html`<p class="aside"><a href="${cause.docs}">More about ${cause.code}</a></p>` : undefined}`,
  };
}

/** There is nothing (any more) under this reference. */
export function gonePage(): ExplainPage {
  return {
    title: 'No such explanation',
    body: html`<h1>No such explanation</h1>
<p class="lead">An explanation is kept for a quarter of an hour and shown once. Call the API again, and follow the new link.</p>
<div class="actions"><a class="button" href="/docs/errors">What errors mean</a></div>`,
  };
}
