// The pages about errors, as HTML.

import { type Reason, reasonGroups, reasonPage } from '../../resources/index.ts';
import { type Html, html } from '../../web/html.ts';

export interface DocsPage {
  readonly title: string;
  readonly body: Html;
}

/** Text with `code` between backquotes. */
function prose(text: string): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))}`;
}

/** The list of all codes. */
export function indexBody(): DocsPage {
  return {
    title: 'What errors mean',
    body: html`<h1>What errors mean</h1>
${reasonGroups.map(
  ({ title, reasons }) => html`<h2>${title}</h2>
<ul class="links">${Object.entries(reasons).map(
    ([code, reason]) => html`<li><a href="${reasonPage(code)}"><code>${code}</code></a> ${reason.title}</li>
`,
  )}</ul>
`,
)}`,
  };
}

/** The page about a code; one that stands for several things tells them all. `undefined`: there is no such code. */
export function pageOf(code: string): DocsPage | undefined {
  const found = reasonGroups.flatMap(({ title, reasons, more }) => {
    const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
    return reason ? [{ title, reason, more }] : [];
  });
  const [first] = found;
  if (!first) return undefined;
  return {
    title: first.reason.title,
    body: html`<p class="up"><a href="/docs/errors">What errors mean</a></p>
<h1>${first.reason.title}</h1>
<dl class="facts"><div><dt>Code</dt><dd><code>${code}</code></dd></div></dl>
${found.map(({ title, reason, more }, index) => section(index === 0 ? undefined : title, reason, more))}`,
  };
}

function section(title: string | undefined, { means, todo }: Reason, more: string): Html {
  return html`${title === undefined ? undefined : html`<h2>${title}</h2>`}
<p class="lead">${prose(means)}</p>
<h2>What to do</h2>
<ul class="links">${todo.map(
    (step) => html`<li>${prose(step)}</li>
`,
  )}</ul>
<p class="aside">${prose(more)}</p>`;
}

/** For a code that nobody knows. */
export function unknownBody(code: string): DocsPage {
  return {
    title: 'No such code',
    body: html`<h1>No such code</h1>
<p class="lead">This server answers with no error <code>${code.slice(0, 100)}</code>.</p>
<div class="actions"><a class="button" href="/docs/errors">All codes</a></div>`,
  };
}
