// The pages of a logout: the question, and what came of it.

import { form, type Place, type Shown, who } from '../../web/form.ts';
import { html, nothing } from '../../web/html.ts';
import type { Texts } from '../../web/texts/index.ts';

/** The question. `fields` are what the request asked for, to be judged again when the answer comes. */
export function questionPage(
  place: Place,
  application: string | undefined,
  user: string | undefined,
  fields: readonly (readonly [name: string, value: string])[],
): Shown {
  const text = place.texts.logout;
  return {
    title: text.title,
    body: html`<h1>${text.title}</h1>
<p class="lead">${text.lead(place.tenant)}${application ? ` ${text.asked(application)}` : ''}</p>
${user === undefined ? nothing : who(text.as, user)}
${form(
  place,
  html`${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<div class="actions">
<button type="submit" name="action" value="accept">${text.accept}</button>
<button type="submit" name="action" value="deny" class="quiet">${text.deny}</button>
</div>`,
)}`,
  };
}

/** What came of it, where there is nowhere to go. */
export function endPage(texts: Texts, ended: boolean): Shown {
  const text = texts.logout;
  const title = ended ? text.doneTitle : text.stayTitle;
  return { title, body: html`<h1>${title}</h1><p class="lead">${ended ? text.done : text.stay}</p>` };
}
