// The page on which people choose with which account they go on (`prompt=select_account`).

import { form, type Place, type Shown, titled } from '../../../../web/form.ts';
import { html, nothing } from '../../../../web/html.ts';

export interface SelectAccountView {
  /** Who is logged in in this browser: a name, and what is known besides it. */
  readonly account: { readonly name: string; readonly detail: string | undefined };
}

/** The account page. */
export function selectAccountPage(place: Place, { account }: SelectAccountView): Shown {
  const text = place.texts.selectAccount;
  const [initial = ''] = account.name.trim();
  return {
    title: titled(place, text.title),
    body: html`<h1>${text.title}</h1>
<p class="lead">${place.texts.form.to(place.application)}</p>
${form(
  place,
  html`<div class="actions">
<button type="submit" name="action" value="accept" class="choice"><span class="face" aria-hidden="true">${initial}</span><span>${account.name}${
    account.detail ? html`<small>${account.detail}</small>` : nothing
  }</span></button>
<button type="submit" name="action" value="other" class="choice"><span class="face" aria-hidden="true">+</span><span>${text.other}<small>${text.otherHint}</small></span></button>
</div>`,
)}`,
  };
}
