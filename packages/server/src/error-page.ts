// What cannot be sent to a client is shown: on a page of ours, or at the address that the tenant registered for errors
// (auth0-behaviour TEN-1). Handed to the rooms that talk to browsers.

import { linkBack, wayBack } from './domain/pending/way-back.ts';
import { lookOf } from './domain/tenants/look.ts';
import { settingsOf } from './domain/tenants/settings.ts';
import type { Snapshot } from './domain/tenants/snapshot.ts';
import { reasonPage } from './resources/index.ts';
import type { Database } from './storage/store.ts';
import { noStore } from './web/answers.ts';
import type { Answer, Ask } from './web/exchange.ts';
import { chooseLanguage, textsIn } from './web/language.ts';
import { errorPage } from './web/page.ts';

export interface ErrorPages {
  /** A refusal; `description` is shown as it is. */
  readonly showError: (
    ask: Ask,
    failure: { readonly status: number; readonly error: string; readonly description: string },
    clientId?: string,
  ) => Promise<Answer>;
  /** A login that is over, in the language of the browser, with a way back to where a new one starts. */
  readonly showOver: (ask: Ask, handle: string, why: 'expired' | 'foreign') => Promise<Answer>;
}

/** The error pages in the look of the tenant. */
export function createErrorPages(database: Database, snapshot: Snapshot): ErrorPages {
  return {
    async showError(ask, failure, clientId) {
      const settings = await settingsOf(database, snapshot, ask.tenant, true);
      const elsewhere = settings.error_page?.url;
      if (elsewhere && URL.canParse(elsewhere)) return sentTo(elsewhere, failure, ask, clientId);
      return errorPage(ask, await lookOf(database, snapshot, ask.tenant), {
        ...failure,
        requestId: ask.id,
        about: reasonPage(failure.error),
      });
    },

    async showOver(ask, handle, why) {
      const start = await wayBack({ database, snapshot }, ask.tenant, ask.issuer, { handle });
      // A back button or a bookmark wants a new login (AZ-8). A foreign browser is told so first: somebody sent it here.
      if (why === 'expired' && start !== undefined) return redirect(start, ask);
      const site = await linkBack({ database, snapshot }, ask.tenant, ask.issuer, { handle });
      const look = await lookOf(database, snapshot, ask.tenant);
      const wishes = { acceptLanguage: ask.headers['accept-language'], enabled: look.languages };
      const texts = textsIn(chooseLanguage(wishes)).failure;
      return errorPage(ask, look, {
        status: why === 'foreign' ? 403 : 400,
        title: texts[`${why}Title`],
        error: why === 'foreign' ? 'access_denied' : 'invalid_request',
        description: texts[why],
        requestId: ask.id,
        about: reasonPage(why === 'foreign' ? 'access_denied' : 'invalid_request'),
        link: site === undefined ? undefined : { href: site, text: texts.back(new URL(site).host) },
      });
    },
  };
}

function redirect(location: string, ask: Ask): Answer {
  const status = ask.method === 'POST' ? 303 : 302;
  return { status, headers: { ...noStore, location, 'referrer-policy': 'no-referrer' } };
}

/** To the tenant's own page, with what is known of the request. The address was registered by an administrator. */
function sentTo(
  address: string,
  { error, description }: { readonly error: string; readonly description: string },
  ask: Ask,
  clientId: string | undefined,
): Answer {
  const url = new URL(address);
  const members = { client_id: clientId, error, error_description: description, tracking: ask.id };
  for (const [name, value] of Object.entries(members)) if (value !== undefined) url.searchParams.set(name, value);
  return redirect(url.href, ask);
}
