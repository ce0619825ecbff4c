// The pages behind the link that opens a blocked account again. Pure.

import { form, type Place, type Shown, who } from '../../web/form.ts';
import { html, nothing } from '../../web/html.ts';

/** Asks: a button, since programs open the links of mails as well. `account`: whose it is. */
export function askPage(place: Place, account: string): Shown {
  const { recovery } = place.texts;
  return {
    title: recovery.unblockTitle,
    body: html`<h1>${recovery.unblockTitle}</h1>
<p class="lead">${recovery.unblockLead}</p>
${who(recovery.account, account)}
${form(
  place,
  html`<div class="actions"><button type="submit" name="action" value="default">${recovery.unblockSubmit}</button></div>`,
)}`,
  };
}

/** It is done, or cannot be. */
export function endPage(title: string, text: string, next?: { readonly href: string; readonly text: string }): Shown {
  return {
    title,
    body: html`<h1>${title}</h1>
<p class="lead">${text}</p>
${next ? html`<div class="actions"><a class="button" href="${next.href}">${next.text}</a></div>` : nothing}`,
  };
}
