// The page that refusals of old endpoints link to: what takes the place of each. The whole guide is docs/migrate-from-id-tokens.md.

import { type Html, html } from '../../web/html.ts';
import { legacy } from './rows.ts';

/** What stands in the card. */
export function legacyPage(): Html {
  const anchors = [...new Set(legacy.map(({ anchor }) => anchor))];
  const sections = anchors.map((anchor) => {
    const rows = legacy.filter((row) => row.anchor === anchor);
    const [first] = rows;
    return html`<h2 id="${anchor}">${rows.map(({ path }) => path.replace(':id', '{id}')).join(', ')}</h2>
<p>${first?.instead}</p>
<p class="hint"><code>${first?.example}</code></p>`;
  });
  return html`<h1>What takes the place of old endpoints</h1>
<p class="lead">An ID token tells a client who logged in. An API is called with an access token that was made for it, and with nothing else.
The steps from one to the other are in docs/migrate-from-id-tokens.md of Countersign.</p>
${sections}`;
}
