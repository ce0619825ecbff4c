// The page that asks before a code goes to a callback which any program on the device could be behind (auth0-behaviour §7.4).

import { form, type Place, type Shown, titled, who } from '../../../../web/form.ts';
import { html } from '../../../../web/html.ts';
import type { MayDo } from '../consent/lines.ts';
import { mayDoLists } from '../consent/page.ts';

/** With what the client may do: nothing asks for that again once it was consented to. */
export interface ConfirmView extends MayDo {
  readonly user: string;
  /** The callback's host, or the scheme of an app. */
  readonly returns: string;
}

/** The confirmation page. */
export function confirmPage(place: Place, view: ConfirmView): Shown {
  const text = place.texts.confirm;
  return {
    title: titled(place, text.title),
    body: html`<h1>${text.title}</h1>
<p class="lead">${text.lead(place.application)} ${text.hint}</p>
${who(text.as, view.user)}
${mayDoLists(place, view)}
<dl class="facts"><div><dt>${text.returns}</dt><dd><b>${view.returns}</b></dd></div></dl>
${form(
  place,
  html`<div class="actions">
<button type="submit" name="action" value="accept">${text.accept}</button>
<button type="submit" name="action" value="deny" class="quiet">${text.deny}</button>
</div>`,
)}`,
  };
}
