// The page on which people let a client act for them, or do not (auth0-behaviour §7.2).

import { form, type Place, type Shown, titled, who } from '../../../../web/form.ts';
import { html, nothing } from '../../../../web/html.ts';

export interface ConsentView {
  /** Who is logged in. */
  readonly user: string;
  /** What the client may learn about the user. */
  readonly profile: readonly string[];
  /** What it may do in an API. */
  readonly api: { readonly name: string; readonly lines: readonly string[] } | undefined;
  /** Where the answer goes: the host of the callback, so that a stranger's client can't hide behind a name. */
  readonly returns: string;
  /** The scopes that are shown; the answer is about these and no others. */
  readonly shown: string;
}

/** The consent page. */
export function consentPage(place: Place, view: ConsentView): Shown {
  const { texts, application } = place;
  const text = texts.consent;
  const list = (lines: readonly string[]) =>
    html`<ul class="scopes">${lines.map((line) => html`<li><span>${line}</span></li>`)}</ul>`;
  return {
    title: titled(place, text.title(application)),
    body: html`<h1>${text.title(application)}</h1>
<p class="lead">${text.lead(application, place.tenant)}</p>
${who(text.as, view.user)}
${view.profile.length > 0 ? html`<h2>${text.allows(application)}</h2>${list(view.profile)}` : nothing}
${view.api && view.api.lines.length > 0 ? html`<h2>${text.api(view.api.name)}</h2>${list(view.api.lines)}` : nothing}
<dl class="facts"><div><dt>${text.returns}</dt><dd><b>${view.returns}</b></dd></div></dl>
${form(
  place,
  html`<input type="hidden" name="shown" value="${view.shown}">
<div class="actions">
<button type="submit" name="action" value="accept">${text.accept}</button>
<button type="submit" name="action" value="deny" class="quiet">${text.deny}</button>
</div>`,
)}`,
  };
}
