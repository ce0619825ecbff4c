// The page on which people let a client act for them, or do not (auth0-behaviour §7.2).

import { form, type Place, type Shown, titled, who } from '../../../../web/form.ts';
import { type Html, html, nothing } from '../../../../web/html.ts';
import type { MayDo } from './lines.ts';

export interface ConsentView extends MayDo {
  /** Who is logged in. */
  readonly user: string;
  /** Where the answer goes: the host of the callback, so that a stranger's client can't hide behind a name. */
  readonly returns: string;
  /** The scopes that are shown; the answer is about these and no others. */
  readonly shown: string;
}

/** What a client would be able to do, as lists under headings. */
export function mayDoLists({ texts, application }: Place, { profile, api }: MayDo): Html {
  const text = texts.consent;
  const list = (lines: readonly string[]) =>
    html`<ul class="scopes">${lines.map((line) => html`<li><span>${line}</span></li>`)}</ul>`;
  return html`${profile.length > 0 ? html`<h2>${text.allows(application)}</h2>${list(profile)}` : nothing}
${api && api.lines.length > 0 ? html`<h2>${text.api(api.name)}</h2>${list(api.lines)}` : nothing}`;
}

/** The consent page. */
export function consentPage(place: Place, view: ConsentView): Shown {
  const { texts, application } = place;
  const text = texts.consent;
  return {
    title: titled(place, text.title(application)),
    body: html`<h1>${text.title(application)}</h1>
<p class="lead">${text.lead(application, place.tenant)}</p>
${who(text.as, view.user)}
${mayDoLists(place, view)}
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
